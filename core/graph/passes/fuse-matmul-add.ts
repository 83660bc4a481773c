import type { Graph, Node, Value } from '../ir.ts'
import { sameShape } from '../shapes.ts'

/**
 * Turns a sum of a matrix product and a matrix of the same shape into one MatMulAdd, where nothing else uses the
 * product: saves writing and reading it once. LoRA's branch and sums of gradients are such.
 */
export function fuseMatmulAdd(graph: Graph): Graph {
  const uses = countUses(graph)
  const replaced = new Map<Node, Node>()
  const gone = new Set<Node>()
  for (const node of graph.nodes) {
    if (!node.op.isSum) continue
    const product = [...node.inputs].reverse().find((value) => isFusable(value, node, uses))
    if (product?.source.kind !== 'node') continue
    const { node: factor } = product.source
    const other = node.inputs.find((value) => value !== product) as Value
    replaced.set(node, {
      op: factor.op.withSum!,
      inputs: [...factor.inputs, other],
      attributes: factor.attributes,
      outputs: node.outputs,
    })
    gone.add(factor)
  }
  return { ...graph, nodes: graph.nodes.filter((node) => !gone.has(node)).map((node) => replaced.get(node) ?? node) }
}

function isFusable(product: Value, sum: Node, uses: ReadonlyMap<Value, number>): boolean {
  return (
    product.source.kind === 'node' &&
    product.source.node.op.withSum !== undefined &&
    product.shape.length === 2 &&
    uses.get(product) === 1 &&
    sum.inputs.every(({ shape }) => sameShape(shape, product.shape))
  )
}

function countUses({ nodes, outputs }: Graph): Map<Value, number> {
  const uses = new Map<Value, number>()
  const used = [...nodes.flatMap(({ inputs }) => inputs), ...outputs.map(({ value }) => value)]
  for (const value of used) uses.set(value, (uses.get(value) ?? 0) + 1)
  return uses
}
