import { describe, expect, it } from 'vitest'
import { defaultSettings, generationSettingsOf, type GenerationSettings } from '../contract/index.ts'
import { chooseToken } from './sampler.ts'

const greedy = generationSettingsOf(defaultSettings())
const sampling: GenerationSettings = {
  ...greedy,
  'prediction.do_sample': true,
  'prediction.temperature': 1,
  'prediction.top_k': 0,
  'prediction.top_p': 1,
}
const state = (newCount: number, tokens: readonly number[] = []) => ({
  tokens,
  newCount,
  endTokens: new Set([2]),
  seed: 7,
})
const logits = (...values: number[]) => Float32Array.from(values)

/** How often each of the tokens is drawn in many draws. */
function frequencies(settings: GenerationSettings, scores: readonly number[], draws = 4000): number[] {
  const counts = scores.map(() => 0)
  for (let index = 0; index < draws; index++) counts[chooseToken(logits(...scores), settings, state(index))]!++
  return counts.map((count) => count / draws)
}

describe('greedy choice', () => {
  it('takes the largest score, the first of equals', () =>
    expect(chooseToken(logits(1, 3, 2, 3), greedy, state(0))).toBe(1))

  it('divides positive and multiplies negative scores of seen tokens by the penalty, once each', () => {
    const settings = { ...greedy, 'prediction.repetition_penalty': 2 }
    expect(chooseToken(logits(3, 2, 0), settings, state(0, [0, 0]))).toBe(1)
    const scores = logits(3, -1, 0)
    chooseToken(scores, settings, state(0, [0, 0, 1]))
    expect([...scores]).toEqual([1.5, -2, 0])
  })

  it('does not end before the minimum length', () => {
    const settings = { ...greedy, 'prediction.min_length_inference': 3 }
    expect(chooseToken(logits(0, 1, 9), settings, state(2))).toBe(1)
    expect(chooseToken(logits(0, 1, 9), settings, state(3))).toBe(2)
  })

  it('is what temperature 0 means', () =>
    expect(chooseToken(logits(0, 5, 1), { ...sampling, 'prediction.temperature': 0 }, state(0))).toBe(1))
})

describe('sampling', () => {
  const scores = [Math.log(0.5), Math.log(0.3), Math.log(0.15), Math.log(0.05)]

  it('draws tokens as often as the softmax says', () => {
    for (const [id, frequency] of frequencies(sampling, scores).entries())
      expect(Math.abs(frequency - [0.5, 0.3, 0.15, 0.05][id]!)).toBeLessThan(0.03)
  })

  it('sharpens with a low temperature: weights to the power 1 / temperature', () => {
    const [first, second] = frequencies({ ...sampling, 'prediction.temperature': 0.5 }, scores)
    expect(first! / second!).toBeCloseTo((0.5 / 0.3) ** 2, 0)
  })

  it('leaves the k likeliest, renormalised', () => {
    const [first, second, third] = frequencies({ ...sampling, 'prediction.top_k': 2 }, scores)
    expect(first).toBeCloseTo(0.625, 1)
    expect(second).toBeCloseTo(0.375, 1)
    expect(third).toBe(0)
  })

  it('leaves the fewest tokens that carry the share p, the one that reaches it included', () => {
    expect(frequencies({ ...sampling, 'prediction.top_p': 0.5 }, scores)).toEqual([1, 0, 0, 0])
    const [, second, third, fourth] = frequencies({ ...sampling, 'prediction.top_p': 0.81 }, scores)
    expect([second! > 0, third! > 0, fourth]).toEqual([true, true, 0])
  })

  it('gives the same token for the same seed and place, and others for another seed', () => {
    const flat = Array.from({ length: 1000 }, () => 0)
    const draw = (seed: number) =>
      Array.from({ length: 20 }, (_, index) => chooseToken(logits(...flat), sampling, { ...state(index), seed }))
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })
})
