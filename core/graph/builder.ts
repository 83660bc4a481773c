import type {
  Attributes,
  DType,
  Graph,
  GraphOutput,
  Node,
  Operation,
  Shape,
  Source,
  Typed,
  Value,
  WeightPlace,
} from './ir.ts'

/**
 * Builds a graph: inputs, constants and weights are made here, everything else by the operators (ops/), which find the
 * builder through their values.
 */
export class Builder {
  readonly inputs: Value[] = []
  readonly nodes: Node[] = []
  readonly outputs: GraphOutput[] = []
  #nextId = 0
  #regions = 0
  #region: number | undefined
  readonly #constants = new Map<string, Value>()
  readonly #weights = new Map<string, Value>()
  readonly #known = new Map<string, Node>()

  /** A value that the caller gives at every run. Names and shapes are how sessions bind it. */
  input(name: string, dtype: DType, shape: Shape): Value {
    const value = this.#value({ dtype, shape }, { kind: 'input', name })
    this.inputs.push(value)
    return value
  }

  /** A small constant, written into the model: one number [], a list [n], or a list in the given shape. */
  constant(data: number | readonly number[], dtype: DType = 'float32', shape?: readonly number[]): Value {
    const list = typeof data === 'number' ? [data] : data
    const dims = shape ?? (typeof data === 'number' ? [] : [list.length])
    return once(this.#constants, `${dtype} ${dims.join()} ${list.join()}`, () =>
      this.#value({ dtype, shape: dims }, { kind: 'constant', data: list }),
    )
  }

  /** A weight that lies in a file beside the model. */
  weight(name: string, dtype: DType, shape: readonly number[], place: WeightPlace): Value {
    return once(this.#weights, name, () => this.#value({ dtype, shape }, { kind: 'weight', name, place }))
  }

  /** Names a result. */
  output(name: string, value: Value): void {
    this.outputs.push({ name, value })
  }

  /**
   * Adds a node and returns its outputs, or the same outputs where a node with the same inputs and attributes exists
   * (common subexpressions).
   */
  node(op: Operation, inputs: readonly Value[], attributes: Attributes = {}): readonly Value[] {
    const key = `${op.type} ${inputs.map(({ id }) => id).join()} ${JSON.stringify(attributes)}`
    return once(this.#known, key, () => {
      const outputs: Value[] = []
      const node: Node = { op, inputs, attributes, outputs, region: this.#region }
      for (const [index, typed] of op.infer(inputs, attributes).entries())
        outputs.push(this.#value(typed, { kind: 'node', node, index }))
      this.nodes.push(node)
      return node
    }).outputs
  }

  /** Whatever f builds is one region: the backward pass computes it again from what came into it. */
  region<T>(f: () => T): T {
    return this.#within(++this.#regions, f)
  }

  /** Whatever f builds belongs to no region. */
  outside<T>(f: () => T): T {
    return this.#within(undefined, f)
  }

  #within<T>(region: number | undefined, f: () => T): T {
    const outer = this.#region
    this.#region = region
    try {
      return f()
    } finally {
      this.#region = outer
    }
  }

  /** The graph of the outputs: nodes that nothing needs are left out (dead code). */
  build(): Graph {
    const live = new Set<Node>()
    const waiting = this.outputs.map(({ value }) => value)
    for (let value = waiting.pop(); value; value = waiting.pop()) {
      if (value.source.kind !== 'node' || live.has(value.source.node)) continue
      live.add(value.source.node)
      waiting.push(...value.source.node.inputs)
    }
    return { inputs: this.inputs, outputs: this.outputs, nodes: this.nodes.filter((node) => live.has(node)) }
  }

  #value({ dtype, shape }: Typed, source: Source): Value {
    return { id: this.#nextId++, dtype, shape, source, graph: this }
  }
}

function once<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}
