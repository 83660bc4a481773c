import { describe, expect, it } from 'vitest'
import { layOutLora } from '../models/lora.ts'
import { initialLora } from './lora-init.ts'

const layout = layOutLora(
  [
    { path: 'q', inSize: 400, outSize: 30, bias: false, reads: 'h' },
    { path: 'k', inSize: 400, outSize: 10, bias: false, reads: 'h' },
    { path: 'down', inSize: 900, outSize: 20, bias: false, reads: 'f' },
  ],
  { rank: 8, alpha: 16 },
)

describe('a fresh adapter', () => {
  const p = initialLora(layout, 1)

  it('has A uniform in ±1/√inSize and B zero, as PEFT', () => {
    for (const { module, a, b } of layout.slots) {
      const values = p.subarray(a.offset, a.offset + 8 * module.inSize)
      const bound = 1 / Math.sqrt(module.inSize)
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound)
      expect(
        Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length) / (bound / Math.sqrt(3)),
      ).toBeCloseTo(1, 1)
      expect(p.subarray(b.offset, b.offset + 8 * module.outSize).every((value) => value === 0)).toBe(true)
    }
  })

  it('is the same for a seed, and another for another', () => {
    expect(initialLora(layout, 1)).toEqual(p)
    expect(initialLora(layout, 2)).not.toEqual(p)
  })
})
