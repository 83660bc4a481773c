import type { Node, Value } from '../ir.ts'

const isFloat = ({ dtype }: Value): boolean => dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16'

type Made = Pick<Node, 'inputs' | 'outputs'>

/**
 * Makes ONNX Runtime compute nodes in our order: it knows only what depends on what, and would leave the gradients of
 * all layers to the end, with everything that they are made of kept until then. Each custom kernel waits for what has
 * been computed since the last one and nothing else has read yet.
 */
export class Frontier {
  #unread = new Set<Made>()

  /** The values that the next kernel waits for. */
  get waits(): Value[] {
    return [...this.#unread].map(({ outputs }) => outputs[0] as Value)
  }

  /** A node that ONNX Runtime computes. */
  add(node: Node): Node {
    this.#read(node)
    // Integers may be sizes, which the processor computes; weights are dequantized wherever they are used.
    if (
      isFloat(node.outputs[0] as Value) &&
      node.inputs.some(({ source }) => source.kind === 'node' || source.kind === 'input')
    )
      this.#unread.add(node)
    return node
  }

  /** A kernel that has waited. */
  pass(kernel: Made): void {
    this.#unread = new Set([kernel])
  }

  #read({ inputs }: Node): void {
    for (const made of this.#unread) if (made.outputs.some((value) => inputs.includes(value))) this.#unread.delete(made)
  }
}
