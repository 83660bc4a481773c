import { InternalError } from '../../contract/errors.ts'
import type { Dim, DType, Graph, Lowering, Node, OnnxAttributes, Provider, Shape, Value } from '../ir.ts'
import { ONNX_TYPES } from '../ops/layout.ts'
import { ProtobufWriter } from './protobuf.ts'

/** ONNX operator sets: ai.onnx and com.microsoft (ONNX Runtime's contributed operators). */
const OPSET = 18
const IR_VERSION = 9

/**
 * The graph as an ONNX model (protobuf bytes) lowered for an execution provider. Constants are inside; weights are external data at their place
 * in the checkpoint (https://onnx.ai/onnx/repo-docs/ExternalData.html).
 */
export function toOnnx(graph: Graph, options: { readonly provider: Provider }): Uint8Array {
  return new Writer(graph, options.provider).write()
}

class Writer {
  private readonly body = new ProtobufWriter()
  private readonly names = new Map<Value, string>()
  private readonly cached = new Map<string, string>()
  private count = 0
  private readonly graph: Graph
  private readonly provider: Provider

  constructor(graph: Graph, provider: Provider) {
    this.graph = graph
    this.provider = provider
  }

  write(): Uint8Array {
    for (const value of this.graph.inputs) this.names.set(value, value.source.kind === 'input' ? value.source.name : '')
    for (const node of this.graph.nodes) this.lower(node)
    for (const { name, value } of this.graph.outputs) this.emit('Identity', [this.nameOf(value)], {}, { outputs: [name] })
    this.body.text(2, 'terakoya')
    for (const value of this.graph.inputs) this.body.message(11, valueInfo(this.nameOf(value), value))
    for (const { name, value } of this.graph.outputs) this.body.message(12, valueInfo(name, value))
    const model = new ProtobufWriter().int(1, IR_VERSION).text(2, 'terakoya').message(7, this.body)
    return model.message(8, new ProtobufWriter().text(1, '').int(2, OPSET)).message(8, new ProtobufWriter().text(1, 'com.microsoft').int(2, 1)).finish()
  }

  private lower(node: Node): void {
    const inputs = node.inputs.map((value) => this.nameOf(value))
    const outputs = node.outputs.map((value) => this.nameOf(value))
    const context: Lowering = {
      provider: this.provider, node, inputs, outputs,
      emit: (type, from, attributes, options) => this.emit(type, from, attributes, options),
      constant: (dtype, data, shape) => this.constant(dtype, data, shape),
      shape: (shape) => this.runtimeShape(shape),
    }
    node.op.lower(context)
  }

  private nameOf(value: Value): string {
    const known = this.names.get(value)
    if (known !== undefined) return known
    const name = this.define(value)
    this.names.set(value, name)
    return name
  }

  private define({ id, dtype, shape, source }: Value): string {
    switch (source.kind) {
      case 'constant':
        return this.constant(dtype, source.data, shape as readonly number[])
      case 'weight':
        this.body.message(5, externalTensor(source.name, dtype, shape as readonly number[], source.place))
        return source.name
      case 'node':
        return `v${id}`
      case 'input':
        throw new InternalError(`input ${source.name} is not of this graph`)
    }
  }

  private emit(type: string, inputs: readonly string[], attributes: OnnxAttributes = {}, { outputs, count = 1, domain = '' }: { outputs?: readonly string[]; count?: number; domain?: string } = {}): string[] {
    const results = outputs ? [...outputs] : Array.from({ length: count }, () => `t${this.count++}`)
    const node = new ProtobufWriter()
    for (const input of inputs) node.text(1, input)
    for (const output of results) node.text(2, output)
    node.text(3, `${type}_${this.count++}`).text(4, type)
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value))
    this.body.message(1, node.text(7, domain))
    return results
  }

  private constant(dtype: DType, data: readonly number[], shape: readonly number[]): string {
    return this.once(`${dtype} ${shape.join()} ${data.join()}`, () => {
      const name = `c${this.count++}`
      const tensor = new ProtobufWriter()
      for (const size of shape) tensor.int(1, size)
      this.body.message(5, tensor.int(2, ONNX_TYPES[dtype]).text(8, name).bytes(9, rawBytes(dtype, data)))
      return name
    })
  }

  /** An int64 tensor of the sizes; the last unknown one is left to Reshape (-1), the others are read from an input that has them. */
  private runtimeShape(shape: Shape): string {
    const named = shape.flatMap((dim, index) => (typeof dim === 'string' ? [index] : []))
    const free = named.at(-1)
    if (named.length <= 1) return this.constant('int64', shape.map((dim) => (typeof dim === 'number' ? dim : -1)), [shape.length])
    return this.once(`shape ${shape.join()}`, () => {
      const parts = shape.map((dim, index) => (typeof dim === 'number' ? this.constant('int64', [dim], [1]) : index === free ? this.constant('int64', [-1], [1]) : this.size(dim)))
      return this.emit('Concat', parts, { axis: 0 })[0] as string
    })
  }

  private size(dim: string): string {
    return this.once(`size ${dim}`, () => {
      const input = this.graph.inputs.find(({ shape }) => shape.includes(dim))
      if (!input) throw new InternalError(`no input has the dimension ${dim}`)
      const shape = this.emit('Shape', [this.nameOf(input)])[0] as string
      return this.emit('Gather', [shape, this.constant('int64', [input.shape.indexOf(dim)], [1])], { axis: 0 })[0] as string
    })
  }

  private once(key: string, make: () => string): string {
    const name = this.cached.get(key) ?? make()
    this.cached.set(key, name)
    return name
  }
}

function attribute(name: string, value: OnnxAttributes[string]): ProtobufWriter {
  const message = new ProtobufWriter().text(1, name)
  if (typeof value === 'number') return message.int(3, value).int(20, 2)
  if (typeof value === 'string') return message.text(4, value).int(20, 3)
  if ('float' in value) return message.float(2, value.float).int(20, 1)
  for (const item of value) message.int(8, item)
  return message.int(20, 7)
}

function valueInfo(name: string, { dtype, shape }: Value): ProtobufWriter {
  const dims = new ProtobufWriter()
  for (const dim of shape) dims.message(1, dimension(dim))
  const tensor = new ProtobufWriter().int(1, ONNX_TYPES[dtype]).message(2, dims)
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor))
}

const dimension = (dim: Dim): ProtobufWriter => (typeof dim === 'number' ? new ProtobufWriter().int(1, dim) : new ProtobufWriter().text(2, dim))

function externalTensor(name: string, dtype: DType, shape: readonly number[], place: { file: string; offset: number; length: number }): ProtobufWriter {
  const tensor = new ProtobufWriter()
  for (const size of shape) tensor.int(1, size)
  tensor.int(2, ONNX_TYPES[dtype]).text(8, name)
  const entries = { location: place.file, offset: String(place.offset), length: String(place.length) }
  for (const [key, value] of Object.entries(entries)) tensor.message(13, new ProtobufWriter().text(1, key).text(2, value))
  return tensor.int(14, 1)
}

function rawBytes(dtype: DType, data: readonly number[]): Uint8Array {
  switch (dtype) {
    case 'float32': return new Uint8Array(Float32Array.from(data).buffer)
    case 'int32': return new Uint8Array(Int32Array.from(data).buffer)
    case 'int64': return new Uint8Array(BigInt64Array.from(data.map(BigInt)).buffer)
    case 'bool':
    case 'uint8':
    case 'int8': return Uint8Array.from(data)
    case 'float16':
    case 'bfloat16': throw new InternalError(`constants of ${dtype} are written as float32 and cast`)
  }
}
