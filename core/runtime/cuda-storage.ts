import { output, type Api, type Pointer } from './api.ts'
import { openCudaDriver } from './cuda-driver.ts'
import { onnxTypeOf } from './dtype.ts'
import type { StorageFactory } from './storage.ts'

/** OrtAllocatorType and OrtMemType of a device's own memory. */
const deviceAllocator = 0
const defaultMemory = 0

/**
 * Tensors in the memory of NVIDIA GPU 0. A run has ended on the GPU when its promise resolves, so that copies need no waiting: the caller
 * awaits runs before it writes or reads what they use.
 */
export function createCudaStorage(place: { readonly api: Api; readonly homeSession: Pointer }): StorageFactory {
  const { api } = place
  const driver = openCudaDriver()
  const info = output<Pointer>((out) => api.CreateMemoryInfo('Cuda', deviceAllocator, 0, defaultMemory, out))
  const allocator = output<Pointer>((out) => api.CreateAllocator(place.homeSession, info, out))
  return {
    allocate(dtype, shape, byteLength) {
      const dims = BigInt64Array.from(shape, BigInt)
      const value = output<Pointer>((out) => api.CreateTensorAsOrtValue(allocator, dims, dims.length, onnxTypeOf(dtype), out))
      const address = output<Pointer>((out) => api.GetTensorMutableData(value, out))
      if (byteLength > 0) driver.zero(address, byteLength)
      return {
        value,
        host: null,
        write: (bytes, byteOffset) => driver.toDevice(address + BigInt(byteOffset), bytes),
        upload: async (bytes) => driver.toDevice(address, bytes),
        read: async (into) => driver.toHost(into, address),
        release: () => api.ReleaseValue(value),
      }
    },
  }
}
