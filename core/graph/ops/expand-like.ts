import type { Value } from '../ir.ts'
import { apply, defineOp, valueOf, type Operand } from '../op.ts'
import { broadcast } from '../shapes.ts'

/** x repeated to the shape of another value by broadcasting. ONNX Expand. */
export const expandLikeOp = defineOp({
  type: 'Expand',
  inputs: ['x', 'like'],
  infer: ([x, like]) => [{ dtype: x.dtype, shape: broadcast(x.shape, like.shape) }],
  grad: ({ dOut: [d] }) => [d, null],
  unread: [1],
  element: ({ inputs: [x] }) => x,
  lower: ({ emit, inputs: [x, like], outputs }) => void emit('Expand', [x, emit('Shape', [like])[0]], {}, { outputs }),
})

export const expandLike = (x: Operand, like: Value): Value => apply(expandLikeOp, [valueOf(x, like), like], {})[0]
