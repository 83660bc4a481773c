import { describe, expect, it } from 'vitest'
import { maskIdOf, maskTokens } from './sample-masking.ts'
import { randomUniform } from '../random/rng.ts'

const row = {
  ids: Int32Array.of(11, 12, 13, 14, 15, 16),
  labelMask: Uint8Array.of(0, 0, 1, 1, 1, 1),
  promptTokenCount: 2,
}
const draws = (seed: number, key: number) =>
  [...row.ids.keys()].map((index) => randomUniform(seed, 'tokenMask', key, index))

describe('token masking', () => {
  it('replaces the tokens whose draw lies below the probability, and does not count them', () => {
    const sorted = draws(7, 3).sort((a, b) => a - b)
    const probability = sorted[2] as number
    const hidden = draws(7, 3).map((draw) => draw < probability)
    expect(hidden.filter(Boolean).length).toBe(2)
    const masked = maskTokens(row, { probability, maskId: 0, seed: 7, key: 3 })
    expect([...masked.ids]).toEqual([...row.ids].map((id, index) => (hidden[index] ? 0 : id)))
    expect([...masked.labelMask]).toEqual([...row.labelMask].map((counts, index) => (hidden[index] ? 0 : counts)))
    expect([masked.promptTokenCount, ...row.ids]).toEqual([2, 11, 12, 13, 14, 15, 16])
  })

  it('leaves a row as it is at probability 0, and where nothing would be left to learn', () => {
    expect(maskTokens(row, { probability: 0, maskId: 0, seed: 7, key: 3 })).toBe(row)
    expect(maskTokens(row, { probability: 1, maskId: 0, seed: 7, key: 3 })).toBe(row)
  })

  it('hides the wanted share, the same for the same seed and key', () => {
    const long = { ids: new Int32Array(20_000).fill(9), labelMask: new Uint8Array(20_000).fill(1) }
    const mask = (seed: number, key: number) => maskTokens(long, { probability: 0.15, maskId: 0, seed, key })
    expect(mask(1, 1)).toEqual(mask(1, 1))
    expect(mask(1, 1)).not.toEqual(mask(2, 1))
    expect(mask(1, 1)).not.toEqual(mask(1, 2))
    expect(mask(1, 1).ids.filter((id) => id === 0).length / long.ids.length).toBeCloseTo(0.15, 2)
  })

  it("takes H2O's choice of the mask", () => {
    const id = (special: object) => maskIdOf({ special, vocabSize: 100 })
    expect([id({ unk: 0, pad: 3, eos: 2 }), id({ pad: 3, eos: 2 }), id({ eos: 2 }), id({})]).toEqual([0, 3, 2, 99])
  })
})
