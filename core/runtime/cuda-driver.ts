import koffi from 'koffi'
import { InternalError, UserError } from '../contract/errors.ts'
import { addressOf, type Pointer } from './api.ts'
import { loadNative } from './native-library.ts'

/**
 * The GPU's memory, through NVIDIA's driver (its functions are the same for every CUDA version). All but `free` throw
 * UserError `runtime/out-of-memory`, else InternalError with CUDA's error number.
 */
export interface CudaDriver {
  allocate(byteLength: number): Pointer
  /** Waits for what runs on the GPU. Of one that has failed the memory goes with the process. */
  free(at: Pointer): void
  /** These return when the copy is done. */
  toDevice(to: Pointer, from: Uint8Array): void
  toHost(to: Uint8Array, from: Pointer): void
  zero(at: Pointer, byteLength: number): void
}

/** CUresult. */
const OUT_OF_MEMORY = 2
/** CUstreamCaptureMode. */
const RELAXED = 2

const driverFile = process.platform === 'win32' ? 'nvcuda.dll' : 'libcuda.so.1'

type Define = (name: string, ...parameters: string[]) => (...args: unknown[]) => void

/**
 * Opens the driver and the context of GPU 0 that ONNX Runtime works in, on this thread. Throws when there is no driver.
 */
export function openCudaDriver(): CudaDriver {
  const { define } = openContext()
  // Another thread may be capturing a graph: by itself the driver would refuse to allocate and to free meanwhile, and
  // the capture would be lost.
  define('cuThreadExchangeStreamCaptureMode', '_Inout_ int *')([RELAXED])
  return { ...memory(define), ...copies(define) }
}

let freeBytes: (() => number) | null = null

/** What is free of GPU 0's memory. Throws where there is no driver. */
export function freeCudaBytes(): number {
  freeBytes ??= memoryQuery(openContext().define)
  return freeBytes()
}

function memoryQuery(define: Define): () => number {
  const query = define('cuMemGetInfo_v2', '_Out_ size_t *', '_Out_ size_t *')
  return () => {
    const [free, total]: [[number | null], [number | null]] = [[null], [null]]
    query(free, total)
    return Number(free[0])
  }
}

function openContext(): { readonly define: Define; readonly device: number } {
  const library = loadNative(driverFile)
  const define: Define = (name, ...parameters) => {
    const types = parameters.map((type) =>
      type.startsWith('_Out_ ')
        ? koffi.out(type.slice('_Out_ '.length))
        : type.startsWith('_Inout_ ')
          ? koffi.inout(type.slice('_Inout_ '.length))
          : type,
    )
    const native = library.func(name, 'int', types as string[])
    return (...args) => {
      const code = native(...args) as number
      if (code === OUT_OF_MEMORY) throw new UserError('runtime/out-of-memory', { device: 'cuda' })
      if (code !== 0) throw new InternalError(`${name}: CUDA error ${code}`)
    }
  }
  const context: [Pointer | null] = [null]
  const device: [number | null] = [null]
  define('cuInit', 'uint')(0)
  define('cuDeviceGet', '_Out_ int *', 'int')(device, 0)
  define('cuDevicePrimaryCtxRetain', '_Out_ void **', 'int')(context, device[0])
  define('cuCtxSetCurrent', 'void *')(context[0])
  return { define, device: device[0] as number }
}

export interface CudaLaunch {
  readonly blocks: readonly [x: number, y: number]
  readonly threads: readonly [x: number, y: number]
  /** What a block asks for when it is started. */
  readonly sharedBytes: number
  readonly stream: Pointer
}

/** Starts a function: its parameters are pointers, then ints. */
export type CudaFunction = (launch: CudaLaunch, pointers: readonly Pointer[], sizes: readonly number[]) => void

export interface CudaModules {
  /** What to compile for, such as `sm_90`. */
  readonly architecture: string
  /**
   * Machine code into the GPU's memory, for the rest of the process's life. Throws InternalError where it is not for
   * this GPU.
   */
  load(code: Uint8Array, names: readonly string[]): CudaFunction[]
}

/** What a block may ask for unless its function allows more; CUfunction_attribute for that. */
const [DEFAULT_SHARED_BYTES, MAX_SHARED_BYTES] = [48 * 1024, 8]

/** CUdevice_attribute: compute capability. */
const [MAJOR, MINOR] = [75, 76]

/** Opens the driver for functions of our own on GPU 0, on this thread. Throws when there is no driver. */
export function openCudaModules(): CudaModules {
  const { define, device } = openContext()
  const attribute = define('cuDeviceGetAttribute', '_Out_ int *', 'int', 'int')
  const attributeOf = (which: number): number => {
    const value: [number | null] = [null]
    attribute(value, which, device)
    return value[0] as number
  }
  const loadData = define('cuModuleLoadData', '_Out_ void **', 'void *')
  const getFunction = define('cuModuleGetFunction', '_Out_ void **', 'void *', 'const char *')
  const setAttribute = define('cuFuncSetAttribute', 'void *', 'int', 'int')
  const launchKernel = define(
    'cuLaunchKernel',
    'void *',
    'uint',
    'uint',
    'uint',
    'uint',
    'uint',
    'uint',
    'uint',
    'void *',
    'void *',
    'void *',
  )
  return {
    architecture: `sm_${attributeOf(MAJOR)}${attributeOf(MINOR)}`,
    load(code, names) {
      const module: [Pointer | null] = [null]
      loadData(module, code)
      return names.map((name): CudaFunction => {
        const address: [Pointer | null] = [null]
        getFunction(address, module[0], name)
        let allowed = DEFAULT_SHARED_BYTES
        return ({ blocks, threads, sharedBytes, stream }, pointers, sizes) => {
          if (sharedBytes > allowed) setAttribute(address[0], MAX_SHARED_BYTES, (allowed = sharedBytes))
          const values = BigInt64Array.from([...pointers, ...sizes.map(BigInt)])
          const start = addressOf(values.buffer)
          launchKernel(
            address[0],
            ...blocks,
            1,
            ...threads,
            1,
            sharedBytes,
            stream,
            BigUint64Array.from(values, (_, index) => start + BigInt(index * POINTER_BYTES)),
            null,
          )
        }
      })
    },
  }
}

/** Of a pointer, and of the place of an int among a function's parameters. */
const POINTER_BYTES = 8

function memory(define: Define): Pick<CudaDriver, 'allocate' | 'free'> {
  const allocate = define('cuMemAlloc_v2', '_Out_ void **', 'size_t')
  const free = define('cuMemFree_v2', 'void *')
  return {
    allocate(byteLength) {
      const address: [Pointer | null] = [null]
      allocate(address, byteLength)
      return address[0] as Pointer
    },
    free(at) {
      try {
        free(at)
      } catch {
        // Whoever runs on it hears of the failure; whoever cleans up must come to the end.
      }
    },
  }
}

function copies(define: Define): Pick<CudaDriver, 'toDevice' | 'toHost' | 'zero'> {
  const toDevice = define('cuMemcpyHtoD_v2', 'uint64_t', 'void *', 'size_t')
  const toHost = define('cuMemcpyDtoH_v2', 'void *', 'uint64_t', 'size_t')
  const fill = define('cuMemsetD8_v2', 'uint64_t', 'uint8_t', 'size_t')
  // A copy to the device may return while its last bytes travel; ONNX Runtime's stream does not wait for ours.
  const settle = define('cuStreamSynchronize', 'void *')
  return {
    toDevice: (to, from) => {
      toDevice(to, from, from.byteLength)
      settle(null)
    },
    toHost: (to, from) => toHost(to, from, to.byteLength),
    zero: (at, byteLength) => {
      fill(at, 0, byteLength)
      settle(null)
    },
  }
}
