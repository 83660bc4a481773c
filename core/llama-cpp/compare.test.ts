import { describe, expect, it } from 'vitest'
import { compareAnswer, differingTexts } from './compare.ts'

/** A model that finds the number after the last token likeliest, of five tokens. */
const counting = {
  clear: () => {},
  next: (ids: readonly number[]) =>
    Float32Array.from({ length: 5 }, (_, id) => (id === (ids.at(-1)! + 1) % 5 ? Math.log(6) : 0)),
}

describe('an answer', () => {
  it('that is the likeliest everywhere has no difference', () => {
    expect(compareAnswer(counting, [3, 0], [1, 2, 3])).toEqual({ tokens: 3, equal: 3, difference: null })
  })

  it('goes on after a difference with its own tokens', () => {
    expect(compareAnswer(counting, [0], [1, 4, 0, 2])).toEqual({
      tokens: 4,
      equal: 2,
      difference: {
        at: 1,
        expected: 4,
        found: 2,
        expectedProbability: expect.closeTo(0.1),
        foundProbability: expect.closeTo(0.6),
      },
    })
  })

  it('of a model that computes no numbers differs everywhere', () => {
    const broken = { ...counting, next: () => new Float32Array(5).fill(NaN) }
    expect(compareAnswer(broken, [0], [1, 2])).toEqual({
      tokens: 2,
      equal: 0,
      difference: { at: 0, expected: 1, found: 0, expectedProbability: 0, foundProbability: 0 },
    })
  })

  it('may have tokens that the model does not have', () => {
    expect(compareAnswer(counting, [0], [9]).difference).toMatchObject({ expected: 9, expectedProbability: 0 })
  })
})

it('names the texts whose ids differ', () => {
  const model = { tokenize: (text: string) => Int32Array.from(text, (character) => character.charCodeAt(0)) }
  const texts = [
    { text: 'ab', ids: [97, 98] },
    { text: 'ab', ids: [97] },
    { text: 'c', ids: [98] },
    { text: '', ids: [] },
  ]
  expect(differingTexts(model, texts)).toEqual([1, 2])
})
