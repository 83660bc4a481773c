/** onnxruntime-node's version: the CUDA provider must be of the same. */
export const RUNTIME_VERSION = '1.29.0'

/** What a pack is made of on a platform. */
export interface PackPlatform {
  readonly provider: ProviderPackage
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
  readonly files: readonly KnownFile[]
}

/** A file that is known to the byte. */
export interface KnownFile {
  readonly name: string
  readonly sizeBytes: number
  readonly sha256: string
}

export interface Library {
  /** Its name in NVIDIA's list. */
  readonly component: string
  /** Its archive, known to the byte; `path` is relative to NVIDIA's folder. */
  readonly archive: { readonly path: string; readonly sizeBytes: number; readonly sha256: string }
  /**
   * How the names of the files begin that are taken from it, in the order in which they are loaded. Their checksums are
   * noted when they come out of the archive (trust.ts).
   */
  readonly files: readonly string[]
}

// NVIDIA's archives: https://developer.download.nvidia.com/compute/cuda/redist/redistrib_13.0.2.json

const platforms: Readonly<Record<string, PackPlatform>> = {
  'linux x64': {
    provider: {
      name: 'com.github.asus4.onnxruntime.linux-x64-gpu',
      version: '0.4.9',
      sizeBytes: 179_145_956,
      sha512:
        '168a4884d13f360fafd97eb9c1573d7253c2042be1bc0e771f1a3653429fe5f19d56c0bb88203e999d0a2d6820710023ed3219ea9362751e000b5d20ef85e8eb',
      files: [
        {
          name: 'libonnxruntime_providers_shared.so',
          sizeBytes: 14_632,
          sha256: 'c6a12593396095f5670160e284c35d1700b7708cf3037b7042e2a5200ccae772',
        },
        {
          name: 'libonnxruntime_providers_cuda.so',
          sizeBytes: 229_780_440,
          sha256: '56cf3254b118ad837ccc4ed8f6d1b23504bbf7ef91b34cbc0b289cb7f10b3037',
        },
      ],
    },
    libraries: [
      {
        component: 'cuda_cudart',
        archive: {
          path: 'cuda_cudart/linux-x86_64/cuda_cudart-linux-x86_64-13.0.96-archive.tar.xz',
          sizeBytes: 1_487_960,
          sha256: '25b8071951baba827be1580b841d363464f6ee6c39f48d33a81646f90cc95ed1',
        },
        files: ['libcudart.so.13'],
      },
      {
        component: 'libcublas',
        archive: {
          path: 'libcublas/linux-x86_64/libcublas-linux-x86_64-13.1.0.3-archive.tar.xz',
          sizeBytes: 838_952_932,
          sha256: '88bc951efd906032a371153ca61975e0d9c4761e4012169169a6b3a47931606e',
        },
        files: ['libcublasLt.so.13', 'libcublas.so.13'],
      },
      {
        component: 'libcurand',
        archive: {
          path: 'libcurand/linux-x86_64/libcurand-linux-x86_64-10.4.0.35-archive.tar.xz',
          sizeBytes: 86_175_028,
          sha256: 'ee0dbf473998050bda876cb945634bec87d44b90b05a5550e9c2499ab7c1a5c3',
        },
        files: ['libcurand.so.10'],
      },
      {
        component: 'cuda_nvrtc',
        archive: {
          path: 'cuda_nvrtc/linux-x86_64/cuda_nvrtc-linux-x86_64-13.0.88-archive.tar.xz',
          sizeBytes: 116_779_532,
          sha256: '00038aac08e1dba6f1933237dbfb217ac6452ae24fab970edcac808f103ca64b',
        },
        files: ['libnvrtc-builtins.so.13', 'libnvrtc.so.13'],
      },
    ],
  },
  'win32 x64': {
    provider: {
      name: 'com.github.asus4.onnxruntime.win-x64-gpu',
      version: '0.4.9',
      sizeBytes: 134_726_973,
      sha512:
        'ecd99f37d1cf62a8238544b15c1cdc02e008f3aa0f95db660c31752acdbae3a60753913e5fad9f63ac4a3ffc1f54b4943c20626fee2ea383989c82b1f01c4b34',
      files: [
        {
          name: 'onnxruntime_providers_shared.dll',
          sizeBytes: 21_856,
          sha256: 'cbcfeb3c5b5f195f3c1dc429e016cecbc5fc17d88d79044bf8daee0f38fe1461',
        },
        {
          name: 'onnxruntime_providers_cuda.dll',
          sizeBytes: 174_478_688,
          sha256: '9ca854c2478cfa6e7bb15dbfc91dcefb32e51533f10d304b932a169225727ec3',
        },
      ],
    },
    libraries: [
      {
        component: 'cuda_cudart',
        archive: {
          path: 'cuda_cudart/windows-x86_64/cuda_cudart-windows-x86_64-13.0.96-archive.zip',
          sizeBytes: 2_873_447,
          sha256: 'a2ed875f9997aa24904fb70cc9db3acd9308433cde99bc8e63ec1271c9da31b4',
        },
        files: ['cudart64_13'],
      },
      {
        component: 'libcublas',
        archive: {
          path: 'libcublas/windows-x86_64/libcublas-windows-x86_64-13.1.0.3-archive.zip',
          sizeBytes: 403_672_823,
          sha256: '4ac4847bbe4f7709b244956fcfc32197a2954ee70b155cb67eebd9ee26f7e339',
        },
        files: ['cublasLt64_13', 'cublas64_13'],
      },
      {
        component: 'libcurand',
        archive: {
          path: 'libcurand/windows-x86_64/libcurand-windows-x86_64-10.4.0.35-archive.zip',
          sizeBytes: 54_762_976,
          sha256: 'c4db1ed0595fcdba3c4da0f5605ca4c3f4340b6be833d94765994e239c775a32',
        },
        files: ['curand64_10'],
      },
      {
        component: 'cuda_nvrtc',
        archive: {
          path: 'cuda_nvrtc/windows-x86_64/cuda_nvrtc-windows-x86_64-13.0.88-archive.zip',
          sizeBytes: 318_076_161,
          sha256: '8c50a52467826167e0dbe99936140c52d62272bfc5849fe2d6587d050c8c5d29',
        },
        files: ['nvrtc-builtins64_13', 'nvrtc64_13'],
      },
    ],
  },
}

/** What the GPU pack is here; null where NVIDIA's GPUs are not computed with. */
export const packPlatform = (): PackPlatform | null => platforms[`${process.platform} ${process.arch}`] ?? null
