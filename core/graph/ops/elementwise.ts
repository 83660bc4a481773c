import type { Builder } from '../builder.ts'
import type { DType, Value } from '../ir.ts'
import { defineOp, expectThat } from '../op.ts'
import { broadcast } from '../shapes.ts'

interface BinaryContext {
  readonly b: Builder
  readonly x: Value
  readonly y: Value
  readonly out: Value
  readonly d: Value
}

/** An op out = f(x, y) with broadcasting that ONNX calls `type`; `sign` is C's operator. */
export const binaryOp = (type: string, sign: string, grad: (context: BinaryContext) => readonly [Value, Value]) =>
  defineOp({
    type,
    inputs: ['x', 'y'],
    infer: ([x, y]) => [{ dtype: x.dtype, shape: broadcastOf(type, x, y) }],
    grad: ({ b, inputs: [x, y], outputs: [out], dOut: [d] }) => grad({ b, x, y, out, d }),
    element: ({ inputs: [x, y] }) => `(${x} ${sign} ${y})`,
    lower: ({ emit, inputs, outputs }) => void emit(type, inputs, {}, { outputs }),
  })

/** An op out = f(x) that ONNX calls `type`; `element` is f in C. */
export const unaryOp = (
  type: string,
  element: (x: string) => string,
  grad: (context: Omit<BinaryContext, 'y'>) => Value,
) =>
  defineOp({
    type,
    inputs: ['x'],
    infer: ([x]) => [x],
    grad: ({ b, inputs: [x], outputs: [out], dOut: [d] }) => [grad({ b, x, out, d })],
    element: ({ inputs: [x] }) => element(x),
    lower: ({ emit, inputs, outputs }) => void emit(type, inputs, {}, { outputs }),
  })

/** An op on two values with broadcasting whose result is true or false; `sign` is C's operator. */
export const logicalOp = (type: string, sign: string) =>
  defineOp({
    type,
    inputs: ['x', 'y'],
    infer: ([x, y]) => [{ dtype: 'bool' satisfies DType, shape: broadcastOf(type, x, y) }],
    grad: { noGrad: 'true or false' },
    element: ({ inputs: [x, y] }) => `(${x} ${sign} ${y})`,
    lower: ({ emit, inputs, outputs }) => void emit(type, inputs, {}, { outputs }),
  })

function broadcastOf(type: string, x: Value, y: Value) {
  expectThat(x.dtype === y.dtype, type, [x, y], 'two values of one type')
  return broadcast(x.shape, y.shape)
}
