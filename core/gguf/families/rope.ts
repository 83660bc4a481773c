import type { Rotary } from '../../models/rotary.ts'
import { float32, string, uint32, type GgufValue } from '../values.ts'
import type { DescribedModel, ExtraTensor, Misfit } from './family.ts'

/** The scheme of layers that attend to everything. */
export const mainRotary = ({ architecture: { rotaries } }: DescribedModel): Rotary => rotaries[0]!

/** What each pair's frequency was divided by, compared with an unscaled scheme. */
const divisors = ({ size, theta }: Rotary, frequencies: readonly number[]): number[] =>
  frequencies.map((frequency, pair) => theta ** ((-2 * pair) / size) / frequency)

const isAlike = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.abs(b)

/** The one divisor of all pairs: 1 where nothing is scaled; null where they differ. */
function commonDivisor(rotary: Rotary): number | null {
  const [first = 1, ...others] = divisors(rotary, rotary.frequencies)
  if (!others.every((divisor) => isAlike(divisor, first))) return null
  return isAlike(first, 1) ? 1 : first
}

/** Theta and the turned part of a head, and a factor that all positions are divided by. */
export function ropeEntries(rotary: Rotary): Record<string, GgufValue> {
  const divisor = commonDivisor(rotary)
  return {
    'rope.dimension_count': uint32(rotary.size),
    'rope.freq_base': float32(rotary.theta),
    ...(divisor === null || divisor === 1
      ? {}
      : { 'rope.scaling.type': string('linear'), 'rope.scaling.factor': float32(divisor) }),
    ...(rotary.scaling === 1 ? {} : { 'rope.scaling.attn_factor': float32(rotary.scaling) }),
  }
}

/** Whether long texts turn otherwise than short ones. */
export const turnsLongTexts = ({ frequencies, long }: Rotary): boolean =>
  long !== undefined && long.frequencies.some((frequency, pair) => !isAlike(frequency, frequencies[pair]!))

/** A scheme that divides pairs by different numbers, for architectures that have no place for those. */
export function unevenScaling(rotary: Rotary): Misfit | null {
  return commonDivisor(rotary) === null || turnsLongTexts(rotary)
    ? { setting: 'rope_scaling', found: 'rope_type' }
    : null
}

/** The tensor of divisors that llama.cpp's Llama reads, where there are different ones. */
export const ropeDivisors = (rotary: Rotary): ExtraTensor[] =>
  commonDivisor(rotary) === null
    ? [{ name: 'rope_freqs.weight', values: Float32Array.from(divisors(rotary, rotary.frequencies)) }]
    : []

/** LongRoPE's divisors of short and long texts. */
export const longRopeDivisors = (rotary: Rotary): ExtraTensor[] =>
  rotary.long
    ? [
        { name: 'rope_factors_long.weight', values: Float32Array.from(divisors(rotary, rotary.long.frequencies)) },
        { name: 'rope_factors_short.weight', values: Float32Array.from(divisors(rotary, rotary.frequencies)) },
      ]
    : []

/** What YaRN's scheme may say besides its kind. llama.cpp takes the rest as transformers does by default. */
const YARN_ENTRIES = ['type', 'rope_type', 'rope_theta', 'factor', 'original_max_position_embeddings']

/** YaRN as llama.cpp computes it itself, for architectures without divisors; null for any other scheme. */
function yarnEntries({ config }: DescribedModel, rotary: Rotary): Record<string, GgufValue> | null {
  const scheme = (config['rope_scaling'] ?? config['rope_parameters'] ?? {}) as Readonly<Record<string, unknown>>
  const { factor, original_max_position_embeddings: original = config['max_position_embeddings'] } = scheme
  const isYarn = (scheme['rope_type'] ?? scheme['type']) === 'yarn'
  if (!isYarn || typeof factor !== 'number' || typeof original !== 'number') return null
  if (Object.keys(scheme).some((key) => scheme[key] != null && !YARN_ENTRIES.includes(key))) return null
  return {
    'rope.dimension_count': uint32(rotary.size),
    'rope.freq_base': float32(rotary.theta),
    'rope.scaling.type': string('yarn'),
    'rope.scaling.factor': float32(factor),
    'rope.scaling.original_context_length': uint32(original),
  }
}

/** Theta and scaling of an architecture that has YaRN, but no divisors of its own for each pair. */
export const ropeOrYarnEntries = (model: DescribedModel): Record<string, GgufValue> =>
  yarnEntries(model, mainRotary(model)) ?? ropeEntries(mainRotary(model))

/** A scheme that such an architecture has no place for. */
export const neitherEvenNorYarn = (model: DescribedModel): Misfit | null =>
  yarnEntries(model, mainRotary(model)) ? null : unevenScaling(mainRotary(model))
