import { z } from 'zod'
import { defineOp, expectThat } from '../op.ts'

/**
 * losses [M], each computed from its row of x [M,C] by a way whose gradient is known already: dx = d · g / scale, g
 * [M,C] like x.
 */
export const withGradient = defineOp({
  type: 'WithGradient',
  inputs: ['losses', 'x', 'g'],
  attrs: z.object({ scale: z.number() }),
  infer: ([losses, x, g]) => {
    expectThat(
      losses.shape.length === 1 &&
        losses.shape[0] === x.shape[0] &&
        x.shape.join() === g.shape.join() &&
        x.dtype === g.dtype,
      'WithGradient',
      [losses, x, g],
      'losses [M], x and g [M,C]',
    )
    return [losses]
  },
  grad({ b, inputs: [, x, g], dOut: [d], attrs: { scale } }) {
    const perRow = b.reshape(b.mul(d, b.constant(1 / scale, d.dtype)), [...d.shape, 1])
    return [null, b.cast(b.mul(b.cast(g, d.dtype), perRow), x.dtype), null]
  },
  unread: [1, 2],
  element: ({ inputs: [losses] }) => losses,
  view: 0,
  lower: ({ emit, inputs: [losses], outputs }) => void emit('Identity', [losses], {}, { outputs }),
})
