import { output, type Api, type Pointer } from './api.ts'
import { openCudaDriver } from './cuda-driver.ts'
import { onnxTypeOf } from './dtype.ts'
import type { StorageFactory } from './storage.ts'

/** OrtAllocatorType and OrtMemType of a device's own memory. */
const deviceAllocator = 0
const defaultMemory = 0

/**
 * Tensors in the memory of NVIDIA GPU 0, each taken from the driver and given back to it: an arena of ONNX Runtime's
 * would keep it from other sessions and programs. A run has ended on the GPU when its promise resolves, so that copies
 * need no waiting: the caller awaits runs before it writes or reads what they use.
 */
export function createCudaStorage(api: Api): StorageFactory {
  const driver = openCudaDriver()
  const info = output<Pointer>((out) => api.CreateMemoryInfo('Cuda', deviceAllocator, 0, defaultMemory, out))
  let [usedBytes, peakBytes] = [0, 0]
  return {
    allocate(dtype, shape, byteLength) {
      const address = driver.allocate(Math.max(1, byteLength))
      const dims = BigInt64Array.from(shape, BigInt)
      let value: Pointer
      try {
        if (byteLength > 0) driver.zero(address, byteLength)
        value = output<Pointer>((out) =>
          api.CreateTensorWithDataAsOrtValue(info, address, byteLength, dims, dims.length, onnxTypeOf(dtype), out),
        )
      } catch (error) {
        driver.free(address)
        throw error
      }
      usedBytes += byteLength
      peakBytes = Math.max(peakBytes, usedBytes)
      return {
        value,
        host: null,
        write: (bytes, byteOffset) => driver.toDevice(address + BigInt(byteOffset), bytes),
        upload: async (bytes) => driver.toDevice(address, bytes),
        read: async (into) => driver.toHost(into, address),
        release() {
          api.ReleaseValue(value)
          driver.free(address)
          usedBytes -= byteLength
        },
      }
    },
    memoryUse: () => ({ peakBytes, reservedBytes: usedBytes }),
  }
}
