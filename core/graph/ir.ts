import type { Builder } from './builder.ts'
import type { KERNEL_DOMAIN } from './kernels/domain.ts'

/** Element types of values; their ONNX numbers are in onnx/types.ts. */
export type DType = 'float32' | 'float16' | 'bfloat16' | 'int32' | 'int64' | 'bool' | 'int8' | 'uint8' | 'int4'

/** A size known now, or the name of one known at run time (`B` batch, `T` tokens, `M` counted targets). */
export type Dim = number | string
export type Shape = readonly Dim[]

/** Element type and shape: what a shape rule gives. */
export interface Typed {
  readonly dtype: DType
  readonly shape: Shape
}

/** A typed tensor in a graph: what a node gives, or an input, constant or weight. */
export interface Value extends Typed {
  readonly id: number
  readonly source: Source
  /** Whose value it is: operators add their nodes there. */
  readonly graph: Builder
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

/** One use of an op. */
export interface Node {
  readonly op: Operation
  readonly inputs: readonly Value[]
  readonly attributes: Attributes
  readonly outputs: readonly Value[]
  /** Nodes of one region are computed again in the backward pass instead of kept. */
  readonly region?: number | undefined
}

export type Attributes = Readonly<Record<string, number | boolean | string | readonly number[] | readonly Dim[]>>

/** What passes, kernels and the ONNX writer must know of an op: none of them looks at names. */
export interface Traits {
  /** Takes float16 and bfloat16 as they are on every provider, the processor included. */
  readonly takesHalfPrecision?: true
  /** Gives the numbers of its input in another element type. */
  readonly convertsType?: true
  /** Gives the elements of its input where they lie, in another shape. */
  readonly isView?: true
  /** Its outputs lie side by side in its input. */
  readonly cutsInput?: true
  /** The sum of its two inputs. */
  readonly isSum?: true
  /** A matrix product of its first two inputs: what it reads in the backward pass may be computed again just before. */
  readonly isProduct?: true
  /** Of a product: the op that also adds a matrix of the result's shape, as its last input. */
  readonly withSum?: Operation
  /** The backward pass begins with it. */
  readonly beginsBackward?: true
  /** What it makes of weights is made again for every use, so that no more than one full-size copy lives. */
  readonly isMadePerUse?: true
  /** Of a dequantization: its output again, in the element type `to`, as a node that no other use shares. */
  readonly dequantizeAgain?: (context: {
    readonly inputs: readonly Value[]
    readonly attrs: Attributes
    readonly to: DType
    readonly use: number
  }) => Value
  /** Inputs whose elements `element` does not need: they are there for their shape, or to be waited for. */
  readonly unread?: readonly number[]
  /** The number of the input in whose memory the output lies: it is the same bytes. */
  readonly aliasOf?: number
  /** There is no other form of it: graphs have it only where custom kernels can be compiled. */
  readonly kernelOnly?: true
}

/** What an op is, as the engine sees it; ops are written with `defineOp` (op.ts), which knows the types. */
export interface Operation extends Traits {
  readonly type: string
  readonly inputs: readonly string[]
  /** Types of the outputs. Throws InternalError where inputs or attributes do not fit. */
  infer(inputs: readonly Value[], attributes: Attributes): readonly Typed[]
  /** Gradient of every input (null where nothing flows), or why there is none. */
  readonly grad: GradientRule | { readonly noGrad: string }
  readonly element?: (context: ElementContext) => string
  readonly collect?: (input: Value, attributes: Attributes) => 'sum' | 'max' | null
  readonly expand?: (context: { readonly inputs: readonly Value[]; readonly attrs: Attributes }) => readonly Value[]
  readonly kernel?: (values: readonly Value[], attributes: Attributes) => WholeKernel | BlockKernel | null
  readonly temporaries?: (inputs: readonly Value[]) => readonly Typed[]
  lower(context: Lowering): void
}

/** A custom kernel for a whole op, over the rows of its output. */
export interface WholeKernel {
  /** The body in C: `row` and `columns` of the output, `in0` …, `out`, and `s0` … for `sizes`. */
  readonly body: string
  /** Sizes that it needs besides: an axis of an input. */
  readonly sizes: readonly { readonly input: number; readonly axis: number }[]
  /** One block for each row, or (`none`) as many threads as there are columns, in blocks [x rows, y]. */
  readonly rowBy: 'block' | 'none'
}

/** A custom kernel for a whole op, whose blocks divide the work themselves. */
export interface BlockKernel {
  /** C++ that the body uses, written once before all kernels of a program. */
  readonly library: string
  /** In C++: `in0` …, `out0` …, `s0` … for `sizes`, and `memory`, which a block shares. */
  readonly body: string
  readonly sizes: WholeKernel['sizes']
  /** Of a block. */
  readonly threads: number
  readonly sharedBytes: number
  /** How many blocks [x, y], by the sizes. */
  readonly blocks: (sizes: readonly number[]) => readonly [number, number]
}

/**
 * One element in C. Elements of the float types are `float`, int32 is `int`, int64 `long long`, bool `bool`; the
 * expression has the output's type.
 */
export interface ElementContext<Inputs = readonly string[], Values = readonly Value[], Attrs = Attributes> {
  /** Expressions of the inputs' elements. */
  readonly inputs: Inputs
  readonly values: Values
  readonly output: Typed
  readonly attrs: Attrs
  /** The element's place on the last axis. */
  readonly column: string
}

export type GradientRule = (context: {
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  /** Gradient of every output; null where nothing flows. */
  readonly dOut: readonly (Value | null)[]
  readonly attrs: Attributes
}) => readonly (Value | null)[]

/** ONNX Runtime's execution providers. */
export type Provider = 'cpu' | 'cuda' | 'webgpu' | 'directml' | 'coreml'

/** What a lowering reads and writes to. */
export interface Lowering {
  readonly provider: Provider
  /** The node's inputs with their types, and their names in the ONNX graph. */
  readonly values: readonly Value[]
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attrs: Attributes
  /** Adds one ONNX node; returns its outputs' names. */
  emit(
    type: string,
    inputs: readonly string[],
    attributes?: OnnxAttributes,
    options?: EmitOptions,
  ): [string, ...string[]]
  constant(dtype: DType, data: readonly number[], shape: readonly number[]): string
  /** The name of an int64 tensor with the sizes of a shape, named ones looked up at run time. */
  shape(shape: Shape): string
}

export interface EmitOptions {
  /** Names of the outputs; a new name for one output unless given. */
  readonly outputs?: readonly string[]
  /** Empty for ONNX itself. */
  readonly domain?: '' | 'com.microsoft' | typeof KERNEL_DOMAIN
}

export type OnnxAttributes = Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>

/** A finished graph: nodes in an order in which they can be computed. */
export interface Graph {
  readonly inputs: readonly Value[]
  readonly outputs: readonly GraphOutput[]
  readonly nodes: readonly Node[]
}

export interface GraphOutput {
  readonly name: string
  readonly value: Value
}
