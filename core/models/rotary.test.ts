import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { longTextLimit, rotaryOf, rotaryTables, turnOf } from './rotary.ts'

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
    const model = { rotaries: [rotary] }
    const [cosTable, sinTable] = rotaryTables(model, positions)
    const limit = longTextLimit(model)
    const last = (limit === null ? positions - 1 : turnOf(positions - 1, positions, limit)) * cos.length
    for (const [pair, value] of cos.entries()) expect(cosTable!.values[last + pair]).toBeCloseTo(value, 4)
    for (const [pair, value] of sin.entries()) expect(sinTable!.values[last + pair]).toBeCloseTo(value, 4)
  })

  it('that lack what they need are refused by its name', () => {
    const refused = (rope: Record<string, unknown>, found: object) =>
      expect(() => rotaryOf({ max_position_embeddings: 8, rope_parameters: rope }, 8)).toThrow(
        expect.objectContaining({ error: found }) as Error,
      )
    refused({ rope_type: 'linear' }, { code: 'model/config-missing', facts: { setting: 'factor' } })
    refused(
      { rope_type: 'longrope', short_factor: [1, 1], long_factor: [1, 1, 1, 1] },
      { code: 'model/config', facts: { setting: 'short_factor', found: '2 ≠ 4' } },
    )
    refused(
      { rope_type: 'default', mrope_section: [2, 1, 1] },
      { code: 'model/config-unknown', facts: { setting: 'rope_scaling.mrope_section', found: '[2,1,1]' } },
    )
    refused(
      { rope_type: 'linear', factor: 2, partial_rotary_factor: 0.5 },
      { code: 'model/config', facts: { setting: 'partial_rotary_factor', found: '0.5' } },
    )
  })

  it('are named where they are not known', () => {
    expect(() => rotaryOf({ max_position_embeddings: 8, rope_parameters: { rope_type: 'spiral' } }, 8)).toThrow(
      'model/config',
    )
  })
})
