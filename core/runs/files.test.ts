import { describe, expect, it } from 'vitest'
import { defaultSettings, parseSettings, UserError } from '../contract/index.ts'
import { languageIds, text } from '../../texts/index.ts'
import { formatLogLine, parseLogLine } from './log-file.ts'
import { newExperimentId, thin } from './naming.ts'
import { flattenSettings, nestSettings, parseSettingsYaml } from './settings-yaml.ts'
import { validationCount } from '../planning/snapshot.ts'

describe('log.txt', () => {
  it('holds a sentence for a person and gives the same line back', () => {
    const line = { time: '2026-11-23T06:00:00.000Z', level: 'info', code: 'run/stopped', facts: { step: 7 } } as const
    const begins = '2026-11-23T06:00:00.000Z info run/stopped {"step":7} '
    expect(formatLogLine(line, 'ja')).toBe(`${begins}ステップ 7 で停止しました。`)
    expect(formatLogLine(line, 'en')).toBe(`${begins}${text('en').log['run/stopped'].replace('{step}', '7')}`)
    for (const language of languageIds) expect(parseLogLine(formatLogLine(line, language))).toEqual(line)
  })

  it('skips a line that a crash cut off', () => {
    expect(parseLogLine('2026-11-23T06:00:00.000Z info run/st')).toBeNull()
  })
})

describe('settings as YAML', () => {
  it.each([
    ['a: 1\nb: [1', 2],
    ['training:\n  epochs: 1\n epochs: 2\n', 3],
    ['training:\n\tepochs: 1\n', 2],
    ['a:\n  b: *nowhere\n', 2],
    ['a: "x\n', 2],
  ])('names the line of %j that is no YAML', (text, line) => {
    expect(() => parseSettingsYaml(text, 's.yaml')).toThrow(
      expect.objectContaining({ error: { code: 'settings-file/syntax', facts: { file: 's.yaml', line } } }),
    )
  })

  it('come back unchanged from their nested form', () => {
    const values = { ...defaultSettings(), 'dataset.id': 'x', 'training.epochs': 3 }
    expect(parseSettings(flattenSettings(nestSettings(values), 'f')).values).toEqual(values)
  })

  it('name the file and the problem when the text is no YAML', () => {
    const read = () => parseSettingsYaml('training: [', 'a.yaml')
    expect(read).toThrow(UserError)
    expect(read).toThrow(/settings-file\/syntax.*a\.yaml/)
  })

  it('refuse a file without groups', () => {
    expect(() => parseSettingsYaml('epochs: 5', 'a.yaml')).toThrow(/settings-file\/not-a-group/)
  })
})

describe('an experiment', () => {
  it('gets an id that sorts by its time', () => {
    expect(newExperimentId(new Date('2026-11-23T06:05:04Z'))).toMatch(/^20261123-060504-[a-z0-9]{4}$/)
  })

  it("holds out one of the tutorial's eleven rows, never all, none on demand", () => {
    expect([
      validationCount(11, 0.01),
      validationCount(11, 0),
      validationCount(1, 0.5),
      validationCount(10, 0.95),
      validationCount(0, 0.1),
    ]).toEqual([1, 0, 0, 9, 0])
  })

  it('thins a long curve and keeps both ends', () => {
    const points = Array.from({ length: 10_000 }, (_, step) => ({
      step,
      epoch: 0,
      loss: 0,
      learningRate: 0,
      gradientNorm: 0,
      tokenCount: 0,
      stepMs: 0,
    }))
    const thinned = thin(points, 100)
    expect([thinned.length, thinned[0]?.step, thinned.at(-1)?.step]).toEqual([100, 0, 9999])
  })
})
