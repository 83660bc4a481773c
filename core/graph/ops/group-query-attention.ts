import { z } from 'zod'
import { defineOp } from '../op.ts'

const inputs = ['q', 'k', 'v', 'pastK', 'pastV', 'lengths', 'total', 'cos', 'sin'] as const
export type AttentionInputs = typeof inputs

const Attributes = z.object({ heads: z.number().int(), kvHeads: z.number().int(), scale: z.number() })
export type AttentionAttributes = z.infer<typeof Attributes>

/**
 * Causal attention of new tokens over a cache that is written in place: q [B,T,H·D], k and v [B,T,K·D], pastK and pastV [B,K,S,D],
 * lengths [B] int32 (tokens in the cache after this call, minus 1), total [1] int32 (the longest length), cos and sin [S, D/2].
 * Outputs: attention [B,T,H·D] and the two caches (bind them to the inputs' tensors). com.microsoft GroupQueryAttention with rotary embedding inside.
 */
export const groupQueryAttention = defineOp({
  type: 'GroupQueryAttention',
  inputs,
  outputs: ['y', 'k', 'v'],
  attrs: Attributes,
  infer: ([q, , , pastK, pastV]) => [q, pastK, pastV],
  grad: { noGrad: 'decoding is not differentiated' },
  lower: ({ emit, inputs: names, outputs, attrs: { heads, kvHeads, scale } }) =>
    void emit('GroupQueryAttention', names, { num_heads: heads, kv_num_heads: kvHeads, scale: { float: scale }, do_rotary: 1 }, { outputs, domain: 'com.microsoft' }),
})
