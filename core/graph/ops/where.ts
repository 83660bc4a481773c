import type { Value } from '../ir.ts'
import { apply, defineOp, expectThat, valueOf, type Operand } from '../op.ts'
import { broadcast } from '../shapes.ts'

/** x where the condition holds, else y, with broadcasting. ONNX Where. */
export const whereOp = defineOp({
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
  grad: ({ inputs: [condition], dOut: [d] }) => [null, where(condition, d, 0), where(condition, 0, d)],
  element: ({ inputs: [condition, x, y] }) => `(${condition} ? ${x} : ${y})`,
  lower: ({ emit, inputs, outputs }) => void emit('Where', inputs, {}, { outputs }),
})

/** Two numbers are float32. */
export function where(condition: Value, x: Operand, y: Operand): Value {
  const like = [x, y].find((operand) => typeof operand !== 'number')
  const value = (operand: Operand) => (like ? valueOf(operand, like) : condition.graph.constant(operand as number))
  return apply(whereOp, [condition, value(x), value(y)], {})[0]
}
