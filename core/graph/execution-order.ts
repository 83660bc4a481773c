import type { Graph, Node, Value } from './ir.ts'

/** Which node of a graph computes each value: passes may have put others in place of the values' own. */
export function producersOf({ nodes }: Pick<Graph, 'nodes'>): ReadonlyMap<Value, Node> {
  return new Map(nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)))
}

/**
 * The order in which ONNX Runtime computes the nodes of a graph that is written as it is: backwards from the nodes that
 * nothing reads, of several inputs the one of the latest node first (GraphViewer's default order, graph_viewer.cc and
 * Graph::ReverseDFSFrom, graph.cc; https://github.com/microsoft/onnxruntime/tree/v1.29.0/onnxruntime/core/graph).
 */
export function executionOrder(graph: Graph): Node[] {
  const producers = producersOf(graph)
  const index = new Map(graph.nodes.map((node, place) => [node, place]))
  const before = (node: Node): Node[] =>
    [...new Set(node.inputs.flatMap((value) => producers.get(value) ?? []))].sort(
      (a, b) => (index.get(a) as number) - (index.get(b) as number),
    )
  const inputsOf = new Map(graph.nodes.map((node) => [node, before(node)]))
  const read = new Set([...inputsOf.values()].flat())
  const order: Node[] = []
  const entered = new Set<Node>()
  const stack = graph.nodes.filter((node) => !read.has(node)).map((node) => ({ node, isLeaving: false }))
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { node, isLeaving } = top
    if (isLeaving) {
      order.push(node)
    } else if (!entered.has(node)) {
      entered.add(node)
      stack.push({ node, isLeaving: true })
      for (const input of inputsOf.get(node) as Node[])
        if (!entered.has(input)) stack.push({ node: input, isLeaving: false })
    }
  }
  return order
}
