import type { z } from 'zod'
import { UserError } from '../contract/errors.ts'

const MAX_HEAD_SIZE = 2_048
const MAX_FEED_FORWARD_SIZE = 1_048_576
/**
 * The greatest numbers that config.json may name, several times those of the largest published models (Llama 3.1 405B:
 * 126 layers of 16,384, 128 heads).
 */
const LARGEST: Readonly<Record<string, number>> = {
  num_hidden_layers: 1_000,
  n_layer: 1_000,
  num_attention_heads: 1_024,
  n_head: 1_024,
  num_key_value_heads: 1_024,
  head_dim: MAX_HEAD_SIZE,
  hidden_size: 131_072,
  n_embd: 131_072,
  intermediate_size: MAX_FEED_FORWARD_SIZE,
  n_inner: MAX_FEED_FORWARD_SIZE,
  vocab_size: 4_000_000,
  max_position_embeddings: 100_000_000,
  n_positions: 100_000_000,
  original_max_position_embeddings: 100_000_000,
  conv_L_cache: 64,
  block_multiple_of: 1_048_576,
}

const outOfRange = (setting: string, found: number, max: number): UserError =>
  new UserError('model/config-range', { setting, found: String(found), max })

/**
 * config.json as a family's schema reads it. Throws UserError `model/config` or `model/config-range` naming the first
 * setting that does not fit.
 */
export function readConfig<T>(schema: z.ZodType<T>, raw: Readonly<Record<string, unknown>>): T {
  for (const [setting, max] of Object.entries(LARGEST)) {
    const found = raw[setting]
    if (typeof found === 'number' && !(Number.isInteger(found) && found >= 1 && found <= max))
      throw outOfRange(setting, found, max)
  }
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new UserError('model/config', { setting: issue?.path.join('.') ?? '', problem: issue?.message ?? '' })
}

interface Sizes {
  readonly headSize: number
  readonly heads: number
  readonly kvHeads: number
  readonly feedForwardSize: number
}

/** Throws UserError `model/config` or `model/config-range` where a model's sizes do not fit each other. */
export function checkSizes({ headSize, heads, kvHeads, feedForwardSize }: Sizes): void {
  if (!Number.isInteger(headSize))
    throw new UserError('model/config', { setting: 'num_attention_heads', problem: `head size ${headSize.toFixed(2)}` })
  if (headSize > MAX_HEAD_SIZE) throw outOfRange('head_dim', headSize, MAX_HEAD_SIZE)
  if (heads % kvHeads !== 0)
    throw new UserError('model/config', { setting: 'num_key_value_heads', problem: `${heads} / ${kvHeads}` })
  if (!(Number.isInteger(feedForwardSize) && feedForwardSize >= 1 && feedForwardSize <= MAX_FEED_FORWARD_SIZE))
    throw outOfRange('intermediate_size', feedForwardSize, MAX_FEED_FORWARD_SIZE)
}
