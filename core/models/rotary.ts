import { z } from 'zod'
import { UserError } from '../contract/errors.ts'
import { refuseUnknown, shown } from './config.ts'

/**
 * Rotary positions of a model (Su et al. 2021): pair i of the first `size` numbers of a head turns by position ·
 * frequencies[i].
 */
export interface Rotary {
  /** How many numbers of each head are turned; the others stay. */
  readonly size: number
  /** Pair i turns by theta^(-2i/size) where nothing is scaled. */
  readonly theta: number
  /** size/2 angles per position. */
  readonly frequencies: readonly number[]
  /** The angles at every position of a text of more than `tokens` tokens, where they are others (LongRoPE). */
  readonly long?: { readonly tokens: number; readonly frequencies: readonly number[] }
  /** What cos and sin are multiplied by. */
  readonly scaling: number
}

const Factor = z.number().positive()
const Scaling = z.looseObject({
  rope_type: z.string().nullish(),
  type: z.string().nullish(),
  rope_theta: Factor.nullish(),
  partial_rotary_factor: z.number().nullish(),
  factor: Factor.nullish(),
  low_freq_factor: Factor.nullish(),
  high_freq_factor: Factor.nullish(),
  original_max_position_embeddings: Factor.nullish(),
  short_factor: z.array(Factor).nullish(),
  long_factor: z.array(Factor).nullish(),
  attention_factor: Factor.nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  beta_fast: z.number().nullish(),
  beta_slow: z.number().nullish(),
  truncate: z.boolean().nullish(),
})
type Scaling = z.infer<typeof Scaling>

/** Entries of a rotary scheme that transformers does not read. */
const UNREAD = ['attn_factor', 'finetuned']

/**
 * The fields of config.json that say how positions turn; rope_parameters is transformers 5's name for rope_theta and
 * rope_scaling.
 */
export const ropeFields = {
  rope_theta: Factor.nullish(),
  rope_scaling: Scaling.nullish(),
  rope_parameters: Scaling.nullish(),
  partial_rotary_factor: z.number().nullish(),
  original_max_position_embeddings: Factor.nullish(),
  max_position_embeddings: z.number(),
}

export interface RopeConfig {
  readonly rope_theta?: number | null | undefined
  readonly rope_scaling?: Scaling | null | undefined
  readonly rope_parameters?: Scaling | null | undefined
  readonly partial_rotary_factor?: number | null | undefined
  readonly original_max_position_embeddings?: number | null | undefined
  readonly max_position_embeddings: number
}

interface RopeOptions {
  /** The family turns a part of each head where config.json says so. Others turn whole heads. */
  readonly partial?: boolean
  /** Unless config.json says. */
  readonly theta?: number
  /** Other names that the family has for a scheme. */
  readonly names?: Readonly<Record<string, string>>
}

const DEFAULT_THETA = 10_000

/** Larger heads are refused with the model's other sizes. */
const MAX_HEAD_SIZE = 2_048

/**
 * Reads the rotary scheme of heads of `headSize`. Throws UserError `model/config` or `model/config-unknown` for a
 * scheme or an entry of it that is not known.
 */
export function rotaryOf(config: RopeConfig, headSize: number, options: RopeOptions = {}): Rotary {
  const written = isEmpty(config.rope_scaling) ? (config.rope_parameters ?? {}) : config.rope_scaling
  refuseUnknown(written, { known: Object.keys(Scaling.shape), ignored: UNREAD, place: 'rope_scaling.' })
  const scaling = written as Partial<Scaling>
  const named = scaling.rope_type ?? scaling.type ?? 'default'
  const type = options.names?.[named] ?? named
  const scheme = Object.hasOwn(schemes, type) ? schemes[type] : undefined
  if (!scheme) throw new UserError('model/config', { setting: 'rope_type', found: shown(type) })
  const theta = scaling.rope_theta ?? config.rope_theta ?? options.theta ?? DEFAULT_THETA
  const size = Math.floor(Math.min(headSize, MAX_HEAD_SIZE) * partOf(config, scaling, type, options))
  if (size % 2 !== 0) throw new UserError('model/config', { setting: 'head_dim', found: String(headSize) })
  const plain = Array.from({ length: size / 2 }, (_, pair) => theta ** ((-2 * pair) / size))
  const original =
    config.original_max_position_embeddings ??
    scaling.original_max_position_embeddings ??
    config.max_position_embeddings
  return { size, theta, ...scheme({ plain, scaling, theta, size, original, longest: config.max_position_embeddings }) }
}

const isEmpty = (scaling: RopeConfig['rope_scaling']): scaling is null | undefined =>
  !scaling || Object.keys(scaling).length === 0

/** What share of a head turns. transformers ignores the entry in other families, unless positions are scaled. */
function partOf(config: RopeConfig, scaling: Partial<Scaling>, type: string, { partial }: RopeOptions): number {
  const part = scaling.partial_rotary_factor ?? config.partial_rotary_factor ?? 1
  if (!partial && type === 'default') return 1
  if (!(part > 0 && part <= 1) || (!partial && part !== 1))
    throw new UserError('model/config', { setting: 'partial_rotary_factor', found: String(part) })
  return part
}

interface SchemeContext {
  /** Frequencies without scaling. */
  readonly plain: readonly number[]
  readonly scaling: Partial<Scaling>
  readonly theta: number
  readonly size: number
  /** Longest text that the model was first trained on, and the longest that it is made for. */
  readonly original: number
  readonly longest: number
}

type Scheme = (context: SchemeContext) => Omit<Rotary, 'size' | 'theta'>

/**
 * As transformers' ROPE_INIT_FUNCTIONS; dynamic scaling begins beyond the model's context, which the studio never
 * exceeds.
 */
const schemes: Readonly<Record<string, Scheme | undefined>> = {
  default: ({ plain }) => ({ frequencies: plain, scaling: 1 }),
  dynamic: ({ plain }) => ({ frequencies: plain, scaling: 1 }),
  linear: ({ plain, scaling }) => ({
    frequencies: plain.map((frequency) => frequency / required(scaling, 'factor')),
    scaling: 1,
  }),
  llama3,
  longrope,
  su: longrope,
  yarn,
}

/** An entry that a scheme cannot do without. Throws UserError `model/config-missing`. */
function required<K extends 'factor' | 'low_freq_factor' | 'high_freq_factor' | 'short_factor' | 'long_factor'>(
  scaling: Partial<Scaling>,
  name: K,
): NonNullable<Scaling[K]> {
  const value = scaling[name]
  if (value === null || value === undefined) throw new UserError('model/config-missing', { setting: name })
  return value
}

/** Llama 3.1: long wavelengths are stretched by `factor`, short ones kept, those between blended. */
function llama3({ plain, scaling, original }: SchemeContext): Omit<Rotary, 'size' | 'theta'> {
  const factor = required(scaling, 'factor')
  const low = required(scaling, 'low_freq_factor')
  const high = required(scaling, 'high_freq_factor')
  const frequencies = plain.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency
    if (wavelength < original / high) return frequency
    if (wavelength > original / low) return frequency / factor
    const smooth = (original / wavelength - low) / (high - low)
    return ((1 - smooth) * frequency) / factor + smooth * frequency
  })
  return { frequencies, scaling: 1 }
}

/** LongRoPE (Ding et al. 2024): a factor for every pair, other ones in texts longer than the original context. */
function longrope({ plain, scaling, original, longest }: SchemeContext): Omit<Rotary, 'size' | 'theta'> {
  const factor = scaling.factor ?? longest / original
  const attention = scaling.attention_factor ?? (factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original)))
  const divided = (name: 'short_factor' | 'long_factor') => {
    const by = required(scaling, name)
    if (by.length !== plain.length)
      throw new UserError('model/config', { setting: name, found: `${by.length} ≠ ${plain.length}` })
    return plain.map((frequency, pair) => frequency / (by[pair] as number))
  }
  return {
    frequencies: divided('short_factor'),
    long: { tokens: original, frequencies: divided('long_factor') },
    scaling: attention,
  }
}

/** 0.1 m ln(s) + 1: what YaRN multiplies scores by for a context that is s times as long. */
const yarnScale = (s: number, m = 1): number => (s <= 1 ? 1 : 0.1 * m * Math.log(s) + 1)

/** YaRN (Peng et al. 2023): fast pairs kept, slow ones stretched, a ramp between. */
function yarn({ plain, scaling, theta, size, original, longest }: SchemeContext): Omit<Rotary, 'size' | 'theta'> {
  const { factor = longest / original, mscale, mscale_all_dim: mscaleAll, truncate = true } = scaling
  const stretch = factor ?? longest / original
  const pairOf = (turns: number) => (size * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta))
  // Neither 0 counts as given.
  const [fast, slow] = [pairOf(scaling.beta_fast || 32), pairOf(scaling.beta_slow || 1)]
  const first = Math.max(0, truncate ? Math.floor(fast) : fast)
  const last = Math.min(size - 1, truncate ? Math.ceil(slow) : slow)
  const frequencies = plain.map((frequency, pair) => {
    const stretched = Math.min(1, Math.max(0, (pair - first) / (last === first ? 0.001 : last - first)))
    return (frequency / stretch) * stretched + frequency * (1 - stretched)
  })
  const inferred = mscale && mscaleAll ? yarnScale(stretch, mscale) / yarnScale(stretch, mscaleAll) : yarnScale(stretch)
  return { frequencies, scaling: scaling.attention_factor ?? inferred }
}

/** A table that programs take as an input: its name, values and shape [positions, size/2]. */
export interface RotaryTable {
  readonly name: string
  readonly shape: readonly [positions: number, pairs: number]
  readonly values: Float32Array<ArrayBuffer>
}

/** Names of the inputs for the rotary scheme number `index` of a model. */
export const rotaryNames = (index: number): readonly [cos: string, sin: string] =>
  index === 0 ? ['cos', 'sin'] : [`cos${index}`, `sin${index}`]

interface Turning {
  readonly rotaries: readonly Rotary[]
}

/** The most tokens of a text that is not long; null where length makes no difference. */
export const longTextLimit = ({ rotaries }: Turning): number | null =>
  rotaries.find(({ long }) => long !== undefined)?.long?.tokens ?? null

/**
 * cos and sin of every rotary scheme of a model, for positions from 0: a row for each. Where long texts turn otherwise,
 * two rows: one for texts that are not long, then one for those that are (`turnsOf`).
 */
export function rotaryTables(model: Turning, positions: number): RotaryTable[] {
  const everyLength = longTextLimit(model) === null
  return model.rotaries.flatMap(({ frequencies, long, scaling }, index) => {
    const rows = everyLength ? [frequencies] : [frequencies, long?.frequencies ?? frequencies]
    const pairs = frequencies.length
    const shape = [positions * rows.length, pairs] as const
    return [Math.cos, Math.sin].map((turn, part): RotaryTable => {
      const values = new Float32Array(shape[0] * pairs)
      let place = 0
      for (let position = 0; position < positions; position++)
        for (const row of rows) for (const frequency of row) values[place++] = scaling * turn(position * frequency)
      return { name: rotaryNames(index)[part] as string, shape, values }
    })
  })
}

/** The row of the rotary tables for a position in a text of `length` tokens, where long texts turn otherwise. */
export const turnOf = (position: number, length: number, limit: number): number => 2 * position + Number(length > limit)
