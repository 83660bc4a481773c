import { InternalError } from '../contract/errors.ts'
import { output, type Pointer } from './api.ts'
import type { SessionContext } from './session.ts'
import type { Port } from './session-ports.ts'
import type { DeviceTensor } from './tensor.ts'

export interface BindingOptions {
  readonly inputs: Readonly<Record<string, DeviceTensor>>
  /**
   * Every output that is wanted; the same tensor may be an input too, where the graph's last operator writes it element
   * by element.
   */
  readonly outputs: Readonly<Record<string, DeviceTensor>>
  /**
   * False: run operator by operator also where the session is captured. A capture stays in memory for as long as its
   * session. True unless given.
   */
  readonly capture?: boolean
  /** Entries of ONNX Runtime's run configuration. */
  readonly runConfig?: Readonly<Record<string, string>>
}

interface BoundInput {
  readonly name: string
  readonly tensor: DeviceTensor
  /**
   * The tensor's version when it was copied; compared only where the session wants the input in other memory than the
   * tensor's.
   */
  copiedVersion: number
}

/**
 * ONNX Runtime's name for a captured CUDA graph: one for each binding, since a graph remembers the addresses of its
 * tensors.
 */
let lastGraphId = 0
/** The name under which nothing is captured. */
const NOT_CAPTURED = -1

/**
 * A session's inputs and outputs bound to tensors; running it again costs microseconds of JavaScript. Whoever made it
 * disposes of it.
 */
export class Binding {
  readonly #context: SessionContext
  readonly #outputs: readonly DeviceTensor[]
  readonly #inputs: readonly DeviceTensor[]
  readonly #tensors: readonly DeviceTensor[]
  /** Inputs that ONNX Runtime copied when they were bound: they are bound anew when the tensor has changed. */
  readonly #copied: readonly BoundInput[]
  readonly #releaseSession: () => void
  #native: { readonly binding: Pointer; readonly runOptions: Pointer } | null = null
  readonly #capture: boolean
  #captured = false
  #state: 'idle' | 'running' | 'disposed' = 'idle'

  constructor(context: SessionContext, options: BindingOptions) {
    checkPorts(context.inputs, options.inputs, 'input')
    checkPorts(context.outputs, options.outputs, 'output')
    const inputs = Object.entries(options.inputs).map(([name, tensor]) => ({
      name,
      tensor,
      copiedVersion: tensor.version,
    }))
    this.#context = context
    this.#capture = options.capture !== false
    this.#outputs = Object.values(options.outputs)
    this.#inputs = Object.values(options.inputs)
    this.#tensors = [...this.#inputs, ...this.#outputs]
    const memoryOf = new Map(context.inputs.map((port) => [port.name, port.memory]))
    this.#copied = inputs.filter(({ name }) => memoryOf.get(name) !== context.tensorMemory)
    if (context.graphThread && this.#copied.length > 0) {
      throw new InternalError(
        `binding: a CUDA graph cannot copy its inputs ${this.#copied.map(({ name }) => name).join(', ')} to the processor`,
      )
    }
    this.#releaseSession = context.hold()
    context.leaks.made('binding')
    try {
      context.queue.short(() => this.#create(inputs, options))
    } catch (error) {
      this.dispose()
      throw context.explain(error)
    }
  }

  /**
   * Runs the session on another thread and resolves when the outputs are written. After `signal` aborts, rejects with
   * its reason within one operator; bound outputs are then undefined. Throws UserError 'runtime/out-of-memory',
   * OrtError for a refused run, and InternalError when a bound tensor was disposed of or this binding is already
   * running.
   */
  async run(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    options.signal?.throwIfAborted()
    if (this.#state !== 'idle') throw new InternalError(`binding: cannot run, it is ${this.#state}`)
    if (this.#tensors.some((tensor) => tensor.disposed))
      throw new InternalError('binding: a bound tensor was disposed of')
    this.#state = 'running'
    try {
      await this.#context.queue.long(() => this.#runNative(options.signal))
    } finally {
      this.#finish()
    }
  }

  /** Frees the binding, not its tensors; during a run, when it has ended. A second call does nothing. */
  dispose(): void {
    if (this.#state === 'disposed') return
    if (this.#state === 'idle') this.#context.queue.short(() => this.#releaseNative())
    this.#state = 'disposed'
    this.#context.leaks.freed('binding')
  }

  #finish(): void {
    if (this.#state === 'disposed') this.#context.queue.short(() => this.#releaseNative())
    else this.#state = 'idle'
  }

  async #runNative(signal: AbortSignal | undefined): Promise<void> {
    const { api, session } = this.#context
    const { binding, runOptions } = this.#native!
    this.#copyChanged(binding)
    const stop = () => api.RunOptionsSetTerminate(runOptions)
    signal?.addEventListener('abort', stop, { once: true })
    try {
      const { graphThread } = this.#context
      if (graphThread) await this.#runGraph(() => graphThread.run(session, runOptions, binding))
      else await api.RunWithBinding.async(this.#tensors, session, runOptions, binding)
      const failure = this.#context.customOps?.takeFailure()
      if (failure) throw failure.error
    } catch (error) {
      const failure = this.#context.customOps?.takeFailure()
      signal?.throwIfAborted()
      // What an operator of ours has thrown is the cause of what ONNX Runtime says.
      throw this.#context.explain(failure?.error ?? error)
    } finally {
      for (const tensor of this.#outputs) tensor.version += 1
      if (signal) {
        signal.removeEventListener('abort', stop)
        if (signal.aborted) api.RunOptionsUnsetTerminate(runOptions)
      }
    }
  }

  /**
   * Recording a CUDA graph runs it several times inside one call, so that state would advance too far: state is put
   * back after the capture, and the run proper is a replay.
   */
  async #runGraph(run: () => Promise<void>): Promise<void> {
    if (this.#capture && !this.#captured) {
      const state = this.#outputs.filter((tensor) => this.#inputs.includes(tensor))
      const before = await Promise.all(state.map((tensor) => tensor.read()))
      try {
        await run()
      } finally {
        state.forEach((tensor, index) => tensor.write(before[index]!))
      }
      this.#captured = true
    }
    await run()
  }

  #copyChanged(binding: Pointer): void {
    for (const input of this.#copied) {
      if (input.copiedVersion === input.tensor.version) continue
      this.#context.api.BindInput(binding, input.name, input.tensor.value)
      input.copiedVersion = input.tensor.version
    }
  }

  #create(inputs: readonly BoundInput[], options: BindingOptions): void {
    const { api, session } = this.#context
    const binding = output<Pointer>((out) => api.CreateIoBinding(session, out))
    const runOptions = output<Pointer>((out) => api.CreateRunOptions(out))
    this.#native = { binding, runOptions }
    for (const { name, tensor } of inputs) api.BindInput(binding, name, tensor.value)
    for (const [name, tensor] of Object.entries(options.outputs)) api.BindOutput(binding, name, tensor.value)
    if (this.#context.graphThread)
      api.AddRunConfigEntry(runOptions, 'gpu_graph_id', String(this.#capture ? ++lastGraphId : NOT_CAPTURED))
    for (const [key, value] of Object.entries(options.runConfig ?? {})) api.AddRunConfigEntry(runOptions, key, value)
  }

  #releaseNative(): void {
    if (this.#native) {
      this.#context.api.ReleaseIoBinding(this.#native.binding)
      this.#context.api.ReleaseRunOptions(this.#native.runOptions)
      this.#native = null
    }
    this.#releaseSession()
  }
}

/**
 * Throws InternalError naming the port when a name, type, rank or fixed size is not the session's, or an input is
 * missing.
 */
function checkPorts(
  ports: readonly Port[],
  tensors: Readonly<Record<string, DeviceTensor>>,
  kind: 'input' | 'output',
): void {
  const known = new Map(ports.map((port) => [port.name, port]))
  for (const [name, tensor] of Object.entries(tensors)) {
    const port = known.get(name)
    if (!port) throw new InternalError(`binding: no ${kind} "${name}"; there are ${[...known.keys()].join(', ')}`)
    if (port.dtype !== tensor.dtype || !shapesAgree(port.shape, tensor.shape)) {
      throw new InternalError(
        `binding: ${kind} "${name}" is ${port.dtype}[${port.shape.join(', ')}], got ${tensor.dtype}[${tensor.shape.join(', ')}]`,
      )
    }
  }
  if (kind === 'output') return
  const missing = ports.find(({ name }) => !(name in tensors))
  if (missing) throw new InternalError(`binding: input "${missing.name}" is not bound`)
}

/** Whether the ranks are equal and every fixed size is met. */
function shapesAgree(expected: readonly (number | string)[], found: readonly number[]): boolean {
  return (
    expected.length === found.length && expected.every((size, axis) => typeof size === 'string' || size === found[axis])
  )
}
