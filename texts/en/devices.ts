import type { LocaleOf } from '../locale.ts'
import type { devices as ja } from '../ja/devices.ts'

export const devices: LocaleOf<typeof ja> = {
  names: {
    cpu: 'CPU',
    cuda: 'NVIDIA GPU (CUDA)',
    directml: 'GPU (DirectML)',
    coreml: 'Apple (Core ML)',
    webgpu: 'GPU (WebGPU)',
  },
  reasons: {
    'provider-missing':
      'The GPU pack, with which this GPU computes fast, is not installed: download it in Settings. Until then WebGPU or the CPU computes.',
    'driver-missing':
      'The driver of the GPU was not found. Install the newest one from its maker and restart the computer.',
    'vulkan-missing': 'Vulkan was not found. The package libvulkan1 brings it.',
    'no-adapter': 'No suitable GPU was found.',
    'library-missing':
      "A library that it needs (such as CUDA 13's cuBLAS) was not found. Download the GPU pack in Settings.",
    'pack-changed': 'The contents of the GPU pack are not those that were downloaded. Download it again in Settings.',
    'driver-outdated': "NVIDIA's driver is too old for CUDA 13. Install version 580 or later and restart the computer.",
    'gpu-busy':
      'Usable, but other programs hold most of its memory. Close them before a training, or it will be cut into smaller, slower pieces.',
    platform: 'Not available on this system.',
    'software-adapter': 'It would be emulated in software, slower than the CPU.',
    'compiler-missing':
      "Usable, but a training takes about twice as long: the library that joins computations (CUDA 13's NVRTC) was not found.",
  },
  costs: {
    cuda: 'The fastest way to compute.',
    webgpu: 'Needs no download, but takes more than 10 times as long as CUDA on an NVIDIA GPU.',
    directml: 'Copies its data at every step, and may be slower than WebGPU.',
    coreml: 'Copies its data at every step, and may be slower than WebGPU.',
    cpu: 'Always there. Quick enough for small models, far slower than a GPU for large ones.',
  },
  choices: {
    'fastest-gpu': 'The fastest GPU that can be used now.',
    'no-gpu': "No usable GPU was found, so the CPU computes. That is quick enough for the tutorial's small model.",
    'gpu-unusable': 'There is a GPU, but it cannot be used now, so the CPU computes.',
    'user-choice': 'The device that was chosen in the settings is used.',
  },
}
