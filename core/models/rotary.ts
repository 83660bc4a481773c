import { z } from 'zod'
import { UserError } from '../contract/errors.ts'

/**
 * Rotary positions of a model (Su et al. 2021): pair i of the first `size` numbers of a head turns by position ·
 * frequencies[i].
 */
export interface Rotary {
  /** How many numbers of each head are turned; the others stay. */
  readonly size: number
  /** size/2 angles per position; longer texts may have other ones (LongRoPE). */
  frequencies(longestPosition: number): readonly number[]
  /** What cos and sin are multiplied by. */
  readonly scaling: number
}

const Scaling = z.looseObject({
  rope_type: z.string().nullish(),
  type: z.string().nullish(),
  rope_theta: z.number().nullish(),
  partial_rotary_factor: z.number().nullish(),
  factor: z.number().nullish(),
  low_freq_factor: z.number().nullish(),
  high_freq_factor: z.number().nullish(),
  original_max_position_embeddings: z.number().nullish(),
  short_factor: z.array(z.number()).nullish(),
  long_factor: z.array(z.number()).nullish(),
  attention_factor: z.number().nullish(),
  beta_fast: z.number().nullish(),
  beta_slow: z.number().nullish(),
})
type Scaling = z.infer<typeof Scaling>

/**
 * The fields of config.json that say how positions turn; rope_parameters is transformers 5's name for rope_theta and
 * rope_scaling.
 */
export const ropeFields = {
  rope_theta: z.number().nullish(),
  rope_scaling: Scaling.nullish(),
  rope_parameters: Scaling.nullish(),
  partial_rotary_factor: z.number().nullish(),
  original_max_position_embeddings: z.number().nullish(),
  max_position_embeddings: z.number(),
}

interface RopeConfig {
  readonly rope_theta?: number | null | undefined
  readonly rope_scaling?: Scaling | null | undefined
  readonly rope_parameters?: Scaling | null | undefined
  readonly partial_rotary_factor?: number | null | undefined
  readonly original_max_position_embeddings?: number | null | undefined
  readonly max_position_embeddings: number
}

const DEFAULT_THETA = 10_000

/** Larger heads are refused with the model's other sizes. */
const MAX_HEAD_SIZE = 2_048

/** Reads the rotary scheme of heads of `headSize`. Throws UserError `model/config` for a scheme that is not known. */
export function rotaryOf(config: RopeConfig, headSize: number): Rotary {
  const scaling: Scaling = { ...config.rope_scaling, ...config.rope_parameters }
  const type = scaling.rope_type ?? scaling.type ?? 'default'
  const theta = scaling.rope_theta ?? config.rope_theta ?? DEFAULT_THETA
  const part = scaling.partial_rotary_factor ?? config.partial_rotary_factor ?? 1
  if (!(part > 0 && part <= 1))
    throw new UserError('model/config', { setting: 'partial_rotary_factor', problem: String(part) })
  const size = Math.floor(Math.min(headSize, MAX_HEAD_SIZE) * part)
  const plain = Array.from({ length: size / 2 }, (_, pair) => theta ** ((-2 * pair) / size))
  const scheme = schemes[type]
  if (!scheme) throw new UserError('model/config', { setting: 'rope_type', problem: type.slice(0, 60) })
  const original =
    scaling.original_max_position_embeddings ??
    config.original_max_position_embeddings ??
    config.max_position_embeddings
  return { size, ...scheme({ plain, scaling, theta, size, original, longest: config.max_position_embeddings }) }
}

interface SchemeContext {
  /** Frequencies without scaling. */
  readonly plain: readonly number[]
  readonly scaling: Scaling
  readonly theta: number
  readonly size: number
  /** Longest text that the model was first trained on, and the longest that it is made for. */
  readonly original: number
  readonly longest: number
}

type Scheme = (context: SchemeContext) => Omit<Rotary, 'size'>

const always = (frequencies: readonly number[], scaling = 1): Omit<Rotary, 'size'> => ({
  frequencies: () => frequencies,
  scaling,
})

/**
 * As transformers' ROPE_INIT_FUNCTIONS; dynamic scaling begins beyond the model's context, which the studio never
 * exceeds.
 */
const schemes: Readonly<Record<string, Scheme | undefined>> = {
  default: ({ plain }) => always(plain),
  dynamic: ({ plain }) => always(plain),
  linear: ({ plain, scaling }) => always(plain.map((frequency) => frequency / (scaling.factor ?? 1))),
  llama3,
  longrope,
  su: longrope,
  yarn,
}

/** Llama 3.1: long wavelengths are stretched by `factor`, short ones kept, those between blended. */
function llama3({ plain, scaling, original }: SchemeContext): Omit<Rotary, 'size'> {
  const {
    factor,
    low_freq_factor: low,
    high_freq_factor: high,
  } = {
    factor: scaling.factor ?? 8,
    low_freq_factor: scaling.low_freq_factor ?? 1,
    high_freq_factor: scaling.high_freq_factor ?? 4,
  }
  return always(
    plain.map((frequency) => {
      const wavelength = (2 * Math.PI) / frequency
      if (wavelength < original / high) return frequency
      if (wavelength > original / low) return frequency / factor
      const smooth = (original / wavelength - low) / (high - low)
      return ((1 - smooth) * frequency) / factor + smooth * frequency
    }),
  )
}

/** LongRoPE (Ding et al. 2024): a factor for every pair, other ones beyond the original context. */
function longrope({ plain, scaling, original, longest }: SchemeContext): Omit<Rotary, 'size'> {
  const factor = scaling.factor ?? longest / original
  const attention = scaling.attention_factor ?? (factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original)))
  const divided = (by: readonly number[] | null | undefined) =>
    plain.map((frequency, pair) => frequency / (by?.[pair] ?? 1))
  return {
    scaling: attention,
    frequencies: (longestPosition) => divided(longestPosition > original ? scaling.long_factor : scaling.short_factor),
  }
}

/** YaRN (Peng et al. 2023): fast pairs kept, slow ones stretched, a ramp between. */
function yarn({ plain, scaling, theta, size, original, longest }: SchemeContext): Omit<Rotary, 'size'> {
  const factor = scaling.factor ?? longest / original
  const pairOf = (turns: number) => (size * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta))
  const first = Math.max(0, Math.floor(pairOf(scaling.beta_fast ?? 32)))
  const last = Math.min(size - 1, Math.ceil(pairOf(scaling.beta_slow ?? 1)))
  const frequencies = plain.map((frequency, pair) => {
    const stretched = Math.min(1, Math.max(0, (pair - first) / (last === first ? 0.001 : last - first)))
    return (frequency / factor) * stretched + frequency * (1 - stretched)
  })
  return always(frequencies, scaling.attention_factor ?? (factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1))
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

/** cos and sin of every rotary scheme of a model, for positions from 0. */
export function rotaryTables({ rotaries }: { readonly rotaries: readonly Rotary[] }, positions: number): RotaryTable[] {
  return rotaries.flatMap((rotary, index) => {
    const frequencies = rotary.frequencies(positions)
    const shape = [positions, frequencies.length] as const
    return [Math.cos, Math.sin].map((turn, part): RotaryTable => {
      const values = new Float32Array(positions * frequencies.length)
      for (let position = 0; position < positions; position++)
        for (const [pair, frequency] of frequencies.entries())
          values[position * frequencies.length + pair] = rotary.scaling * turn(position * frequency)
      return { name: rotaryNames(index)[part] as string, shape, values }
    })
  })
}
