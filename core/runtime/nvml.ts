import koffi from 'koffi'
import { output, type Pointer } from './api.ts'
import { loadNative } from './native-library.ts'

/** An NVIDIA GPU as its driver names it. */
export interface NvidiaGpu {
  readonly name: string
  readonly memoryBytes: number
  readonly freeMemoryBytes: number
}

/** What NVIDIA's driver tells. */
export interface NvidiaDriver {
  readonly gpus: readonly NvidiaGpu[]
  /** The newest CUDA that it knows, such as 13000 for 13.0. */
  readonly cudaVersion: number
}

const nvmlFile = process.platform === 'win32' ? 'nvml.dll' : 'libnvidia-ml.so.1'
const nameBytes = 96
/** nvmlMemory_t: total, free, used, each 64 bits. */
const memoryWords = 3

/**
 * The NVIDIA GPUs of this machine and what their driver knows, through the management library that every driver
 * installs: no CUDA context is made. Returns null where there is no driver or it does not answer.
 */
export async function findNvidiaDriver(): Promise<NvidiaDriver | null> {
  const nvml = openNvml()
  if (!nvml || !(await nvml.init())) return null
  try {
    const count = output<number>((out) => nvml.getCount(out)) ?? 0
    return {
      gpus: Array.from({ length: count }, (_, index) => readGpu(nvml, index)),
      cudaVersion: output<number>((out) => nvml.getCudaVersion(out)) ?? 0,
    }
  } finally {
    nvml.shutdown()
  }
}

type Nvml = NonNullable<ReturnType<typeof openNvml>>

function openNvml() {
  try {
    const library = loadNative(nvmlFile)
    const init = library.func('nvmlInit_v2', 'int', [])
    return {
      /** Waking the driver can take a while: on another thread. */
      init: () =>
        new Promise<boolean>((resolve) => init.async((error: unknown, code: number) => resolve(!error && code === 0))),
      getCount: library.func('nvmlDeviceGetCount_v2', 'int', [koffi.out('uint *')]),
      getCudaVersion: library.func('nvmlSystemGetCudaDriverVersion_v2', 'int', [koffi.out('int *')]),
      getHandle: library.func('nvmlDeviceGetHandleByIndex_v2', 'int', ['uint', koffi.out('void **')]),
      getName: library.func('nvmlDeviceGetName', 'int', ['void *', 'void *', 'uint']),
      getMemory: library.func('nvmlDeviceGetMemoryInfo', 'int', ['void *', 'void *']),
      shutdown: library.func('nvmlShutdown', 'int', []),
    }
  } catch {
    // No driver: the library is not there.
    return null
  }
}

function readGpu(nvml: Nvml, index: number): NvidiaGpu {
  const handle = output<Pointer>((out) => nvml.getHandle(index, out))
  const name = new Uint8Array(nameBytes)
  const memory = new BigUint64Array(memoryWords)
  nvml.getName(handle, name, nameBytes)
  nvml.getMemory(handle, memory)
  return { name: textOf(name), memoryBytes: Number(memory[0]), freeMemoryBytes: Number(memory[1]) }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, Math.max(0, bytes.indexOf(0))))
