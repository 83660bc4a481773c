import type { Pointer } from './api.ts'
import type { MemoryUse } from './arena.ts'
import type { DType } from './dtype.ts'

/** Where a tensor's numbers live. Made by a device's StorageFactory; the tensor that owns it releases it. */
export interface Storage {
  /** The OrtValue. It stays the same until `release`. */
  readonly value: Pointer
  /** The memory itself where JavaScript may touch it, else null. */
  readonly host: { readonly buffer: ArrayBuffer; readonly byteOffset: number } | null
  /** Copies bytes to the device, ordered before every later run. */
  write(bytes: Uint8Array<ArrayBuffer>, byteOffset: number): void
  /**
   * The same of the whole tensor, for large ones: settles when the device has taken it, in its turn, and needs no copy
   * meanwhile.
   */
  upload(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** Copies the whole tensor out, ordered after every earlier run. */
  read(into: Uint8Array<ArrayBuffer>): Promise<void>
  release(): void
}

/** Made once for a device, for the life of the process. */
export interface StorageFactory {
  /** Memory for a tensor; its content is zero. */
  allocate(dtype: DType, shape: readonly number[], byteLength: number): Storage
  /** What all its tensors take, now and at most, where that is counted. */
  memoryUse?(): MemoryUse
}
