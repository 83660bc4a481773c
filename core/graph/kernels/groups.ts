import type { Dim, Graph, Node, Shape, Value } from '../ir.ts'
import { sameShape } from '../shapes.ts'
import { isCollection, isFusable } from './expand.ts'

/** Nodes that one kernel computes: over rows [...rows], each of `columns` elements. */
export interface Group {
  readonly rows: Shape
  columns: Dim
  readonly stage: number
  /** Counted from 1 in the order in which groups begin. */
  readonly number: number
  readonly members: Set<Node>
}

type Space = Pick<Group, 'rows' | 'columns'>

/** A value is computed again wherever it is read, unless that takes more than so many ops or values. */
const MAX_INLINED_OPS = 32
const MAX_LEAVES = 12

/** How the nodes of a graph are divided among kernels, and which values those read and write. */
export class Grouping {
  readonly groups: Group[] = []
  readonly #graph: Graph
  readonly #fusable = new Set<Node>()
  readonly #written: ReadonlySet<Value>
  readonly #inlined = new Map<Value, Inlined | null>()
  readonly #readers = new Map<Value, Group[]>()
  readonly #groupOf = new Map<Node, Group>()
  /** Of every node: how many nodes of ONNX Runtime lie one behind the other before it. */
  readonly #stage = new Map<Node, number>()

  constructor(graph: Graph) {
    this.#graph = graph
    for (const node of graph.nodes) if (isFusable(node)) this.#fusable.add(node)
    this.#written = this.#writtenForOthers()
    for (const node of graph.nodes) {
      this.#stage.set(node, this.#stageOf(node))
      if (this.#fusable.has(node) && !this.inlined(node.outputs[0] as Value)) this.#place(node)
    }
  }

  /** True for nodes that no op of ONNX Runtime computes. */
  isInKernel(node: Node): boolean {
    return this.#fusable.has(node)
  }

  groupOf(node: Node): Group | undefined {
    return this.#groupOf.get(node)
  }

  /** The values that a value is computed from where it is read; null where it lies in memory. */
  inlined(value: Value): Inlined | null {
    const known = this.#inlined.get(value)
    if (known !== undefined) return known
    const found = this.#findInlined(value)
    this.#inlined.set(value, found)
    return found
  }

  /** The values in memory that a node reads. */
  leavesOf(node: Node): Set<Value> {
    return new Set(node.inputs.flatMap((value) => this.#leaves(value)))
  }

  #leaves(value: Value): readonly Value[] {
    if (isScalar(value)) return []
    return this.inlined(value)?.leaves ?? [value]
  }

  /** Values that ops of ONNX Runtime read, or the caller. */
  #writtenForOthers(): Set<Value> {
    const found = new Set(this.#graph.outputs.map(({ value }) => value))
    for (const node of this.#graph.nodes)
      if (!this.#fusable.has(node)) for (const value of node.inputs) found.add(value)
    return found
  }

  #findInlined(value: Value): Inlined | null {
    if (value.source.kind !== 'node' || this.#written.has(value)) return null
    const { node } = value.source
    if (!this.#fusable.has(node) || isCollection(node)) return null
    const leaves = [...this.leavesOf(node)]
    const ops = new Set([node, ...node.inputs.flatMap((input) => [...(this.inlined(input)?.ops ?? [])])])
    const elements = new Set(
      node.inputs.flatMap((input, index) => (node.op.unread?.includes(index) ? [] : this.#leaves(input))),
    )
    const large = [...elements].filter(({ shape }) => sameShape(shape, value.shape))
    if (large.length > 1 || leaves.length > MAX_LEAVES || ops.size > MAX_INLINED_OPS) return null
    // What was rounded is read instead of what is wide.
    if (
      node.op.convertsType &&
      value.dtype !== 'float32' &&
      large.some(({ dtype, source }) => dtype === 'float32' && source.kind === 'node' && this.#fusable.has(source.node))
    )
      return null
    return { leaves, ops }
  }

  #stageOf(node: Node): number {
    const before = node.inputs.reduce(
      (most, { source }) => Math.max(most, source.kind === 'node' ? (this.#stage.get(source.node) as number) : 0),
      0,
    )
    return this.#fusable.has(node) ? before : before + 1
  }

  /** Puts a node into a group, or a new one. A group reads only from earlier ones of its stage: no circles. */
  #place(node: Node): void {
    const { shape } = isCollection(node) ? (node.inputs[0] as Value) : (node.outputs[0] as Value)
    const space = { rows: shape.slice(0, -1), columns: shape.at(-1) as Dim }
    const leaves = this.leavesOf(node)
    const group = this.#groupToJoin(node, space, leaves) ?? this.#newGroup(node, space)
    group.members.add(node)
    if (group.columns === 1) group.columns = space.columns
    this.#groupOf.set(node, group)
    for (const leaf of leaves) this.#readers.set(leaf, [...(this.#readers.get(leaf) ?? []), group])
  }

  /**
   * Of the groups of the same stage that the node reads from, or that read what it reads: the latest, where it has the
   * same rows.
   */
  #groupToJoin(node: Node, { rows, columns }: Space, leaves: ReadonlySet<Value>): Group | undefined {
    const ofStage = (group: Group) => group.stage === this.#stage.get(node)
    const fits = (group: Group) =>
      sameShape(group.rows, rows) && (group.columns === columns || group.columns === 1 || columns === 1)
    const before = [...leaves]
      .flatMap(({ source }) => (source.kind === 'node' ? (this.#groupOf.get(source.node) ?? []) : []))
      .filter(ofStage)
    const earliest = before.reduce((most, { number }) => Math.max(most, number), 0)
    const beside = [...leaves]
      .flatMap((leaf) => (leaf.shape.length === rows.length + 1 ? (this.#readers.get(leaf) ?? []) : []))
      .filter(ofStage)
    return [...before, ...beside]
      .filter((group) => fits(group) && group.number >= earliest)
      .sort((a, b) => a.number - b.number)
      .at(-1)
  }

  #newGroup(node: Node, space: Space): Group {
    const group: Group = {
      ...space,
      stage: this.#stage.get(node) as number,
      number: this.groups.length + 1,
      members: new Set(),
    }
    this.groups.push(group)
    return group
  }
}

interface Inlined {
  readonly leaves: readonly Value[]
  readonly ops: ReadonlySet<Node>
}

/** Written into the kernel as a number. */
export const isScalar = ({ source }: Value): boolean => source.kind === 'constant' && source.data.length === 1
