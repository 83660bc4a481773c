import type { z } from 'zod'
import { InternalError } from '../contract/errors.ts'
import type {
  Attributes,
  BlockKernel,
  ElementContext,
  GradientRule,
  Lowering,
  Operation,
  Traits,
  Typed,
  Value,
  WholeKernel,
} from './ir.ts'

/** One T for every name. */
export type Each<Names extends readonly string[], T> = { readonly [Index in keyof Names]: T }

/** With one output its gradient is always there; of several, some may get none. */
type OutputGradients<Out extends readonly string[]> = Out extends readonly [string]
  ? readonly [Value]
  : Each<Out, Value | null>

interface Definition<In extends readonly string[], Out extends readonly string[], Attrs> extends Traits {
  readonly type: string
  /**
   * Naming the inputs lets the compiler count shapes and gradients; a name that begins with `...` stands for any
   * number, also none.
   */
  readonly inputs: In
  /** One output `y` unless given. */
  readonly outputs?: Out
  /** None unless given. */
  readonly attrs?: z.ZodType<Attrs>
  /** Types of the outputs. */
  infer(inputs: Each<In, Value>, attrs: NoInfer<Attrs>): NoInfer<Each<Out, Typed>>
  /** The gradient of every input, before broadcast axes are summed (the engine does that), or why there is none. */
  readonly grad:
    | ((context: {
        readonly inputs: Each<In, Value>
        readonly outputs: Each<NoInfer<Out>, Value>
        readonly dOut: OutputGradients<NoInfer<Out>>
        readonly attrs: NoInfer<Attrs>
      }) => NoInfer<Each<In, Value | null>>)
    | { readonly noGrad: string }
  /** Of ops with one output: how an element of it is made of the inputs' elements, for custom kernels. */
  element?(context: ElementContext<Each<In, string>, Each<In, Value>, NoInfer<Attrs>>): string
  /** What is collected over the last axis, which stays as 1; null where it is another reduction. */
  collect?(input: Value, attrs: NoInfer<Attrs>): 'sum' | 'max' | null
  /** The same in simpler ops, for custom kernels. */
  expand?(context: { readonly inputs: Each<In, Value>; readonly attrs: NoInfer<Attrs> }): NoInfer<Each<Out, Value>>
  /**
   * A custom kernel for the whole op, where that is faster than ONNX Runtime's; null for cases that it does not
   * take.
   */
  kernel?(values: Each<In, Value>, attrs: NoInfer<Attrs>): WholeKernel | BlockKernel | null
  /** Values that the lowered form makes on the way and frees at once, for the estimate of memory. */
  temporaries?(inputs: Each<In, Value>): readonly Typed[]
  /** How ONNX Runtime's providers compute it. */
  lower(
    context: Omit<Lowering, 'attrs' | 'inputs' | 'values' | 'outputs'> & {
      readonly inputs: Each<In, string>
      readonly values: Each<In, Value>
      readonly outputs: Each<NoInfer<Out>, string>
      readonly attrs: NoInfer<Attrs>
    },
  ): void
}

/** An op whose inputs, outputs and attributes the compiler knows. */
export interface Op<
  In extends readonly string[] = readonly string[],
  Out extends readonly string[] = readonly string[],
  Attrs = unknown,
> extends Operation {
  readonly signature?: (inputs: Each<In, Value>, attrs: Attrs) => Each<Out, Value>
}

/** Makes an op from its definition: the only place where types are set aside. */
export function defineOp<
  const In extends readonly string[],
  const Out extends readonly string[] = readonly ['y'],
  Attrs extends Attributes = Record<never, never>,
>(definition: Definition<In, Out, Attrs>): Op<In, Out, Attrs> {
  const { type, inputs: names, attrs: schema, infer, grad, ...rest } = definition
  const check = (inputs: readonly Value[], attributes: Attributes) => {
    const variadic = names.at(-1)?.startsWith('...')
    if (variadic ? inputs.length < names.length - 1 : inputs.length !== names.length)
      misfit(type, inputs, names.join(', '))
    const parsed = schema?.safeParse(attributes)
    if (parsed?.error) throw new InternalError(`${type}: ${parsed.error.message}`)
  }
  return {
    // Kernels, lowering and traits: the engine calls them with what the compiler has checked here.
    ...(rest as unknown as Traits &
      Pick<Operation, 'element' | 'collect' | 'expand' | 'kernel' | 'temporaries' | 'lower'>),
    type,
    inputs: names,
    infer(inputs, attributes) {
      check(inputs, attributes)
      return infer(inputs as Each<In, Value>, attributes as Attrs)
    },
    grad: grad as unknown as GradientRule | { noGrad: string },
  }
}

/**
 * Adds a node to the graph that the inputs belong to, and returns its outputs. Throws InternalError where there is no
 * input, where inputs belong to two graphs, or where the op's shape rule finds that they do not fit.
 */
export function apply<In extends readonly string[], Out extends readonly string[], Attrs extends object>(
  op: Op<In, Out, Attrs>,
  inputs: Each<In, Value>,
  attrs: Attrs,
): Each<Out, Value> {
  const values: readonly Value[] = inputs
  const graph = values[0]?.graph
  if (!graph || values.some((value) => value.graph !== graph))
    throw new InternalError(
      `${op.type}: expected values of one graph, got ${values.length === 0 ? 'none' : 'two graphs'}`,
    )
  return graph.node(op, values, attrs as Attributes) as never
}

/** A value, or a number where another operand gives its element type and graph. */
export type Operand = Value | number

/** The operand as a value: a number becomes a constant of the element type of `like`. */
export const valueOf = (operand: Operand, like: Value): Value =>
  typeof operand === 'number' ? like.graph.constant(operand, like.dtype) : operand

/** Throws the bug that a shape rule found: the op, what it expected, what it got. */
export function misfit(type: string, inputs: readonly Value[], expected: string): never {
  throw new InternalError(
    `${type}: expected ${expected}, got ${inputs.map(({ dtype, shape }) => `${dtype}[${shape.join(',')}]`).join(' and ')}`,
  )
}

/** An error for shapes that do not fit, unless they do. */
export function expectThat(holds: boolean, type: string, inputs: readonly Value[], expected: string): asserts holds {
  if (!holds) misfit(type, inputs, expected)
}
