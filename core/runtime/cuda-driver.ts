import koffi from 'koffi'
import { InternalError } from '../contract/errors.ts'
import type { Pointer } from './api.ts'
import { loadNative } from './native-library.ts'

/** Copies between the processor's and the GPU's memory, through NVIDIA's driver (its functions are the same for every CUDA version). */
export interface CudaDriver {
  /** All of these return when the copy is done. Throw InternalError with CUDA's error number. */
  toDevice(to: Pointer, from: Uint8Array): void
  toHost(to: Uint8Array, from: Pointer): void
  zero(at: Pointer, byteLength: number): void
}

const driverFile = process.platform === 'win32' ? 'nvcuda.dll' : 'libcuda.so.1'

/** Opens the driver and the context of GPU 0 that ONNX Runtime works in, on this thread. Throws when there is no driver. */
export function openCudaDriver(): CudaDriver {
  const library = loadNative(driverFile)
  const define = (name: string, ...parameters: string[]) => {
    const types = parameters.map((type) => (type.startsWith('_Out_ ') ? koffi.out(type.slice('_Out_ '.length)) : type))
    const native = library.func(name, 'int', types as string[])
    return (...args: unknown[]): void => {
      const code = native(...args) as number
      if (code !== 0) throw new InternalError(`${name}: CUDA error ${code}`)
    }
  }
  const context: [Pointer | null] = [null]
  const device: [number | null] = [null]
  define('cuInit', 'uint')(0)
  define('cuDeviceGet', '_Out_ int *', 'int')(device, 0)
  define('cuDevicePrimaryCtxRetain', '_Out_ void **', 'int')(context, device[0])
  define('cuCtxSetCurrent', 'void *')(context[0])
  return copies(define)
}

function copies(define: (name: string, ...parameters: string[]) => (...args: unknown[]) => void): CudaDriver {
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
