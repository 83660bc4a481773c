import type { Graph, Node, Value } from '../ir.ts'
import { after } from '../ops/index.ts'
import { sameShape } from '../shapes.ts'
import { isCollection, isFusable } from './expand.ts'
import { GraphCopy } from './graph-copy.ts'

/** A value that is computed, element by element, from one value of its own size and small ones. */
interface Chain {
  readonly leaf: Value
  readonly nodes: readonly Node[]
}

/**
 * Values of the forward pass that a matrix product of the backward pass reads, and that are cheap to compute from a
 * value which is kept anyway, are computed again just before: activations, norms and dropped inputs need not wait in
 * memory. `late` are the nodes of the backward pass.
 */
export function recompute(graph: Graph, late: ReadonlySet<Node>): Graph {
  const chains = new Chains(graph)
  const kept = new Set<Value>()
  for (const node of graph.nodes)
    if (late.has(node) && isFusable(node)) for (const input of node.inputs) kept.add(inAnyShape(chains.readFrom(input)))
  const copy = new GraphCopy(graph)
  const { b } = copy
  const again = ({ leaf, nodes }: Chain, value: Value, event: Value): Value => {
    const own = new Map<Value, Value>([[leaf, after(copy.at(leaf), event)]])
    for (const { op, inputs, attributes, outputs } of nodes)
      own.set(
        outputs[0] as Value,
        b.node(
          op,
          inputs.map((input) => own.get(input) ?? copy.at(input)),
          attributes,
        )[0] as Value,
      )
    return own.get(value) as Value
  }
  for (const node of graph.nodes) {
    const isProduct = late.has(node) && node.op.isProduct
    const inputs = node.inputs.map((value, index) => {
      const chain = isProduct && !isLate(value, late) ? chains.of(value) : null
      return chain && kept.has(chain.leaf)
        ? again(chain, value, copy.at(node.inputs[1 - index] as Value))
        : copy.at(value)
    })
    copy.set(node, b.node(node.op, inputs, node.attributes))
  }
  return copy.build()
}

/** The value that lies at the same place in memory. */
const inAnyShape = (value: Value): Value =>
  value.source.kind === 'node' && value.source.node.op.isView ? inAnyShape(value.source.node.inputs[0] as Value) : value

const isLate = ({ source }: Value, late: ReadonlySet<Node>): boolean => source.kind === 'node' && late.has(source.node)

class Chains {
  readonly #roots = new Map<Value, Value | null>()
  /** Values that ops of ONNX Runtime read: they lie in memory. */
  readonly #written: ReadonlySet<Value>

  constructor({ nodes }: Graph) {
    for (const { outputs } of nodes) outputs.forEach((value) => this.#rootOf(value))
    this.#written = new Set(nodes.flatMap((node) => (isFusable(node) ? [] : node.inputs)))
  }

  /** The value in memory that an element of `value` is made from. */
  readFrom(value: Value): Value {
    const leaf = this.#rootOf(value)
    if (leaf === null || leaf === value || this.#written.has(value) || value.source.kind !== 'node') return value
    const from = value.source.node.inputs.find((input) => this.#rootOf(input) === leaf)
    return from ? this.readFrom(from) : leaf
  }

  of(value: Value): Chain | null {
    const leaf = this.#rootOf(value)
    if (leaf === null || leaf === value) return null
    const nodes: Node[] = []
    const visit = (at: Value): void => {
      if (at === leaf || this.#rootOf(at) !== leaf || at.source.kind !== 'node' || nodes.includes(at.source.node))
        return
      at.source.node.inputs.forEach(visit)
      nodes.push(at.source.node)
    }
    visit(value)
    return { leaf, nodes }
  }

  /**
   * The value of the same size that a value is made of: itself where there are none or several, null where it is made
   * of small ones only.
   */
  #rootOf(value: Value): Value | null {
    const known = this.#roots.get(value)
    if (known !== undefined) return known
    const root = this.#findRoot(value)
    this.#roots.set(value, root)
    return root
  }

  #findRoot(value: Value): Value | null {
    const { source } = value
    if (source.kind === 'constant') return null
    if (source.kind !== 'node' || !isFusable(source.node) || isCollection(source.node)) return value
    const { inputs, op } = source.node
    const roots = new Set(
      inputs.flatMap((input, index) =>
        op.unread?.includes(index) || !sameShape(input.shape, value.shape) ? [] : (this.#rootOf(input) ?? []),
      ),
    )
    return roots.size > 1 ? value : ([...roots][0] ?? null)
  }
}
