import { InternalError } from '../contract/errors.ts'
import type { DeviceKind } from '../contract/index.ts'
import type { Api, Pointer } from './api.ts'
import type { MemoryUse } from './arena.ts'
import { createCudaStorage } from './cuda-storage.ts'
import type { RegisteredOps } from './custom-ops.ts'
import type { ArrayOf, DType } from './dtype.ts'
import { explainError } from './explain.ts'
import { openHomeSession, openHomeSessionNow } from './home-session.ts'
import { createHostStorage } from './host-storage.ts'
import type { LeakCounter } from './leaks.ts'
import { concurrentQueue, SerialQueue, type DeviceQueue } from './queue.ts'
import { RunThread } from './run-thread.ts'
import { Session, type SessionPlace } from './session.ts'
import { withSessionOptions, type SessionOptions } from './session-options.ts'
import type { StorageFactory } from './storage.ts'
import { DeviceTensor } from './tensor.ts'
import { createWebGpuStorage } from './webgpu-storage.ts'

/** What a device needs of its runtime. */
export interface DevicePlace {
  readonly api: Api
  readonly env: Pointer
  readonly leaks: LeakCounter
}

/** Where a device's tensors live, by the name that ONNX Runtime gives that memory. */
const tensorMemories: Readonly<Record<DeviceKind, 'Cpu' | 'Cuda' | 'WebGPU_Buf'>> = {
  cpu: 'Cpu',
  cuda: 'Cuda',
  webgpu: 'WebGPU_Buf',
  // These two take and give tensors in the processor's memory; their providers copy in every run.
  directml: 'Cpu',
  coreml: 'Cpu',
}

/** A place to compute, made by `runtime.device`. Lives as long as the process. */
export class Device {
  readonly kind: DeviceKind
  readonly #place: DevicePlace
  readonly #queue: DeviceQueue
  #storage: StorageFactory | null = null
  /** The empty session that keeps a GPU open; null on the processor. */
  #home: Pointer | null = null
  #opening: Promise<void> | null = null
  #graphThread: RunThread | null = null

  constructor(place: DevicePlace, kind: DeviceKind) {
    this.kind = kind
    this.#place = place
    this.#queue = kind === 'webgpu' || kind === 'directml' ? new SerialQueue() : concurrentQueue
  }

  /**
   * Opens driver and adapter on another thread: a second or more the first time on a GPU, nothing afterwards.
   * `createSession` does it by itself. Rejects with UserError 'device/unavailable'; a later call tries again.
   */
  ready(): Promise<void> {
    if (this.#storage) return Promise.resolve()
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null
    })
    return this.#opening
  }

  /**
   * Opens an ONNX model on another thread. `model` is the protobuf; weights may lie in files under `weightsFolder`.
   * Rejects with UserError 'device/unavailable', 'runtime/weights-unreadable' or 'runtime/out-of-memory', with OrtError
   * for an invalid graph, and with the signal's reason when it aborts (loading then ends unused). The caller disposes
   * of the session.
   */
  async createSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
    options.signal?.throwIfAborted()
    await this.ready()
    try {
      const { native, customOps } = await this.#queue.long(() => this.#load(model, options))
      const session = new Session(this.#sessionPlace(options), native, {
        initializers: options.initializers,
        customOps,
      })
      if (options.signal?.aborted) session.dispose()
      options.signal?.throwIfAborted()
      return session
    } catch (error) {
      throw explainError(error, this.kind, options.weightsFolder)
    }
  }

  /**
   * Memory for a tensor on this device, with `data` or zeros. Shape [] is a scalar. On a GPU that is not `ready` yet,
   * this call opens it and blocks meanwhile. Throws InternalError when the data does not fit; on a GPU, UserError
   * 'runtime/out-of-memory' or 'device/unavailable'. The caller disposes of it.
   */
  tensor<T extends DType>(dtype: T, shape: readonly number[], data?: ArrayOf<T>): DeviceTensor<T> {
    try {
      this.#storage ??= this.#makeStorage()
      const tensor = new DeviceTensor({ storage: this.#storage, leaks: this.#place.leaks }, dtype, shape)
      if (data) tensor.write(data)
      return tensor
    } catch (error) {
      throw explainError(error, this.kind)
    }
  }

  /** What tensors use of GPU 0; only on CUDA, once it is ready. */
  memoryUse(): MemoryUse {
    if (!this.#storage?.memoryUse) throw new InternalError(`${this.kind}: its memory is not counted`)
    return this.#storage.memoryUse()
  }

  async #open(): Promise<void> {
    try {
      if (tensorMemories[this.kind] !== 'Cpu') {
        this.#home ??= await this.#queue.long(() => openHomeSession(this.#place.api, this.#place.env, this.kind))
      }
      this.#storage ??= this.#makeStorage()
    } catch (error) {
      throw explainError(error, this.kind)
    }
  }

  #makeStorage(): StorageFactory {
    const { api, env } = this.#place
    const memory = tensorMemories[this.kind]
    if (memory === 'Cpu') return createHostStorage(api)
    const homeSession = (this.#home ??= openHomeSessionNow(api, env, this.kind))
    return memory === 'Cuda'
      ? createCudaStorage(api)
      : createWebGpuStorage({ api, env, homeSession, queue: this.#queue })
  }

  #load(model: Uint8Array, options: SessionOptions): Promise<{ native: Pointer; customOps: RegisteredOps | null }> {
    const { api, env } = this.#place
    // A copy of its own: it neither moves nor changes while another thread reads it.
    const bytes = new Uint8Array(new ArrayBuffer(model.byteLength))
    bytes.set(model)
    return withSessionOptions(api, this.kind, options, async (native, customOps) => {
      const out: [Pointer | null] = [null]
      try {
        await api.CreateSessionFromArray.async([bytes, options.initializers], env, bytes, bytes.byteLength, native, out)
      } catch (error) {
        customOps?.dispose()
        throw error
      }
      return { native: out[0]!, customOps }
    })
  }

  #sessionPlace({ cudaGraph }: SessionOptions): SessionPlace {
    if (this.kind === 'cuda' && cudaGraph) this.#graphThread ??= new RunThread(this.#place.api)
    return {
      graphThread: this.kind === 'cuda' && cudaGraph ? this.#graphThread : null,
      api: this.#place.api,
      leaks: this.#place.leaks,
      queue: this.#queue,
      tensorMemory: tensorMemories[this.kind],
      explain: (error) => explainError(error, this.kind),
    }
  }
}
