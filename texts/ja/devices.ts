/** What devices are called, why one cannot be used or only at a price, what it costs to compute on one while there is a faster one
 * (the ratios were measured with a model of 1.7 billion parameters, see bench/results), and why one was chosen. */
export const devices = {
  names: {
    cpu: 'CPU',
    cuda: 'NVIDIA GPU（CUDA）',
    directml: 'GPU（DirectML）',
    coreml: 'Apple（Core ML）',
    webgpu: 'GPU（WebGPU）',
  },
  reasons: {
    'provider-missing':
      'この GPU で速く計算するための GPU パックが入っていません。「設定」からダウンロードできます。それまでは WebGPU か CPU で計算します。',
    'driver-missing':
      'GPU のドライバーが見つかりません。GPU のメーカーのページから新しいドライバーを入れて、パソコンを再起動してください。',
    'vulkan-missing': 'Vulkan が見つかりません。パッケージ libvulkan1 を入れると使えます。',
    'no-adapter': '対応する GPU が見つかりません。',
    'library-missing':
      '必要なライブラリ（CUDA 13 の cuBLAS など）が見つかりません。「設定」で GPU パックをダウンロードしてください。',
    'pack-changed': 'GPU パックの中身が、ダウンロードしたものと違います。「設定」でもう一度ダウンロードしてください。',
    'driver-outdated':
      'NVIDIA のドライバーが古く、CUDA 13 に対応していません。バージョン 580 以降のドライバーを入れて、パソコンを再起動してください。',
    'gpu-busy':
      '使えます。ただしほかのプログラムが GPU のメモリの大半を使っています。学習の前に終了すると、メモリ不足で小さく分けて計算せずにすみます。',
    platform: 'この OS では使えません。',
    'software-adapter': 'GPU の代わりにソフトウェアで動くため、CPU より遅くなります。',
    'compiler-missing':
      '使えます。ただし計算をまとめるライブラリ（CUDA 13 の NVRTC）が見つからないため、学習に約 2 倍の時間がかかります。',
  },
  costs: {
    cuda: 'いちばん速く計算できます。',
    webgpu: '追加のダウンロードなしで使えますが、NVIDIA GPU では CUDA の 10 倍以上の時間がかかります。',
    directml: '計算のたびにデータを写すため、WebGPU より遅くなることがあります。',
    coreml: '計算のたびにデータを写すため、WebGPU より遅くなることがあります。',
    cpu: 'いつでも使えます。小さなモデルには十分ですが、大きなモデルでは GPU よりずっと長くかかります。',
  },
  choices: {
    'fastest-gpu': '今使える中で、いちばん速い GPU です。',
    'no-gpu':
      '使える GPU が見つからないため、CPU で計算します。チュートリアルの小さなモデルなら CPU でもすぐ終わります。',
    'gpu-unusable': 'GPU はありますが今は使えないため、CPU で計算します。',
    'user-choice': '設定で選ばれた装置を使います。',
  },
} as const
