import type { AttentionOptions } from '../context.ts'
import type { LinearSpec } from '../lora.ts'
import { keptWhole, type Block } from './block.ts'
import type { Projection, QueryKeyValue } from './projection.ts'

interface AttentionParts {
  readonly qkv: Projection<QueryKeyValue>
  readonly output: LinearSpec
  /** Window, cap, scale and rotary scheme. */
  readonly options?: AttentionOptions | undefined
}

/** O softmax(q kᵀ · scale) v, causal, with grouped queries (Vaswani et al. 2017; Ainslie et al. 2023). */
export const attention = ({ qkv, output, options = {} }: AttentionParts): Block => ({
  linears: [...qkv.linears, output],
  recomputable: keptWhole,
  apply(c, x, { index, select }) {
    const [q, k, v] = qkv.apply(c, x)
    return c.linears(select(c.attention(index, q, k, v, options)), [output])[0]
  },
})
