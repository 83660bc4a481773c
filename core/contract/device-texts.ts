import { errorTexts } from './error-texts.ts'
import type { ChoiceReason, DeviceInfo, DeviceKind, DeviceReason } from './system.ts'

interface DeviceText {
  readonly ja: string
  readonly en: string
}

/** What devices are called. */
export const deviceNames: Readonly<Record<DeviceKind, DeviceText>> = {
  cpu: { ja: 'CPU', en: 'CPU' },
  cuda: { ja: 'NVIDIA GPU（CUDA）', en: 'NVIDIA GPU (CUDA)' },
  directml: { ja: 'GPU（DirectML）', en: 'GPU (DirectML)' },
  coreml: { ja: 'Apple（Core ML）', en: 'Apple (Core ML)' },
  webgpu: { ja: 'GPU（WebGPU）', en: 'GPU (WebGPU)' },
}

/** Why a device cannot be used, or only at a price, and what to do about it. */
export const deviceReasons: Readonly<Record<DeviceReason, DeviceText>> = {
  'provider-missing': {
    ja: 'この GPU で速く計算するための GPU パックが入っていません。「設定」からダウンロードできます。それまでは WebGPU か CPU で計算します。',
    en: 'The GPU pack, with which this GPU computes fast, is not installed: download it in Settings. Until then WebGPU or the CPU computes.',
  },
  'driver-missing': {
    ja: 'GPU のドライバーが見つかりません。GPU のメーカーのページから新しいドライバーを入れて、パソコンを再起動してください。',
    en: 'The driver of the GPU was not found. Install the newest one from its maker and restart the computer.',
  },
  'vulkan-missing': {
    ja: 'Vulkan が見つかりません。パッケージ libvulkan1 を入れると使えます。',
    en: 'Vulkan was not found. The package libvulkan1 brings it.',
  },
  'no-adapter': { ja: '対応する GPU が見つかりません。', en: 'No suitable GPU was found.' },
  'library-missing': {
    ja: '必要なライブラリ（CUDA 13 の cuBLAS など）が見つかりません。「設定」で GPU パックをダウンロードしてください。',
    en: "A library that it needs (such as CUDA 13's cuBLAS) was not found. Download the GPU pack in Settings.",
  },
  'pack-changed': {
    ja: 'GPU パックの中身が、ダウンロードしたものと違います。「設定」でもう一度ダウンロードしてください。',
    en: 'The contents of the GPU pack are not those that were downloaded. Download it again in Settings.',
  },
  'driver-outdated': {
    ja: 'NVIDIA のドライバーが古く、CUDA 13 に対応していません。バージョン 580 以降のドライバーを入れて、パソコンを再起動してください。',
    en: "NVIDIA's driver is too old for CUDA 13. Install version 580 or later and restart the computer.",
  },
  'gpu-busy': {
    ja: '使えます。ただしほかのプログラムが GPU のメモリの大半を使っています。学習の前に終了すると、メモリ不足で小さく分けて計算せずにすみます。',
    en: 'Usable, but other programs hold most of its memory. Close them before a training, or it will be cut into smaller, slower pieces.',
  },
  platform: { ja: 'この OS では使えません。', en: 'Not available on this system.' },
  'software-adapter': {
    ja: 'GPU の代わりにソフトウェアで動くため、CPU より遅くなります。',
    en: 'It would be emulated in software, slower than the CPU.',
  },
  'compiler-missing': {
    ja: '使えます。ただし計算をまとめるライブラリ（CUDA 13 の NVRTC）が見つからないため、学習に約 2 倍の時間がかかります。',
    en: "Usable, but a training takes about twice as long: the library that joins computations (CUDA 13's NVRTC) was not found.",
  },
}

/** The sentence of a device's reason, with the file that it is about. */
export const reasonSentence = (reason: DeviceReason, file: DeviceInfo['file'], language: keyof DeviceText): string =>
  file === undefined
    ? deviceReasons[reason][language]
    : errorTexts['gpu-pack/changed'][language].replace('{file}', () => file)

/**
 * What it costs to compute on a device while there is a faster one. The ratios were measured with a model of 1.7
 * billion numbers (bench/results).
 */
export const deviceCosts: Readonly<Record<DeviceKind, DeviceText>> = {
  cuda: { ja: 'いちばん速く計算できます。', en: 'The fastest way to compute.' },
  webgpu: {
    ja: '追加のダウンロードなしで使えますが、NVIDIA GPU では CUDA の 10 倍以上の時間がかかります。',
    en: 'Needs no download, but takes more than 10 times as long as CUDA on an NVIDIA GPU.',
  },
  directml: {
    ja: '計算のたびにデータを写すため、WebGPU より遅くなることがあります。',
    en: 'Copies its data at every step, and may be slower than WebGPU.',
  },
  coreml: {
    ja: '計算のたびにデータを写すため、WebGPU より遅くなることがあります。',
    en: 'Copies its data at every step, and may be slower than WebGPU.',
  },
  cpu: {
    ja: 'いつでも使えます。小さなモデルには十分ですが、大きなモデルでは GPU よりずっと長くかかります。',
    en: 'Always there. Quick enough for small models, far slower than a GPU for large ones.',
  },
}

/** Why a device was chosen. */
export const deviceChoices: Readonly<Record<ChoiceReason, DeviceText>> = {
  'fastest-gpu': { ja: '今使える中で、いちばん速い GPU です。', en: 'The fastest GPU that can be used now.' },
  'no-gpu': {
    ja: '使える GPU が見つからないため、CPU で計算します。チュートリアルの小さなモデルなら CPU でもすぐ終わります。',
    en: "No usable GPU was found, so the CPU computes. That is quick enough for the tutorial's small model.",
  },
  'gpu-unusable': {
    ja: 'GPU はありますが今は使えないため、CPU で計算します。',
    en: 'There is a GPU, but it cannot be used now, so the CPU computes.',
  },
  'user-choice': { ja: '設定で選ばれた装置を使います。', en: 'The device that was chosen in the settings is used.' },
}
