import { InternalError } from '../contract/errors.ts'
import { executionOrder, producersOf } from './execution-order.ts'
import type { DType, Graph, Node, Provider, Typed, Value } from './ir.ts'

/** Bits of an element as devices keep it. */
const BITS: Readonly<Record<DType, number>> = {
  float32: 32,
  float16: 16,
  bfloat16: 16,
  int32: 32,
  int64: 64,
  bool: 8,
  int8: 8,
  uint8: 8,
  int4: 4,
}
/** The CPU provider computes fp16 and bf16 in float32 (onnx/writer.ts): such a value has a float32 copy beside it. */
const CPU_HALF_BITS = 16 + 32
/** ONNX Runtime's arenas give memory out in multiples of so many bytes (bfc_arena.h, kMinAllocationSize). */
const ARENA_STEP_BYTES = 256

export interface LivenessOptions {
  /** The sizes of the graph's named dimensions. */
  readonly sizes: Readonly<Record<string, number>>
  readonly provider: Provider
  /** As in OnnxOptions. What is made of constants alone is computed once, when the session is opened. */
  readonly weights: 'constant' | 'input'
}

/** Memory of one value and its views. */
interface Storage {
  readonly bytes: number
  /** Nodes that are still to read it. */
  readers: number
}

/**
 * Bytes of a tensor on a device. Throws InternalError for a named dimension without a size.
 */
export function tensorBytesOf(
  { dtype, shape }: Typed,
  { sizes, provider }: Pick<LivenessOptions, 'sizes' | 'provider'>,
): number {
  const count = shape.reduce<number>((product, dim) => {
    const size = typeof dim === 'number' ? dim : sizes[dim]
    if (size === undefined) throw new InternalError(`dimension ${dim} has no size`)
    return product * size
  }, 1)
  const bits = provider === 'cpu' && BITS[dtype] === 16 ? CPU_HALF_BITS : BITS[dtype]
  return Math.ceil((count * bits) / 8 / ARENA_STEP_BYTES) * ARENA_STEP_BYTES
}

/**
 * The most bytes that a run of the graph takes at once besides its inputs, outputs and weights. Every value lives from
 * the node that computes it to the last one that reads it, in the order of ONNX Runtime. The graph is as `toOnnx`
 * lowers it: after `fuseKernels` and `fuseMatmulAdd`. Throws InternalError for a named dimension without a size.
 */
export function peakBytes(graph: Graph, options: LivenessOptions): number {
  return new Walk(graph, options).peak()
}

/** A constant as a session keeps it: a weight, or what is made of weights alone, and the nodes that read it. */
export interface SessionConstant {
  readonly value: Value
  readonly uses: readonly { readonly node: Node; readonly input: number }[]
}

/** What a session whose weights are constants keeps of them. The graph is as for `peakBytes`. */
export function sessionConstants(graph: Graph): SessionConstant[] {
  const isConstant = constantNodes(graph, 'constant')
  const producers = producersOf(graph)
  const uses = new Map<Value, { node: Node; input: number }[]>()
  for (const node of graph.nodes) {
    if (isConstant(node)) continue
    for (const [input, value] of node.inputs.entries()) {
      const made = producers.get(value)
      if (value.source.kind === 'weight' || (made && isConstant(made)))
        uses.set(value, [...(uses.get(value) ?? []), { node, input }])
    }
  }
  return [...uses].map(([value, readers]) => ({ value, uses: readers }))
}

/**
 * Which nodes take no memory during a run. Constants are computed when the session is opened; of weights that are
 * inputs only other types are, at each use (onnx/writer.ts, views of weights).
 */
function constantNodes(graph: Graph, weights: LivenessOptions['weights']): (node: Node) => boolean {
  const producers = producersOf(graph)
  const known = new Map<Node, boolean>()
  const isConstant = (node: Node): boolean => {
    const found = known.get(node) ?? find(node)
    known.set(node, found)
    return found
  }
  const find = ({ op, inputs }: Node): boolean => {
    if (weights === 'input' && !op.isMadePerUse) return false
    return inputs.every((value) => {
      if (value.source.kind === 'weight') return true
      if (value.source.kind === 'constant') return weights === 'constant'
      const before = producers.get(value)
      return before !== undefined && isConstant(before)
    })
  }
  return isConstant
}

class Walk {
  readonly #options: LivenessOptions
  readonly #producers: ReadonlyMap<Value, Node>
  readonly #isConstant: (node: Node) => boolean
  readonly #order: readonly Node[]
  readonly #storages = new Map<Value, Storage | null>()
  readonly #outputs: ReadonlySet<Value>

  constructor(graph: Graph, options: LivenessOptions) {
    this.#options = options
    this.#producers = producersOf(graph)
    this.#outputs = new Set(graph.outputs.map(({ value }) => value))
    this.#isConstant = constantNodes(graph, options.weights)
    this.#order = executionOrder(graph).filter((node) => !this.#isConstant(node))
    for (const node of this.#order) for (const storage of this.#readBy(node)) storage.readers++
  }

  peak(): number {
    let [live, peak] = [0, 0]
    for (const node of this.#order) {
      const made = this.#madeBy(node)
      const dying = [...this.#readBy(node)].filter((storage) => --storage.readers === 0)
      live += total(made) - this.#reusedBytes(node, made, dying)
      peak = Math.max(peak, live + this.#passingBytes(node))
      // What nothing reads is freed at once.
      live -= total(dying) + total(made.filter(({ readers }) => readers === 0)) - this.#reusedBytes(node, made, dying)
    }
    return peak
  }

  #madeBy({ op, outputs }: Node): Storage[] {
    return op.aliasOf !== undefined ? [] : outputs.flatMap((value) => this.#storageOf(value) ?? [])
  }

  /** Elementwise operators write into an input that nothing else reads any more (KernelDef, MayInplace). */
  #reusedBytes({ op }: Node, made: readonly Storage[], dying: readonly Storage[]): number {
    const [output] = made
    return op.element && output && dying.some(({ bytes }) => bytes === output.bytes) ? output.bytes : 0
  }

  /** What lives only while the node is computed: weights in another type, and values of its lowered form. */
  #passingBytes({ op, inputs }: Node): number {
    const bytesOf = (typed: Typed) => tensorBytesOf(typed, this.#options)
    const temporaries = op.temporaries?.(inputs) ?? []
    const views = this.#options.weights === 'input' ? inputs.flatMap((value) => this.#viewOf(value)) : []
    return [...temporaries, ...views].reduce((sum, typed) => sum + bytesOf(typed), 0)
  }

  /** The values that a weight in another type is made through. */
  #viewOf(value: Value): Value[] {
    const node = this.#producers.get(value)
    return node && this.#isConstant(node) ? [value, ...this.#viewOf(node.inputs[0] as Value)] : []
  }

  #readBy({ inputs }: Node): Set<Storage> {
    return new Set(inputs.flatMap((value) => this.#storageOf(value) ?? []))
  }

  /** Null for what lies in memory of inputs, outputs and weights. */
  #storageOf(value: Value): Storage | null {
    const known = this.#storages.get(value)
    if (known !== undefined) return known
    const storage = this.#find(value)
    this.#storages.set(value, storage)
    return storage
  }

  #find(value: Value): Storage | null {
    const node = this.#producers.get(value)
    if (!node || this.#isConstant(node)) return null
    if (node.op.aliasOf !== undefined) return this.#storageOf(node.inputs[node.op.aliasOf] as Value)
    return this.#outputs.has(value) ? null : { bytes: tensorBytesOf(value, this.#options), readers: 0 }
  }
}

const total = (storages: readonly Storage[]): number => storages.reduce((sum, { bytes }) => sum + bytes, 0)
