import { z } from 'zod'
import { defineOp, expectThat } from '../op.ts'

/**
 * Rotary position embedding, half-split (Su et al. 2021): x [B,T,H·D], positions [B,T] int64, cos and sin [P, D/2].
 * A primitive because the one pass replaces eight. com.microsoft RotaryEmbedding.
 */
export const rotary = defineOp({
  type: 'Rotary',
  inputs: ['x', 'positions', 'cos', 'sin'],
  attrs: z.object({ heads: z.number().int() }),
  infer: ([x, positions, cos, sin]) => {
    expectThat(x.shape.length === 3 && positions.dtype === 'int64', 'Rotary', [x, positions, cos, sin], 'x [B,T,C], positions [B,T] int64, cos and sin')
    return [x]
  },
  // A rotation: its gradient turns back.
  grad: ({ b, inputs: [, positions, cos, sin], dOut: [d], attrs }) => [b.rotary(d, positions, cos, b.neg(sin), attrs), null, null, null],
  lower: ({ emit, inputs, outputs, attrs }) => void emit('RotaryEmbedding', inputs, { num_heads: attrs.heads }, { outputs, domain: 'com.microsoft' }),
})
