import type { LocaleOf } from '../../locale.ts'
import type { settings as ja } from '../ja/settings.ts'

export const settings: LocaleOf<typeof ja> = {
  title: 'Settings',
  appearance: 'Appearance',
  language: { label: 'Language', system: 'As the computer', ja: '日本語', en: 'English' },
  theme: { label: 'Theme', system: 'As the computer', light: 'Light', dark: 'Dark', contrast: 'High contrast' },
  library: {
    title: 'Library',
    help: 'The folder that holds your datasets, models and experiments. A synchronised folder such as Google Drive works too.',
    choose: 'Choose a folder…',
    show: 'Open the folder',
    folder: 'Library folder',
    move: 'Change',
    changed: 'The library was changed',
  },
  machine: {
    title: 'This computer',
    engine: 'Engine',
    gpu: 'GPU',
    processor: 'Processor',
    memory: 'Memory',
    disk: 'Disk',
    cores_one: '{count} core',
    cores_other: '{count} cores',
    free: '{total} ({free} free)',
    diskFree: '{free} free',
    usable: 'Usable; choose it in the settings of an experiment.',
    kinds: { cpu: 'CPU', cuda: 'NVIDIA GPU (CUDA)', directml: 'GPU (DirectML)', coreml: 'Apple (Core ML)', webgpu: 'GPU (WebGPU)' },
    why: {
      'fastest-gpu': 'The fastest GPU of this computer is used.',
      'no-gpu': "No usable GPU was found, so the CPU computes. That is quick enough for the tutorial's small model.",
      'gpu-unusable': 'There is a GPU, but it cannot be used now, so the CPU computes. Settings tells why.',
      'user-choice': 'The device that was chosen in the settings is used.',
    },
    reasons: {
      'provider-missing': 'The computing part for this GPU is not installed.',
      'driver-missing': 'The driver of the GPU was not found.',
      'no-adapter': 'No suitable GPU was found.',
      'library-missing': 'A library that it needs (such as CUDA) was not found.',
      platform: 'Not available on this system.',
      'software-adapter': 'It would be emulated in software, slower than the CPU.',
      unknown: 'Cannot be used now.',
    },
  },
  about: {
    title: 'About',
    host: { desktop: 'Desktop', web: 'Browser', cli: 'Command line' },
    privacy: 'Neither your data nor your conversations leave this computer.',
  },
}
