import { InternalError } from '../../contract/errors.ts'
import type { Graph, Node, Operation, Value } from '../ir.ts'
import { KERNEL_DOMAIN } from './domain.ts'
import { expand } from './expand.ts'
import { Frontier } from './frontier.ts'
import { Grouping, type Group } from './groups.ts'
import { recompute } from './recompute.ts'
import type { Kernel } from './kernel.ts'
import { wholeKernel, writeKernel } from './source.ts'

export { prelude } from './prelude.ts'
export type { Kernel, KernelDim, RowLaunch } from './kernel.ts'
export { threadsFor } from './source.ts'

export interface FusedGraph {
  readonly graph: Graph
  /** Every kernel once. */
  readonly kernels: readonly Kernel[]
}

/**
 * Puts everything between matrix products that is computed element by element, or over rows, into custom kernels:
 * each reads and writes memory once where ONNX Runtime would for every op. Values that cost little are computed again
 * instead of kept.
 */
export function fuseKernels(original: Graph): FusedGraph {
  const { graph: expanded, late } = expand(original)
  const graph = recompute(expanded, late)
  const grouping = new Grouping(graph)
  const units = new Units(graph, grouping)
  const kernels = new Map<string, Kernel>()
  const frontier = new Frontier()
  const nodes = units.inOrder().map((unit) => {
    const call =
      'members' in unit
        ? writeKernel(unit, grouping, units.outputsOf(unit), frontier.waits)
        : wholeKernel(unit, frontier.waits)
    if (!call) return frontier.add(unit as Node)
    frontier.pass(call)
    kernels.set(call.kernel.name, call.kernel)
    return { op: kernelOp(call.kernel), inputs: call.inputs, attributes: {}, outputs: call.outputs }
  })
  return { graph: { ...graph, nodes }, kernels: [...kernels.values()] }
}

const kernelOp = ({ name }: Kernel): Operation => ({
  type: name,
  takesHalfPrecision: true,
  inputs: [],
  infer: () => {
    throw new InternalError('kernels are made after types are known')
  },
  grad: { noGrad: 'kernels are made after differentiation' },
  lower: ({ emit, inputs, outputs }) => void emit(name, inputs, {}, { outputs, domain: KERNEL_DOMAIN }),
})

type Unit = Node | Group

/** Groups and the nodes that are in none, in an order in which they can be computed. */
class Units {
  readonly #graph: Graph
  readonly #grouping: Grouping
  readonly #read = new Map<Value, Set<Unit>>()

  constructor(graph: Graph, grouping: Grouping) {
    this.#graph = graph
    this.#grouping = grouping
    for (const node of graph.nodes) {
      const unit = this.#unitOf(node)
      if (unit) for (const value of this.#inputsOf(node)) this.#readers(value).add(unit)
    }
  }

  /** Values of a group that others read. */
  outputsOf(group: Group): Value[] {
    const wanted = new Set(this.#graph.outputs.map(({ value }) => value))
    return [...group.members]
      .map(({ outputs: [value] }) => value as Value)
      .filter((value) => wanted.has(value) || [...(this.#read.get(value) ?? [])].some((unit) => unit !== group))
  }

  inOrder(): Unit[] {
    const order: Unit[] = []
    const done = new Set<Unit>()
    const visit = (unit: Unit): void => {
      if (done.has(unit)) return
      done.add(unit)
      const nodes = 'members' in unit ? [...unit.members] : [unit]
      for (const node of nodes)
        for (const { source } of this.#inputsOf(node)) {
          const before = source.kind === 'node' ? this.#unitOf(source.node) : undefined
          if (before && before !== unit) visit(before)
        }
      order.push(unit)
    }
    for (const node of this.#graph.nodes) {
      const unit = this.#unitOf(node)
      if (unit) visit(unit)
    }
    return order
  }

  /** Undefined for nodes that are computed only where they are read. */
  #unitOf(node: Node): Unit | undefined {
    const group = this.#grouping.groupOf(node)
    if (group) return group
    return this.#grouping.isInKernel(node) ? undefined : node
  }

  #inputsOf(node: Node): Iterable<Value> {
    return this.#grouping.isInKernel(node) ? this.#grouping.leavesOf(node) : node.inputs
  }

  #readers(value: Value): Set<Unit> {
    const known = this.#read.get(value) ?? new Set()
    this.#read.set(value, known)
    return known
  }
}
