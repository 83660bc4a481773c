import { defineOp, expectThat } from '../op.ts'
import { broadcast } from '../shapes.ts'

/** x where the condition holds, else y, with broadcasting. ONNX Where. */
export const where = defineOp({
  type: 'Where',
  inputs: ['condition', 'x', 'y'],
  infer: ([condition, x, y]) => {
    expectThat(
      condition.dtype === 'bool' && x.dtype === y.dtype,
      'Where',
      [condition, x, y],
      'a condition and two values of one type',
    )
    return [{ dtype: x.dtype, shape: broadcast(condition.shape, broadcast(x.shape, y.shape)) }]
  },
  grad: ({ b, inputs: [condition], dOut: [d] }) => [
    null,
    b.where(condition, d, b.constant(0, d.dtype)),
    b.where(condition, b.constant(0, d.dtype), d),
  ],
  element: ({ inputs: [condition, x, y] }) => `(${condition} ? ${x} : ${y})`,
  lower: ({ emit, inputs, outputs }) => void emit('Where', inputs, {}, { outputs }),
})
