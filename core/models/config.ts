import { z } from 'zod'
import { UserError } from '../contract/errors.ts'
import { isNote } from './config-notes.ts'

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

/** A value of config.json as messages show it. */
export const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

const MAX_SHOWN = 60

/** An entry that may be left out or null, which both mean `value`. */
export const entry = <T extends z.ZodType>(type: T, value: z.infer<T>) =>
  type.nullish().transform((found): z.infer<T> => found ?? value)

/** An entry that a family computes with one value only; it may be left out. */
export const only = <T extends string | number | boolean>(value: T) => z.literal(value).nullish()

/** How many layers there are, and of which kind each is where config.json says so. */
interface LayerKinds {
  readonly num_hidden_layers: number
  readonly layer_types?: readonly string[] | null | undefined
}

/**
 * config.json as a family's schema reads it. `ignored` names entries that the family's formula does not depend on.
 * Throws UserError `model/config`, `model/config-missing`, `model/config-range` or `model/config-unknown` naming the
 * first entry that does not fit.
 */
export function readConfig<S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  raw: Readonly<Record<string, unknown>>,
  ignored: readonly string[] = [],
): z.infer<z.ZodObject<S>> {
  for (const [setting, max] of Object.entries(LARGEST)) {
    const found = raw[setting]
    if (typeof found === 'number' && !(Number.isInteger(found) && found >= 1 && found <= max))
      throw outOfRange(setting, found, max)
  }
  const parsed = schema.safeParse(raw)
  if (!parsed.success) throw misfit(raw, parsed.error.issues[0]?.path ?? [])
  refuseUnknown(raw, { known: Object.keys(schema.shape), ignored })
  checkLayerKinds(parsed.data as unknown as LayerKinds)
  return parsed.data
}

function misfit(raw: unknown, path: readonly PropertyKey[]): UserError {
  const setting = path.join('.').slice(0, MAX_SHOWN)
  const found = path.reduce((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], raw)
  return found === undefined
    ? new UserError('model/config-missing', { setting })
    : new UserError('model/config', { setting, found: shown(found) })
}

function checkLayerKinds({ num_hidden_layers: count, layer_types: kinds }: LayerKinds): void {
  if (kinds && kinds.length !== count)
    throw new UserError('model/config', { setting: 'layer_types', found: `${kinds.length} ≠ ${count}` })
}

interface KnownEntries {
  readonly known: readonly string[]
  readonly ignored?: readonly string[]
  /** Before the names of entries inside another one. */
  readonly place?: string
}

/**
 * Refuses entries that may change what a model computes and are not known. Throws UserError `model/config-unknown`
 * naming the first.
 */
export function refuseUnknown(
  values: Readonly<Record<string, unknown>>,
  { known, ignored = [], place = '' }: KnownEntries,
): void {
  const unknown = Object.keys(values).find(
    (name) => !known.includes(name) && !ignored.includes(name) && !isNote(name) && !isOff(values[name]),
  )
  if (unknown === undefined) return
  throw new UserError('model/config-unknown', {
    setting: `${place}${unknown}`.slice(0, MAX_SHOWN),
    found: shown(values[unknown]),
  })
}

/** Entries with such values switch something off, or say nothing. */
const isOff = (value: unknown): boolean =>
  value === null ||
  value === false ||
  value === 0 ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0)

interface Sizes {
  readonly width: number
  readonly headSize: number
  readonly heads: number
  readonly kvHeads: number
  readonly feedForwardSize: number
}

/** Throws UserError `model/config` or `model/config-range` where a model's sizes do not fit each other. */
export function checkSizes({ width, headSize, heads, kvHeads, feedForwardSize }: Sizes): void {
  if (!Number.isInteger(headSize))
    throw new UserError('model/config', { setting: 'num_attention_heads', found: `${width} / ${heads}` })
  if (headSize > MAX_HEAD_SIZE) throw outOfRange('head_dim', headSize, MAX_HEAD_SIZE)
  if (heads % kvHeads !== 0)
    throw new UserError('model/config', { setting: 'num_key_value_heads', found: `${heads} / ${kvHeads}` })
  if (!(Number.isInteger(feedForwardSize) && feedForwardSize >= 1 && feedForwardSize <= MAX_FEED_FORWARD_SIZE))
    throw outOfRange('intermediate_size', feedForwardSize, MAX_FEED_FORWARD_SIZE)
}
