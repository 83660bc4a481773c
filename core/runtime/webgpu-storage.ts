import { InternalError } from '../contract/errors.ts'
import { output, type Api, type Pointer } from './api.ts'
import { onnxTypeOf, type DType } from './dtype.ts'
import { createHostStorage } from './host-storage.ts'
import type { DeviceQueue } from './queue.ts'
import type { Storage, StorageFactory } from './storage.ts'

/** OrtAllocatorType and OrtMemType of a device's own memory. */
const deviceAllocator = 0
const defaultMemory = 0

interface WebGpuPlace {
  readonly api: Api
  readonly env: Pointer
  readonly homeSession: Pointer
  readonly queue: DeviceQueue
}

interface TensorType {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly byteLength: number
}

/**
 * Tensors in WebGPU buffers. Everything goes through the device's queue, because one thread at a time may use a WebGPU
 * device.
 */
export function createWebGpuStorage(place: WebGpuPlace): StorageFactory {
  const { api } = place
  const host = createHostStorage(api)
  const info = output<Pointer>((out) => api.CreateMemoryInfo('WebGPU_Buf', deviceAllocator, 0, defaultMemory, out))
  const allocator = output<Pointer>((out) => api.CreateAllocator(place.homeSession, info, out))
  return {
    allocate: (dtype, shape, byteLength) =>
      new WebGpuBuffer({ ...place, allocator, host }, { dtype, shape, byteLength }),
  }
}

class WebGpuBuffer implements Storage {
  readonly host = null
  readonly #place: WebGpuPlace & { readonly host: StorageFactory }
  readonly #type: TensorType
  #value: Pointer | null = null

  constructor(place: WebGpuPlace & { readonly allocator: Pointer; readonly host: StorageFactory }, type: TensorType) {
    this.#place = place
    this.#type = type
    place.queue.short(() => {
      const dims = BigInt64Array.from(type.shape, BigInt)
      this.#value = output<Pointer>((out) =>
        place.api.CreateTensorAsOrtValue(place.allocator, dims, dims.length, onnxTypeOf(type.dtype), out),
      )
      // A buffer may have been used before.
      if (type.byteLength > 0) this.#throughHost((staging) => this.#copy(staging.value, this.value))
    })
  }

  get value(): Pointer {
    if (this.#value === null) throw new InternalError('WebGPU tensor has no memory yet')
    return this.#value
  }

  write(bytes: Uint8Array<ArrayBuffer>, byteOffset: number): void {
    const copy = bytes.slice()
    this.#place.queue.short(() =>
      this.#throughHost((staging) => {
        // WebGPU copies whole tensors only.
        if (copy.byteLength < this.#type.byteLength) this.#copy(this.value, staging.value)
        staging.write(copy, byteOffset)
        this.#copy(staging.value, this.value)
      }),
    )
  }

  upload(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#place.queue.long(async () =>
      this.#throughHost((staging) => {
        staging.write(bytes, 0)
        this.#copy(staging.value, this.value)
      }),
    )
  }

  read(into: Uint8Array<ArrayBuffer>): Promise<void> {
    const { api, env, queue, host } = this.#place
    return queue.long(async () => {
      const staging = host.allocate(this.#type.dtype, this.#type.shape, this.#type.byteLength)
      try {
        await api.CopyTensors.async(staging, env, [this.value], [staging.value], null, 1)
        await staging.read(into)
      } finally {
        staging.release()
      }
    })
  }

  release(): void {
    this.#place.queue.short(() => {
      if (this.#value !== null) this.#place.api.ReleaseValue(this.#value)
      this.#value = null
    })
  }

  #throughHost(use: (staging: Storage) => void): void {
    const staging = this.#place.host.allocate(this.#type.dtype, this.#type.shape, this.#type.byteLength)
    try {
      use(staging)
    } finally {
      staging.release()
    }
  }

  #copy(from: Pointer, to: Pointer): void {
    this.#place.api.CopyTensors(this.#place.env, [from], [to], null, 1)
  }
}
