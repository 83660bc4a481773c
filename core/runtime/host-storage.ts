import { addressOf, output, type Api, type Pointer } from './api.ts'
import { onnxTypeOf, type DType } from './dtype.ts'
import type { Storage, StorageFactory } from './storage.ts'

/** Vector instructions like whole cache lines. */
const alignmentBytes = 64

/** OrtAllocatorType and OrtMemType of plain processor memory. */
const arenaAllocator = 1
const defaultMemory = 0

/**
 * Tensors in the processor's memory: a JavaScript ArrayBuffer that ONNX Runtime reads and writes in place. (Not the
 * other way round: Electron forbids ArrayBuffers over foreign memory.) A fresh ArrayBuffer's memory never moves, unlike
 * that of a small typed array.
 */
export function createHostStorage(api: Api): StorageFactory {
  const info = output<Pointer>((out) => api.CreateMemoryInfo('Cpu', arenaAllocator, 0, defaultMemory, out))
  return { allocate: (dtype, shape, byteLength) => allocateHost(api, info, { dtype, shape, byteLength }) }
}

/** An OrtValue over fresh, zeroed JavaScript memory. */
function allocateHost(
  api: Api,
  info: Pointer,
  tensor: { dtype: DType; shape: readonly number[]; byteLength: number },
): Storage {
  const buffer = new ArrayBuffer(tensor.byteLength + alignmentBytes)
  const address = addressOf(buffer)
  const byteOffset = Number(-address & BigInt(alignmentBytes - 1))
  const dims = BigInt64Array.from(tensor.shape, BigInt)
  const value = output<Pointer>((out) =>
    api.CreateTensorWithDataAsOrtValue(
      info,
      address + BigInt(byteOffset),
      tensor.byteLength,
      dims,
      dims.length,
      onnxTypeOf(tensor.dtype),
      out,
    ),
  )
  const bytes = new Uint8Array(buffer, byteOffset, tensor.byteLength)
  return {
    value,
    host: { buffer, byteOffset },
    write: (source, offset) => bytes.set(source, offset),
    upload: async (source) => bytes.set(source),
    read: async (into) => into.set(bytes),
    release: () => api.ReleaseValue(value),
  }
}
