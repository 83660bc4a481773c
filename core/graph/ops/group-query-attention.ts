import { z } from 'zod'
import type { Value } from '../ir.ts'
import { apply, defineOp } from '../op.ts'

const inputs: readonly string[] = ['q', 'k', 'v', 'pastK', 'pastV', 'lengths', 'total', '...tables']

const Attributes = z.object({
  heads: z.number().int(),
  kvHeads: z.number().int(),
  scale: z.number(),
  /** Scores are kept between -softcap and softcap; 0 is no cap. */
  softcap: z.number(),
  /** How many recent tokens are seen, the query's own included; -1 is all. */
  window: z.number().int(),
})
export type AttentionAttributes = z.infer<typeof Attributes>

/**
 * Causal attention of new tokens over a cache that is written in place: q [B,T,H·D], k and v [B,T,K·D], pastK and pastV
 * [B,K,S,D], lengths [B] int32 (tokens in the cache after this call, minus 1), total [1] int32 (the longest length),
 * and possibly cos and sin [S, D/2]. Outputs: attention [B,T,H·D] and the two caches (bind them to the inputs'
 * tensors). With cos and sin it turns q and k itself (D must be a multiple of 16); without them they come turned.
 * com.microsoft GroupQueryAttention.
 */
export const groupQueryAttentionOp = defineOp({
  type: 'GroupQueryAttention',
  inputs,
  outputs: ['y', 'k', 'v'],
  attrs: Attributes,
  infer: (values) => {
    const [q, , , pastK, pastV] = values as [Value, Value, Value, Value, Value]
    return [q, pastK, pastV]
  },
  grad: { noGrad: 'decoding is not differentiated' },
  lower({ emit, inputs: names, outputs, attrs: { heads, kvHeads, scale, softcap, window } }) {
    const attributes = {
      num_heads: heads,
      kv_num_heads: kvHeads,
      scale: { float: scale },
      softcap: { float: softcap },
      local_window_size: window,
      do_rotary: Number(names.length > CORE_INPUTS),
    }
    emit('GroupQueryAttention', names, attributes, { outputs, domain: 'com.microsoft' })
  },
})

export const groupQueryAttention = (
  inputs: readonly Value[],
  attrs: AttentionAttributes,
): readonly [y: Value, k: Value, v: Value] => apply(groupQueryAttentionOp, inputs, attrs)

/** Inputs without the tables. */
const CORE_INPUTS = 7
