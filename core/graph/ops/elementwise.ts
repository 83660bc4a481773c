import type { DType, Value } from '../ir.ts'
import { apply, defineOp, expectThat, valueOf, type Op, type Operand } from '../op.ts'
import { broadcast } from '../shapes.ts'

interface BinaryContext {
  readonly x: Value
  readonly y: Value
  readonly out: Value
  readonly d: Value
}

/** An op out = f(x, y) with broadcasting that ONNX calls `type`; `sign` is C's operator. */
export const defineBinary = (type: string, sign: string, grad: (context: BinaryContext) => readonly [Value, Value]) =>
  defineOp({
    type,
    inputs: ['x', 'y'],
    infer: ([x, y]) => [{ dtype: x.dtype, shape: broadcastOf(type, x, y) }],
    grad: ({ inputs: [x, y], outputs: [out], dOut: [d] }) => grad({ x, y, out, d }),
    element: ({ inputs: [x, y] }) => `(${x} ${sign} ${y})`,
    lower: ({ emit, inputs, outputs }) => void emit(type, inputs, {}, { outputs }),
  })

/** An op out = f(x) that ONNX calls `type`; `element` is f in C. */
export const defineUnary = (
  type: string,
  element: (x: string) => string,
  grad: (context: Omit<BinaryContext, 'y'>) => Value,
) =>
  defineOp({
    type,
    inputs: ['x'],
    infer: ([x]) => [x],
    grad: ({ inputs: [x], outputs: [out], dOut: [d] }) => [grad({ x, out, d })],
    element: ({ inputs: [x] }) => element(x),
    lower: ({ emit, inputs, outputs }) => void emit(type, inputs, {}, { outputs }),
  })

/** An op on two values with broadcasting whose result is true or false; `sign` is C's operator. */
export const defineLogical = (type: string, sign: string) =>
  defineOp({
    type,
    inputs: ['x', 'y'],
    infer: ([x, y]) => [{ dtype: 'bool' satisfies DType, shape: broadcastOf(type, x, y) }],
    grad: { noGrad: 'true or false' },
    element: ({ inputs: [x, y] }) => `(${x} ${sign} ${y})`,
    lower: ({ emit, inputs, outputs }) => void emit(type, inputs, {}, { outputs }),
  })

/** The function of an op on one value. */
export const unary =
  (op: Op<readonly ['x'], readonly ['y'], object>) =>
  (x: Value): Value =>
    apply(op, [x], {})[0]

/** The function of an op on two values, one of which may be a number. */
export function binary(op: Op<readonly ['x', 'y'], readonly ['y'], object>) {
  function call(x: Value, y: Operand): Value
  function call(x: number, y: Value): Value
  function call(x: Operand, y: Operand): Value {
    const like = (typeof x === 'number' ? y : x) as Value
    return apply(op, [valueOf(x, like), valueOf(y, like)], {})[0]
  }
  return call
}

function broadcastOf(type: string, x: Value, y: Value) {
  expectThat(x.dtype === y.dtype, type, [x, y], 'two values of one type')
  return broadcast(x.shape, y.shape)
}
