import { InternalError } from '../contract/errors.ts'
import type { Builder } from './builder.ts'

/** Element types of values; the names are the field's, the ONNX numbers are in onnx.ts. */
export type DType = 'float32' | 'float16' | 'bfloat16' | 'int32' | 'int64' | 'bool' | 'int8' | 'uint8'

/** A size known now, or the name of one known at run time (`B` batch, `T` tokens, `M` counted targets). */
export type Dim = number | string
export type Shape = readonly Dim[]

/** A typed tensor in a graph: what a node gives, or an input, constant or weight. */
export interface Value {
  readonly id: number
  readonly dtype: DType
  readonly shape: Shape
  readonly source: Source
}

export type Source =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: readonly number[] }
  | { readonly kind: 'weight'; readonly name: string; readonly place: WeightPlace }
  | { readonly kind: 'node'; readonly node: Node; readonly index: number }

/** Where a weight's bytes lie: the graph points into the checkpoint's file, nothing is copied. */
export interface WeightPlace {
  readonly file: string
  readonly offset: number
  readonly length: number
}

export interface Node {
  readonly op: Operation
  readonly inputs: readonly Value[]
  readonly attributes: Attributes
  outputs: readonly Value[]
}

export type Attributes = Readonly<Record<string, number | boolean | string | readonly number[] | readonly Dim[]>>

/** The type of a value before it is one. */
export interface Typed {
  readonly dtype: DType
  readonly shape: Shape
}

/** What an op is: its shape rule, its gradient, and how ONNX Runtime computes it. */
export interface Operation {
  readonly type: string
  /** Types of the outputs. Throws InternalError where the inputs do not fit. */
  infer(inputs: readonly Value[], attributes: Attributes): readonly Typed[]
  /** Gradient of every input (null where nothing flows), or why there is none. */
  readonly gradient: GradientRule | { readonly none: string }
  lower(context: Lowering): void
}

export type GradientRule = (context: {
  readonly b: Builder
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  /** Gradient of every output; null where nothing flows. */
  readonly dOut: readonly (Value | null)[]
  readonly attributes: Attributes
  /** Which inputs lie on the way to a trainable value: the others need no gradient. */
  readonly needs: readonly boolean[]
}) => readonly (Value | null)[]

export type Provider = 'cpu' | 'cuda' | 'webgpu' | 'directml' | 'coreml'

/** What a lowering writes to. */
export interface Lowering {
  readonly provider: Provider
  readonly node: Node
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Adds one ONNX node; returns its outputs' names. */
  emit(type: string, inputs: readonly string[], attributes?: OnnxAttributes, options?: { readonly outputs?: readonly string[]; readonly count?: number; readonly domain?: string }): string[]
  constant(dtype: DType, data: readonly number[], shape: readonly number[]): string
  /** A runtime shape tensor (int64) for a shape with named dimensions. */
  shape(shape: Shape): string
}

export type OnnxAttributes = Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>

/** A finished graph. */
export interface Graph {
  readonly inputs: readonly Value[]
  readonly outputs: readonly { readonly name: string; readonly value: Value }[]
  readonly nodes: readonly Node[]
}

/** Builds a graph value by value; builder.ts adds a method for every op. */
export class GraphCore {
  readonly inputs: Value[] = []
  readonly nodes: Node[] = []
  readonly outputs: { name: string; value: Value }[] = []
  private nextId = 0
  private readonly constants = new Map<string, Value>()
  private readonly weights = new Map<string, Value>()
  private readonly known = new Map<string, Node>()

  input(name: string, dtype: DType, shape: Shape): Value {
    const value = this.value({ dtype, shape }, { kind: 'input', name })
    this.inputs.push(value)
    return value
  }

  constant(data: number | readonly number[], dtype: DType = 'float32', shape?: readonly number[]): Value {
    const list = typeof data === 'number' ? [data] : data
    const dims = shape ?? (typeof data === 'number' ? [] : [list.length])
    const key = `${dtype} ${dims.join()} ${list.join()}`
    const value = this.constants.get(key) ?? this.value({ dtype, shape: dims }, { kind: 'constant', data: list })
    this.constants.set(key, value)
    return value
  }

  weight(name: string, dtype: DType, shape: readonly number[], place: WeightPlace): Value {
    const value = this.weights.get(name) ?? this.value({ dtype, shape }, { kind: 'weight', name, place })
    this.weights.set(name, value)
    return value
  }

  output(name: string, value: Value): void {
    this.outputs.push({ name, value })
  }

  /** Adds a node, or gives back the same node where one with the same inputs and attributes exists (common subexpressions). */
  node(op: Operation, inputs: readonly Value[], attributes: Attributes = {}): readonly Value[] {
    const key = `${op.type} ${inputs.map(({ id }) => id).join()} ${JSON.stringify(attributes)}`
    const existing = this.known.get(key)
    if (existing) return existing.outputs
    const node: Node = { op, inputs, attributes, outputs: [] }
    node.outputs = op.infer(inputs, attributes).map((typed, index) => this.value(typed, { kind: 'node', node, index }))
    this.nodes.push(node)
    this.known.set(key, node)
    return node.outputs
  }

  /** The graph of the outputs: nodes that nothing needs are left out. */
  build(): Graph {
    const live = new Set<Node>()
    const visit = (value: Value): void => {
      if (value.source.kind !== 'node' || live.has(value.source.node)) return
      live.add(value.source.node)
      value.source.node.inputs.forEach(visit)
    }
    this.outputs.forEach(({ value }) => visit(value))
    return { inputs: this.inputs, outputs: this.outputs, nodes: this.nodes.filter((node) => live.has(node)) }
  }

  private value(typed: Typed, source: Source): Value {
    return { id: this.nextId++, dtype: typed.dtype, shape: typed.shape, source }
  }
}

/** Throws the bug that a shape rule found. */
export function misfit(op: string, inputs: readonly Value[], expected: string): never {
  throw new InternalError(`${op}: expected ${expected}, got ${inputs.map(({ dtype, shape }) => `${dtype}[${shape.join(',')}]`).join(' and ')}`)
}
