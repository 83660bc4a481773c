/** onnxruntime-node's version: the CUDA provider must be of the same. */
export const RUNTIME_VERSION = '1.29.0'

/** What a pack is made of on a platform. */
export interface PackPlatform {
  readonly provider: ProviderPackage
  /** The platform's name in NVIDIA's list of libraries. */
  readonly nvidia: string
  /** NVIDIA's libraries in the order in which they are loaded. */
  readonly libraries: readonly Library[]
}

/** ONNX Runtime's CUDA provider: a package of npm that is known to the byte. */
export interface ProviderPackage {
  readonly name: string
  readonly version: string
  readonly sizeBytes: number
  readonly sha512: string
  /** Files that are taken from it. */
  readonly files: readonly string[]
}

export interface Library {
  /** Its archive's name in NVIDIA's list. */
  readonly component: string
  /** How the names of the files begin that are taken from it, in the order in which they are loaded. */
  readonly files: readonly string[]
}

const platforms: Readonly<Record<string, PackPlatform>> = {
  'linux x64': {
    provider: {
      name: 'com.github.asus4.onnxruntime.linux-x64-gpu',
      version: '0.4.9',
      sizeBytes: 179_145_956,
      sha512: '168a4884d13f360fafd97eb9c1573d7253c2042be1bc0e771f1a3653429fe5f19d56c0bb88203e999d0a2d6820710023ed3219ea9362751e000b5d20ef85e8eb',
      files: ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'],
    },
    nvidia: 'linux-x86_64',
    libraries: [
      { component: 'cuda_cudart', files: ['libcudart.so.13'] },
      { component: 'libcublas', files: ['libcublasLt.so.13', 'libcublas.so.13'] },
      { component: 'libcurand', files: ['libcurand.so.10'] },
      { component: 'cuda_nvrtc', files: ['libnvrtc-builtins.so.13', 'libnvrtc.so.13'] },
    ],
  },
  'win32 x64': {
    provider: {
      name: 'com.github.asus4.onnxruntime.win-x64-gpu',
      version: '0.4.9',
      sizeBytes: 134_726_973,
      sha512: 'ecd99f37d1cf62a8238544b15c1cdc02e008f3aa0f95db660c31752acdbae3a60753913e5fad9f63ac4a3ffc1f54b4943c20626fee2ea383989c82b1f01c4b34',
      files: ['onnxruntime_providers_shared.dll', 'onnxruntime_providers_cuda.dll'],
    },
    nvidia: 'windows-x86_64',
    libraries: [
      { component: 'cuda_cudart', files: ['cudart64_13'] },
      { component: 'libcublas', files: ['cublasLt64_13', 'cublas64_13'] },
      { component: 'libcurand', files: ['curand64_10'] },
      { component: 'cuda_nvrtc', files: ['nvrtc-builtins64_13', 'nvrtc64_13'] },
    ],
  },
}

/** What the GPU pack is here; null where NVIDIA's GPUs are not computed with. */
export const packPlatform = (): PackPlatform | null => platforms[`${process.platform} ${process.arch}`] ?? null
