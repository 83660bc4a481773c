import { InternalError } from '../../contract/errors.ts'
import type { DType, EmitOptions, Graph, Node, OnnxAttributes, Provider, Shape, Value } from '../ir.ts'
import { KERNEL_DOMAIN } from '../kernels/domain.ts'
import { fuseMatmulAdd } from '../passes/fuse-matmul-add.ts'
import { attribute, externalTensor, inlineTensor, valueInfo } from './messages.ts'
import { ProtobufWriter } from './protobuf.ts'
import { ONNX_TYPES } from './types.ts'

/** ONNX operator sets: ai.onnx and com.microsoft (ONNX Runtime's contributed operators). */
const OPSET = 21
const IR_VERSION = 10

/**
 * The graph as an ONNX model (protobuf bytes) lowered for an execution provider. Constants are inside; weights are
 * external data at their place in the checkpoint (https://onnx.ai/onnx/repo-docs/ExternalData.html). Inputs that
 * nothing reads are left out. Throws InternalError for a named dimension that no input has.
 */
export function toOnnx(graph: Graph, options: OnnxOptions): Uint8Array {
  return new Writer(fuseMatmulAdd(graph), options).write()
}

export interface OnnxOptions {
  readonly provider: Provider
  /**
   * Weights as constants that lie in the checkpoint's files, or as inputs of their own names. Constants unless given.
   */
  readonly weights?: 'constant' | 'input'
}

/** No input, output or weight is called like that: caches are `v0`, `v1` … */
const ownName = (kind: 'v' | 'w' | 't' | 'c', count: number): string => `%${kind}${count}`

const isHalfPrecision = ({ dtype }: Value): boolean => dtype === 'float16' || dtype === 'bfloat16'

class Writer {
  readonly #body = new ProtobufWriter()
  readonly #names = new Map<Value, string>()
  readonly #cached = new Map<string, string>()
  readonly #read = new Set<string>()
  #count = 0
  readonly #graph: Graph
  readonly #nodes: ReadonlySet<Node>
  readonly #options: OnnxOptions
  readonly #weightInputs: Value[] = []

  constructor(graph: Graph, options: OnnxOptions) {
    this.#graph = graph
    this.#nodes = new Set(graph.nodes)
    this.#options = options
  }

  write(): Uint8Array {
    for (const value of this.#graph.inputs)
      this.#names.set(value, value.source.kind === 'input' ? value.source.name : '')
    for (const { name, value } of this.#graph.outputs)
      if (value.source.kind === 'node' && !this.#names.has(value)) this.#names.set(value, name)
    for (const node of this.#graph.nodes) this.#lower(node)
    for (const { name, value } of this.#graph.outputs)
      if (this.#nameOf(value) !== name) this.#emit('Identity', [this.#nameOf(value)], {}, { outputs: [name] })
    this.#body.text(2, 'terakoya')
    // One that nothing reads would be taken to lie in the processor's memory.
    for (const value of [...this.#graph.inputs, ...this.#weightInputs].filter((input) =>
      this.#read.has(this.#nameOf(input)),
    ))
      this.#body.message(11, valueInfo(this.#nameOf(value), value))
    for (const { name, value } of this.#graph.outputs) this.#body.message(12, valueInfo(name, value))
    const model = new ProtobufWriter().int(1, IR_VERSION).text(2, 'terakoya').message(7, this.#body)
    return model
      .message(8, new ProtobufWriter().text(1, '').int(2, OPSET))
      .message(8, new ProtobufWriter().text(1, 'com.microsoft').int(2, 1))
      .message(8, new ProtobufWriter().text(1, KERNEL_DOMAIN).int(2, 1))
      .finish()
  }

  #lower(node: Node): void {
    const { inputs, outputs } = node
    if (this.#isWeightView(node)) return
    const hasHalfPrecision = [...inputs, ...outputs].some(isHalfPrecision)
    if (hasHalfPrecision && this.#options.provider === 'cpu' && !node.op.takesHalfPrecision)
      return this.#lowerInFloat32(node)
    this.#lowerWith(
      node,
      inputs,
      inputs.map((value) => this.#inputName(value, node)),
      outputs.map((value) => this.#nameOf(value)),
    )
  }

  /** The processor computes in float32: float16 and bfloat16 are converted before a node and back after it. */
  #lowerInFloat32(node: Node): void {
    const converted = node.inputs.map((value) =>
      isHalfPrecision(value) ? { ...value, dtype: 'float32' as const } : value,
    )
    const names = node.inputs.map((value) => {
      const name = this.#inputName(value, node)
      return isHalfPrecision(value)
        ? this.#once(`float32 ${name}`, () => this.#emit('Cast', [name], { to: ONNX_TYPES.float32 })[0])
        : name
    })
    const results = node.outputs.map((value) => (isHalfPrecision(value) ? ownName('w', value.id) : this.#nameOf(value)))
    this.#lowerWith(node, converted, names, results)
    for (const [index, value] of node.outputs.entries())
      if (isHalfPrecision(value))
        this.#emit(
          'Cast',
          [results[index] as string],
          { to: ONNX_TYPES[value.dtype] },
          { outputs: [this.#nameOf(value)] },
        )
  }

  #lowerWith(
    { op, attributes: attrs }: Node,
    values: readonly Value[],
    inputs: readonly string[],
    outputs: readonly string[],
  ): void {
    op.lower({
      provider: this.#options.provider,
      values,
      inputs,
      outputs,
      attrs,
      emit: (type, from, attributes, options) => this.#emit(type, from, attributes, options),
      constant: (dtype, data, shape) => this.#constant(dtype, data, shape),
      shape: (shape) => this.#runtimeShape(shape),
    })
  }

  /**
   * Where weights are inputs: what an op makes of weights alone, such as one in another type or dequantized. It is made
   * again for every use, so that no more than one full-size copy lives.
   */
  #isWeightView(node: Node): boolean {
    // A custom operator may stand for the node that a value comes from.
    return (
      this.#options.weights === 'input' &&
      this.#nodes.has(node) &&
      node.op.isMadePerUse === true &&
      node.inputs.every(
        ({ source }) => source.kind === 'weight' || (source.kind === 'node' && this.#isWeightView(source.node)),
      )
    )
  }

  #inputName(value: Value, { inputs }: Node): string {
    const { source } = value
    if (source.kind !== 'node' || !this.#isWeightView(source.node)) return this.#nameOf(value)
    const event = inputs.find(
      (other) => other !== value && other.source.kind === 'node' && !this.#isWeightView(other.source.node),
    )
    return this.#emitView(value, event ? this.#nameOf(event) : null)
  }

  /** The last of the weights that a view is made of waits for the event. */
  #emitView(value: Value, event: string | null): string {
    if (value.source.kind !== 'node') return event === null ? this.#nameOf(value) : this.#waiting(value, event)
    const { node } = value.source
    const names = node.inputs.map((input, index) =>
      this.#emitView(input, index === node.inputs.length - 1 ? event : null),
    )
    const name = ownName('t', this.#count++)
    this.#lowerWith(node, node.inputs, names, [name])
    return name
  }

  /** A weight that waits: its Reshape, which costs nothing, takes the shape plus 0 · a size of the event. */
  #waiting(weight: Value, event: string): string {
    const shape = weight.shape as readonly number[]
    const size = this.#emit('Gather', [this.#emit('Shape', [event])[0], this.#constant('int64', [0], [])], {
      axis: 0,
    })[0]
    const sizes = this.#emit('Add', [
      this.#constant('int64', shape, [shape.length]),
      this.#emit('Mul', [size, this.#constant('int64', [0], [])])[0],
    ])[0]
    return this.#emit('Reshape', [this.#nameOf(weight), sizes])[0]
  }

  #nameOf(value: Value): string {
    const known = this.#names.get(value)
    if (known !== undefined) return known
    const name = this.#define(value)
    this.#names.set(value, name)
    return name
  }

  #define(value: Value): string {
    const { id, dtype, shape, source } = value
    switch (source.kind) {
      case 'constant':
        return this.#constant(dtype, source.data, shape as readonly number[])
      case 'weight':
        if (this.#options.weights === 'input') this.#weightInputs.push(value)
        else this.#body.message(5, externalTensor(source.name, dtype, shape as readonly number[], source.place))
        return source.name
      case 'node':
        return ownName('v', id)
      case 'input':
        throw new InternalError(`input ${source.name} is not of this graph`)
    }
  }

  #emit(
    type: string,
    inputs: readonly string[],
    attributes: OnnxAttributes = {},
    { outputs, domain = '' }: EmitOptions = {},
  ): [string, ...string[]] {
    const results = outputs ?? [ownName('t', this.#count++)]
    const node = new ProtobufWriter()
    for (const input of inputs) {
      node.text(1, input)
      this.#read.add(input)
    }
    for (const output of results) node.text(2, output)
    node.text(3, `${type}_${this.#count++}`).text(4, type)
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value))
    this.#body.message(1, node.text(7, domain))
    return results as [string, ...string[]]
  }

  #constant(dtype: DType, data: readonly number[], shape: readonly number[]): string {
    return this.#once(`${dtype} ${shape.join()} ${data.join()}`, () => {
      if (dtype === 'float16' || dtype === 'bfloat16')
        return this.#emit('Cast', [this.#constant('float32', data, shape)], { to: ONNX_TYPES[dtype] })[0]
      const name = ownName('c', this.#count++)
      this.#body.message(5, inlineTensor(name, dtype, data, shape))
      return name
    })
  }

  /**
   * An int64 tensor of the sizes. One unknown size is left to Reshape (-1): the one that no input has, or the last; the
   * others are read from inputs.
   */
  #runtimeShape(shape: Shape): string {
    const named = shape.flatMap((dim, index) => (typeof dim === 'string' ? [index] : []))
    const free = named.findLast((index) => !this.#inputWith(shape[index] as string)) ?? named.at(-1)
    const sizes = shape.map((dim, index) => (index === free ? -1 : dim))
    if (sizes.every((dim) => typeof dim === 'number')) return this.#constant('int64', sizes, [sizes.length])
    return this.#once(
      `shape ${sizes.join()}`,
      () =>
        this.#emit(
          'Concat',
          sizes.map((dim) => (typeof dim === 'number' ? this.#constant('int64', [dim], [1]) : this.#size(dim))),
          { axis: 0 },
        )[0],
    )
  }

  #size(dim: string): string {
    return this.#once(`size ${dim}`, () => {
      const input = this.#inputWith(dim)
      if (!input) throw new InternalError(`no input has the dimension ${dim}`)
      const shape = this.#emit('Shape', [this.#nameOf(input)])[0]
      return this.#emit('Gather', [shape, this.#constant('int64', [input.shape.indexOf(dim)], [1])], { axis: 0 })[0]
    })
  }

  #inputWith(dim: string): Value | undefined {
    return this.#graph.inputs.find(({ shape }) => shape.includes(dim))
  }

  #once(key: string, make: () => string): string {
    const name = this.#cached.get(key) ?? make()
    this.#cached.set(key, name)
    return name
  }
}
