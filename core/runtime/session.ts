import { InternalError } from '../contract/errors.ts'
import { output, stringAt, type Api, type Pointer } from './api.ts'
import { arenaUse, type MemoryUse } from './arena.ts'
import { Binding, type BindingOptions } from './binding.ts'
import type { RegisteredOps } from './custom-ops.ts'
import type { LeakCounter } from './leaks.ts'
import type { DeviceQueue } from './queue.ts'
import type { RunThread } from './run-thread.ts'
import { readPorts, type Port } from './session-ports.ts'

export type { Port }

/** What a session needs of its device. */
export interface SessionPlace {
  readonly api: Api
  readonly leaks: LeakCounter
  readonly queue: DeviceQueue
  /** Name of the memory in which the device's tensors live, such as 'Cpu' or 'WebGPU_Buf'. */
  readonly tensorMemory: string
  /** Where bindings run that are captured as CUDA graphs; null where they are not. */
  readonly graphThread: RunThread | null
  /** The error to throw for an exception of ONNX Runtime: one that the user can fix becomes a UserError. */
  readonly explain: (error: unknown) => unknown
}

/** What a binding needs of its session. */
export interface SessionContext extends SessionPlace {
  readonly session: Pointer
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** Keeps the native session from being freed until the returned function is called. */
  readonly hold: () => () => void
  readonly customOps: RegisteredOps | null
}

/** What the native session refers to. */
interface Belongings {
  readonly initializers: unknown
  readonly customOps: RegisteredOps | null
}

/** A graph ready to run on a device, made by `device.createSession`. Whoever made it disposes of it. */
export class Session {
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  readonly #place: SessionPlace
  readonly #belongings: Belongings
  #native: Pointer | null
  #holders = 0
  #disposed = false

  /** Takes over the native session and what belongs to it. */
  constructor(place: SessionPlace, native: Pointer, belongings: Belongings) {
    const { inputs, outputs } = readPorts(place.api, native)
    this.inputs = inputs
    this.outputs = outputs
    this.#place = place
    this.#native = native
    this.#belongings = belongings
    place.leaks.made('session')
  }

  /**
   * Binds tensors of this session's device to all inputs and the wanted outputs. Throws InternalError when a name,
   * type, rank or fixed size does not fit.
   */
  bind(options: BindingOptions): Binding {
    return new Binding(
      {
        ...this.#place,
        session: this.#live(),
        inputs: this.inputs,
        outputs: this.outputs,
        hold: () => this.#hold(),
        customOps: this.#belongings.customOps,
      },
      options,
    )
  }

  /** True where a binding's first run is captured as a CUDA graph. */
  get isCaptured(): boolean {
    return this.#place.graphThread !== null
  }

  /** What the session uses besides the tensors that are bound, on the processor and on GPU 0. */
  memoryUse(): MemoryUse {
    return arenaUse(this.#place.api, this.#live(), this.#place.tensorMemory)
  }

  /** Ends profiling (option `profilePrefix`) and returns the trace's file. */
  endProfiling(): string {
    const { api } = this.#place
    const allocator = output<Pointer>((out) => api.GetAllocatorWithDefaultOptions(out))
    const memory = output<Pointer>((out) => api.SessionEndProfiling(this.#live(), allocator, out))
    const file = stringAt(memory)
    api.AllocatorFree(allocator, memory)
    return file
  }

  /** Frees the session, once its bindings are disposed of too. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.#place.leaks.freed('session')
    this.#releaseIfUnused()
  }

  #hold(): () => void {
    this.#live()
    this.#holders += 1
    return () => {
      this.#holders -= 1
      this.#releaseIfUnused()
    }
  }

  #releaseIfUnused(): void {
    const native = this.#native
    if (!this.#disposed || this.#holders > 0 || native === null) return
    this.#native = null
    this.#place.queue.short(() => {
      this.#place.api.ReleaseSession(native)
      this.#belongings.customOps?.dispose()
    })
  }

  #live(): Pointer {
    if (this.#disposed || this.#native === null) throw new InternalError('session was disposed of')
    return this.#native
  }
}
