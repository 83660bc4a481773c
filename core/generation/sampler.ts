import type { GenerationSettings } from '../contract/index.ts'
import { randomUniform } from '../training/rng.ts'

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
 * The next token for logits [V], as transformers chooses it: repetition penalty, minimum length, then the likeliest token, or with sampling
 * temperature, top-k, top-p and a draw. Changes `logits`.
 */
export function chooseToken(logits: Float32Array, settings: GenerationSettings, state: SamplingState): number {
  penaliseRepetition(logits, settings.repetitionPenalty, state.tokens)
  if (state.newCount < settings.minNewTokens) for (const id of state.endTokens) logits[id] = -Infinity
  if (!settings.doSample || settings.temperature === 0) return argmax(logits)
  const kept = candidates(logits, settings)
  return draw(kept, randomUniform(state.seed, 'sampling', 0, state.newCount))
}

/** Index of the largest number; the first of equals. */
export function argmax(logits: Float32Array): number {
  let best = 0
  for (let index = 1; index < logits.length; index++) if ((logits[index] as number) > (logits[best] as number)) best = index
  return best
}

/** Divides positive and multiplies negative logits of tokens that occurred (Keskar et al. 2019). */
function penaliseRepetition(logits: Float32Array, penalty: number, tokens: readonly number[]): void {
  if (penalty === 1) return
  for (const id of new Set(tokens)) {
    const value = logits[id] as number
    logits[id] = value > 0 ? value / penalty : value * penalty
  }
}

interface Candidate {
  readonly id: number
  readonly probability: number
}

/** The tokens that top-k and top-p leave, likeliest first, with probabilities that add up to 1. */
function candidates(logits: Float32Array, { temperature, topK, topP }: GenerationSettings): Candidate[] {
  const order = Array.from(logits.keys()).sort((a, b) => (logits[b] as number) - (logits[a] as number) || a - b)
  const limited = topK > 0 ? order.slice(0, topK) : order
  const highest = logits[limited[0] as number] as number
  const weights = limited.map((id) => Math.exp(((logits[id] as number) - highest) / temperature))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const kept: Candidate[] = []
  let mass = 0
  for (const [index, id] of limited.entries()) {
    // The token that carries the sum over top-p still belongs to the candidates (Holtzman et al. 2020).
    if (mass >= topP && index > 0) break
    const probability = (weights[index] as number) / total
    kept.push({ id, probability })
    mass += probability
  }
  return kept.map(({ id, probability }) => ({ id, probability: probability / mass }))
}

function draw(kept: readonly Candidate[], uniform: number): number {
  let rest = uniform
  for (const { id, probability } of kept) {
    rest -= probability
    if (rest < 0) return id
  }
  return (kept.at(-1) as Candidate).id
}
