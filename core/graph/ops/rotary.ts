import { z } from 'zod'
import type { Value } from '../ir.ts'
import { apply, defineOp, expectThat } from '../op.ts'
import { neg } from './neg.ts'

/**
 * Rotary position embedding, half-split (Su et al. 2021): x [B,T,H·D], positions [B,T] int64, cos and sin [P, size/2]
 * for the first `size` numbers of every head (all D where it is left out).
 * A primitive because the one pass replaces eight. com.microsoft RotaryEmbedding.
 */
export const rotaryOp = defineOp({
  type: 'Rotary',
  inputs: ['x', 'positions', 'cos', 'sin'],
  attrs: z.object({ heads: z.number().int(), size: z.number().int().optional() }),
  infer: ([x, positions, cos, sin]) => {
    expectThat(
      x.shape.length === 3 && positions.dtype === 'int64',
      'Rotary',
      [x, positions, cos, sin],
      'x [B,T,C], positions [B,T] int64, cos and sin',
    )
    return [x]
  },
  // A rotation: its gradient turns back.
  grad: ({ inputs: [, positions, cos, sin], dOut: [d], attrs }) => [
    rotary(d, positions, cos, neg(sin), attrs),
    null,
    null,
    null,
  ],
  lower({ emit, inputs, values: [x], outputs, attrs: { heads, size } }) {
    // 0 is the whole head.
    const rotated = size !== undefined && size * heads !== x.shape[2] ? size : 0
    emit(
      'RotaryEmbedding',
      inputs,
      { num_heads: heads, rotary_embedding_dim: rotated },
      { outputs, domain: 'com.microsoft' },
    )
  },
})

export const rotary = (
  x: Value,
  positions: Value,
  cos: Value,
  sin: Value,
  attrs: { heads: number; size?: number },
): Value => apply(rotaryOp, [x, positions, cos, sin], attrs)[0]
