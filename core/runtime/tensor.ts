import { InternalError } from '../contract/errors.ts'
import type { Pointer } from './api.ts'
import { arrayView, bytesPerElement, elementCountOf, fits, itemCountOf, type ArrayOf, type DType } from './dtype.ts'
import type { LeakCounter } from './leaks.ts'
import type { Storage, StorageFactory } from './storage.ts'

/**
 * A tensor in a device's memory, made by `device.tensor`. Whoever made it disposes of it. It may be bound as input and
 * output of several sessions of its device, even of the same run.
 */
export class DeviceTensor<T extends DType = DType> {
  readonly dtype: T
  readonly shape: readonly number[]
  readonly elementCount: number
  readonly byteLength: number
  /** Counts writes and runs that wrote here: a binding that had to copy the tensor sees that its copy is old. */
  version = 0
  readonly #storage: Storage
  readonly #leaks: LeakCounter
  #disposed = false

  constructor(place: { storage: StorageFactory; leaks: LeakCounter }, dtype: T, shape: readonly number[]) {
    if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
      throw new InternalError(`tensor: expected whole sizes of 0 or more, got [${shape.join(', ')}]`)
    }
    this.dtype = dtype
    this.shape = [...shape]
    this.elementCount = elementCountOf(shape)
    this.byteLength = Math.ceil(this.elementCount * bytesPerElement(dtype))
    this.#leaks = place.leaks
    this.#storage = place.storage.allocate(dtype, shape, this.byteLength)
    this.#leaks.made('tensor')
  }

  /** The OrtValue, for bindings. */
  get value(): Pointer {
    this.#assertLive()
    return this.#storage.value
  }

  get disposed(): boolean {
    return this.#disposed
  }

  /**
   * The memory itself on a device whose tensors live in JavaScript's memory (the processor), else null. Writing here
   * changes the tensor; a run in flight may be reading or writing it.
   */
  get host(): ArrayOf<T> | null {
    this.#assertLive()
    const host = this.#storage.host
    return host && arrayView(this.dtype, host.buffer, host.byteOffset, this.elementCount)
  }

  /**
   * Copies numbers to the device before every run that is started later. `from` is the first item to overwrite; the
   * array may be freely changed afterwards. Throws InternalError when the array's type is not the tensor's or it does
   * not fit.
   */
  write(data: ArrayOf<T>, from = 0): void {
    this.#assertLive()
    if (!fits(this.dtype, data))
      throw new InternalError(`write: a ${this.dtype} tensor cannot take a ${data.constructor.name}`)
    const items = itemCountOf(this.dtype, this.elementCount)
    if (from < 0 || from + data.length > items) {
      throw new InternalError(`write: ${data.length} elements at ${from} do not fit into ${items}`)
    }
    if (data.length === 0) return
    this.version += 1
    this.#storage.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), from * data.BYTES_PER_ELEMENT)
  }

  /**
   * Copies a whole large tensor to the device; settles when it has been taken, so that no more than what is waited for
   * lies in the computer's memory. The array stays as it is until then. Throws InternalError unless type and length are
   * the tensor's; rejects with the device's error.
   */
  async upload(data: ArrayOf<T>): Promise<void> {
    this.#assertLive()
    if (!fits(this.dtype, data) || data.length !== itemCountOf(this.dtype, this.elementCount)) {
      throw new InternalError(
        `upload: ${this.elementCount} ${this.dtype} expected, got ${data.length} in a ${data.constructor.name}`,
      )
    }
    if (data.length === 0) return
    this.version += 1
    await this.#storage.upload(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }

  /** A copy of all numbers as they are after every run that was started earlier. */
  async read(): Promise<ArrayOf<T>> {
    const copy = arrayView(this.dtype, new ArrayBuffer(this.byteLength), 0, this.elementCount)
    await this.readInto(copy)
    return copy
  }

  /**
   * The same into an array of the caller's: no allocation. Throws InternalError unless type and length are the
   * tensor's.
   */
  async readInto(target: ArrayOf<T>): Promise<void> {
    this.#assertLive()
    if (!fits(this.dtype, target) || target.length !== itemCountOf(this.dtype, this.elementCount)) {
      throw new InternalError(
        `read: ${this.elementCount} ${this.dtype} expected, got ${target.length} in a ${target.constructor.name}`,
      )
    }
    if (target.length > 0) await this.#storage.read(new Uint8Array(target.buffer, target.byteOffset, target.byteLength))
  }

  /** Frees the memory. Bindings that use the tensor can no longer run. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.#storage.release()
    this.#leaks.freed('tensor')
  }

  #assertLive(): void {
    if (this.#disposed) throw new InternalError(`${this.dtype}[${this.shape.join(', ')}] tensor was disposed of`)
  }
}
