import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rotaryOf, rotaryTables } from './rotary.ts'

interface Recorded {
  name: string
  config: Parameters<typeof rotaryOf>[0] & { hidden_size: number; num_attention_heads: number }
  positions: number
  cos: number[]
  sin: number[]
}

// cos and sin of the last position, recorded with transformers 5.18.
const recorded = JSON.parse(await readFile(join(import.meta.dirname, 'rotary.fixture.json'), 'utf8')) as Recorded[]

describe('rotary schemes', () => {
  it.each(recorded)('$name turns as transformers does', ({ config, positions, cos, sin }) => {
    const rotary = rotaryOf(config, config.hidden_size / config.num_attention_heads)
    const [cosTable, sinTable] = rotaryTables({ rotaries: [rotary] }, positions)
    const last = (positions - 1) * cos.length
    for (const [pair, value] of cos.entries()) expect(cosTable!.values[last + pair]).toBeCloseTo(value, 4)
    for (const [pair, value] of sin.entries()) expect(sinTable!.values[last + pair]).toBeCloseTo(value, 4)
  })

  it('are named where they are not known', () => {
    expect(() => rotaryOf({ max_position_embeddings: 8, rope_parameters: { rope_type: 'spiral' } }, 8)).toThrow(
      'model/config',
    )
  })
})
