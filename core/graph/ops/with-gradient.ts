import { z } from 'zod'
import type { Value } from '../ir.ts'
import { apply, defineOp, expectThat } from '../op.ts'
import { cast } from './cast.ts'
import { mul } from './mul.ts'
import { reshape } from './reshape.ts'

/**
 * losses [M], each computed from its row of x [M,C] by a way whose gradient is known already: dx = d · g / scale, g
 * [M,C] like x.
 */
export const withGradientOp = defineOp({
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
  grad({ inputs: [, x, g], dOut: [d], attrs: { scale } }) {
    const perRow = reshape(mul(d, 1 / scale), [...d.shape, 1])
    return [null, cast(mul(cast(g, d.dtype), perRow), x.dtype), null]
  },
  unread: [1, 2],
  element: ({ inputs: [losses] }) => losses,
  aliasOf: 0,
  lower: ({ emit, inputs: [losses], outputs }) => void emit('Identity', [losses], {}, { outputs }),
})

export const withGradient = (losses: Value, x: Value, g: Value, scale: number): Value =>
  apply(withGradientOp, [losses, x, g], { scale })[0]
