// Beam search as transformers 5 computes it (GenerationMixin._beam_search with early_stopping False).
import type { GenerationSettings } from '../contract/index.ts'
import { penaliseRepetition } from './sampler.ts'

/** What no real score reaches: of beams that are not begun yet, or may not be chosen. */
const IMPOSSIBLE = -1e9

interface Beam {
  /** New tokens. */
  readonly tokens: readonly number[]
  /** Sum of the tokens' log probabilities; divided by length^penalty where the beam has ended. */
  readonly score: number
}

interface Candidate extends Beam {
  /** The running beam that it goes on from. */
  readonly parent: number
  readonly ends: boolean
}

export interface BeamOptions {
  readonly prompt: readonly number[]
  readonly settings: GenerationSettings
  readonly endTokens: ReadonlySet<number>
  /** New tokens at most. */
  readonly maxNewTokens: number
}

/** The beams of one prompt: some that grow, and the best of those that have ended. */
export class BeamSearch {
  /** True when nothing can become better any more. */
  done = false
  readonly #options: BeamOptions
  #running: readonly Beam[]
  #ended: readonly Beam[] = []

  constructor(options: BeamOptions) {
    this.#options = options
    // All beams begin alike: only the first may go on.
    this.#running = Array.from({ length: options.settings['prediction.num_beams'] }, (_, index) => ({
      tokens: [],
      score: index === 0 ? 0 : IMPOSSIBLE,
    }))
  }

  /** New tokens of the best answer, with its end token where it has one. */
  get best(): readonly number[] {
    return this.#ended[0]?.tokens ?? this.#running[0]?.tokens ?? []
  }

  /** Prompt and new tokens of every running beam. */
  get texts(): number[][] {
    return this.#running.map(({ tokens }) => [...this.#options.prompt, ...tokens])
  }

  /**
   * Takes the scores [beams][V] of the next token (they change); returns which beam each running one now goes on from.
   */
  advance(logits: readonly Float32Array[]): number[] {
    const {
      settings: { 'prediction.num_beams': beams, 'prediction.length_penalty': lengthPenalty },
      endTokens,
    } = this.#options
    const candidates = this.#candidates(logits, Math.max(2, 1 + endTokens.size) * beams)
    const length = (candidates[0] as Candidate).tokens.length
    const scored = (candidate: Candidate): Beam => ({
      tokens: candidate.tokens,
      score: candidate.score / length ** lengthPenalty,
    })
    this.#ended = best(
      [
        ...this.#ended,
        ...candidates
          .slice(0, beams)
          .filter(({ ends }) => ends)
          .map(scored),
      ],
      beams,
    )
    const running = best(
      candidates.map((candidate) =>
        candidate.ends ? { ...candidate, score: candidate.score + IMPOSSIBLE } : candidate,
      ),
      beams,
    )
    this.#running = running
    // A running beam's score can only fall: once the best of them is no better than the worst that has ended, the
    // search is over.
    const hope = (running[0] as Beam).score / length ** lengthPenalty
    const worst = this.#ended.length < beams ? -Infinity : (this.#ended.at(-1) as Beam).score
    this.done = candidates.every(({ ends }) => ends) || hope <= worst
    return running.map(({ parent }) => parent)
  }

  #candidates(logits: readonly Float32Array[], count: number): Candidate[] {
    const {
      prompt,
      settings: { 'prediction.repetition_penalty': repetitionPenalty, 'prediction.min_length_inference': minNewTokens },
      endTokens,
      maxNewTokens,
    } = this.#options
    const found: { score: number; parent: number; token: number }[] = []
    for (const [parent, { tokens, score }] of this.#running.entries()) {
      const probabilities = logSoftmax(logits[parent] as Float32Array)
      penaliseRepetition(probabilities, repetitionPenalty, [...prompt, ...tokens])
      if (tokens.length < minNewTokens) for (const id of endTokens) probabilities[id] = -Infinity
      for (const token of largest(probabilities, count))
        found.push({ parent, token, score: Math.fround(score + (probabilities[token] as number)) })
    }
    return best(found, count).map(({ parent, token, score }) => {
      const tokens = [...(this.#running[parent] as Beam).tokens, token]
      return { tokens, score, parent, ends: endTokens.has(token) || tokens.length >= maxNewTokens }
    })
  }
}

/** The `count` of highest score, the earlier of equals first. */
const best = <T extends { readonly score: number }>(list: readonly T[], count: number): T[] =>
  [...list].sort((a, b) => b.score - a.score).slice(0, count)

/** Indices of the `count` largest numbers. */
function largest(values: Float32Array, count: number): number[] {
  const least = values.length > count ? (values.slice().sort()[values.length - count] as number) : -Infinity
  const found: number[] = []
  for (const [index, value] of values.entries()) if (value >= least) found.push(index)
  return found
}

function logSoftmax(logits: Float32Array): Float32Array {
  const highest = logits.reduce((most, value) => Math.max(most, value), -Infinity)
  const total = logits.reduce((sum, value) => sum + Math.exp(value - highest), 0)
  return logits.map((value) => value - highest - Math.log(total))
}
