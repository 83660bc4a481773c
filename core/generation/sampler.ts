import type { GenerationSettings } from '../contract/index.ts'
import { randomUniform } from '../random/rng.ts'

/** What the choice of the next token depends on besides the logits. */
export interface SamplingState {
  /** Every token of the sequence so far, the question included. */
  readonly tokens: readonly number[]
  /** How many of them are new. */
  readonly newCount: number
  readonly endTokens: ReadonlySet<number>
  /** For sampling: the answer's seed; ignored by greedy choice. */
  readonly seed: number
}

/**
 * The next token for logits [V], as transformers chooses it: repetition penalty, minimum length, then the likeliest
 * token, or with sampling temperature, top-k, top-p, min-p and a draw. Changes `logits`.
 */
export function chooseToken(logits: Float32Array, settings: GenerationSettings, state: SamplingState): number {
  penaliseRepetition(logits, settings['prediction.repetition_penalty'], state.tokens)
  if (state.newCount < settings['prediction.min_length_inference'])
    for (const id of state.endTokens) logits[id] = -Infinity
  if (!isSampling(settings)) return argmax(logits)
  return draw(candidateWeights(logits, settings), randomUniform(state.seed, 'sampling', 0, state.newCount))
}

/** False: every token is the likeliest one. */
export const isSampling = (settings: GenerationSettings): boolean =>
  settings['prediction.do_sample'] && settings['prediction.temperature'] > 0

/** Index of the largest number; the first of equals. */
export function argmax(logits: Float32Array): number {
  let best = 0
  let most = logits[0] as number
  for (let index = 1; index < logits.length; index++) {
    const value = logits[index] as number
    if (!(value > most)) continue
    most = value
    best = index
  }
  return best
}

/** Divides positive and multiplies negative logits of tokens that occurred (Keskar et al. 2019). */
export function penaliseRepetition(logits: Float32Array, penalty: number, tokens: readonly number[]): void {
  if (penalty === 1) return
  for (const id of new Set(tokens)) {
    const value = logits[id] as number
    logits[id] = value > 0 ? value / penalty : value * penalty
  }
}

/**
 * exp((x - max) / temperature) of the tokens that top-k, top-p and min-p leave, 0 for the others: their probabilities
 * but for a factor.
 */
function candidateWeights(logits: Float32Array, settings: GenerationSettings): Float64Array {
  const [topK, topP] = [settings['prediction.top_k'], settings['prediction.top_p']]
  const highest = logits[argmax(logits)] as number
  const leastScore =
    topK > 0 && topK < logits.length ? (logits.slice().sort()[logits.length - topK] as number) : -Infinity
  const weights = Float64Array.from(logits, (score) =>
    score >= leastScore ? Math.exp((score - highest) / settings['prediction.temperature']) : 0,
  )
  // The likeliest weighs 1, so that min-p (Nguyen et al. 2024) is a weight itself.
  const leastWeight = Math.max(settings['prediction.min_p'], topP < 1 ? lastWeightOfMass(weights, topP) : 0)
  return weights.map((weight) => (weight >= leastWeight ? weight : 0))
}

/**
 * Adding up from the likeliest on, the weight that carries the sum to the share `topP`: it still belongs to the
 * candidates (Holtzman et al. 2020).
 */
function lastWeightOfMass(weights: Float64Array, topP: number): number {
  const ascending = weights.slice().sort()
  const wanted = topP * ascending.reduce((sum, weight) => sum + weight, 0)
  let index = ascending.length - 1
  for (let sum = ascending[index] as number; sum < wanted && index > 0; sum += ascending[index] as number) index--
  return ascending[index] as number
}

/** The token in whose part of the whole weight the draw falls. */
function draw(weights: Float64Array, uniform: number): number {
  let rest = uniform * weights.reduce((sum, weight) => sum + weight, 0)
  let last = 0
  for (const [id, weight] of weights.entries()) {
    if (weight === 0) continue
    last = id
    rest -= weight
    if (rest < 0) break
  }
  return last
}
