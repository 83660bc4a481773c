import { z } from 'zod'
import { defineOp } from '../op.ts'

const inputs = ['q', 'k', 'v', 'pastK', 'pastV', 'lengths', 'total', 'cos', 'sin'] as const
export type AttentionInputs = typeof inputs

const Attributes = z.object({ heads: z.number().int(), kvHeads: z.number().int(), scale: z.number(), rotary: z.boolean() })
export type AttentionAttributes = z.infer<typeof Attributes>

/**
 * Causal attention of new tokens over a cache that is written in place: q [B,T,H·D], k and v [B,T,K·D], pastK and pastV [B,K,S,D],
 * lengths [B] int32 (tokens in the cache after this call, minus 1), total [1] int32 (the longest length), cos and sin [S, D/2].
 * Outputs: attention [B,T,H·D] and the two caches (bind them to the inputs' tensors). `rotary`: q and k are yet to be turned (D must be a multiple of 16).
 * com.microsoft GroupQueryAttention.
 */
export const groupQueryAttention = defineOp({
  type: 'GroupQueryAttention',
  inputs,
  outputs: ['y', 'k', 'v'],
  attrs: Attributes,
  infer: ([q, , , pastK, pastV]) => [q, pastK, pastV],
  grad: { noGrad: 'decoding is not differentiated' },
  lower({ emit, inputs: names, outputs, attrs: { heads, kvHeads, scale, rotary } }) {
    const used = rotary ? names : names.slice(0, 7)
    emit('GroupQueryAttention', used, { num_heads: heads, kv_num_heads: kvHeads, scale: { float: scale }, do_rotary: Number(rotary) }, { outputs, domain: 'com.microsoft' })
  },
})
