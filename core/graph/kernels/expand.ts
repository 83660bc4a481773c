import type { DType, Graph, Node, Value } from '../ir.ts'
import { cast } from '../ops/index.ts'
import { C_TYPES } from './c-types.ts'
import { GraphCopy } from './graph-copy.ts'

/** True for nodes whose elements can be computed in a custom kernel. */
export function isFusable({ op, inputs, outputs, attributes }: Node): boolean {
  const [output] = outputs
  if (!output || outputs.length > 1 || output.shape.length === 0) return false
  if ([...inputs, output].some(({ dtype }) => C_TYPES[dtype] === undefined) || isWideWeight(inputs[0])) return false
  return op.element !== undefined || isCollection({ op, inputs, attributes })
}

/** Matrices are dequantized where they are used, one at a time. */
function isWideWeight(value: Value | undefined): boolean {
  if (!value || value.shape.length < 2) return false
  return (
    value.source.kind === 'weight' ||
    (value.source.kind === 'node' && value.source.node.op.dequantizeAgain !== undefined)
  )
}

/** The node that dequantizes a matrix, if one does, whatever type it has been cast to. */
function dequantization({ source }: Value): Node | null {
  if (source.kind !== 'node') return null
  const { op, inputs } = source.node
  if (op.convertsType) return dequantization(inputs[0] as Value)
  return op.dequantizeAgain ? source.node : null
}

/** True for sums and maxima over the last axis, which stays. */
export const isCollection = ({ op, inputs, attributes }: Pick<Node, 'op' | 'inputs' | 'attributes'>): boolean =>
  (op.collect?.(inputs[0] as Value, attributes) ?? null) !== null

const isHalfPrecision = (dtype: DType): boolean => dtype === 'float16' || dtype === 'bfloat16'

export interface ExpandedGraph {
  readonly graph: Graph
  /** The nodes of the backward pass. */
  readonly late: ReadonlySet<Node>
}

/**
 * The graph in simpler ops. Once a value has been rounded to half precision for a matrix product, later readers take
 * that one: the wide one need not be kept for the backward pass.
 */
export function expand(graph: Graph): ExpandedGraph {
  const copy = new GraphCopy(graph)
  const { b } = copy
  const rounded = new Map<Value, Value>()
  const kept = new Set<Value>()
  const late = new Set<Value>()
  let uses = 0
  const read = (value: Value): Value => {
    const node = dequantization(value)
    if (node?.op.dequantizeAgain)
      return node.op.dequantizeAgain({
        inputs: node.inputs.map((input) => copy.at(input)),
        attrs: node.attributes,
        to: value.dtype,
        use: ++uses,
      })
    const narrow = rounded.get(copy.at(value))
    return narrow && kept.has(narrow) ? cast(narrow, value.dtype) : copy.at(value)
  }
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(read)
    const outputs = node.op.expand?.({ inputs, attrs: node.attributes }) ?? b.node(node.op, inputs, node.attributes)
    copy.set(node, outputs)
    if (node.op.beginsBackward || inputs.some((value) => late.has(value))) for (const value of outputs) late.add(value)
    const [input] = inputs
    if (node.op.convertsType && input?.dtype === 'float32' && isHalfPrecision((outputs[0] as Value).dtype))
      rounded.set(input, outputs[0] as Value)
    if (!node.op.expand && !isFusable(node)) for (const value of inputs) kept.add(value)
  }
  const expanded = copy.build()
  return {
    graph: expanded,
    late: new Set(expanded.nodes.filter(({ outputs }) => outputs.some((value) => late.has(value)))),
  }
}
