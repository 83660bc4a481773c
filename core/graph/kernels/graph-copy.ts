import { InternalError } from '../../contract/errors.ts'
import { Builder } from '../builder.ts'
import type { Graph, Node, Value } from '../ir.ts'

/** A graph that is built anew from another, node by node. */
export class GraphCopy {
  readonly b = new Builder()
  readonly #original: Graph
  readonly #made = new Map<Value, Value>()

  constructor(original: Graph) {
    this.#original = original
    for (const value of original.inputs)
      if (value.source.kind === 'input')
        this.#made.set(value, this.b.input(value.source.name, value.dtype, value.shape))
  }

  /** What stands for a value of the original. */
  at(value: Value): Value {
    const known = this.#made.get(value) ?? this.#leaf(value)
    this.#made.set(value, known)
    return known
  }

  /** Says what a node of the original has become. */
  set({ outputs }: Node, made: readonly Value[]): void {
    outputs.forEach((value, index) => this.#made.set(value, made[index] as Value))
  }

  /** The new graph, with the outputs of the original. */
  build(): Graph {
    for (const { name, value } of this.#original.outputs) this.b.output(name, this.at(value))
    return this.b.build()
  }

  #leaf({ dtype, shape, source }: Value): Value {
    if (source.kind === 'constant') return this.b.constant(source.data, dtype, shape as readonly number[])
    if (source.kind === 'weight') return this.b.weight(source.name, dtype, shape as readonly number[], source.place)
    throw new InternalError('a value without a node')
  }
}
