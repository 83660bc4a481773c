import { describe, expect, it } from 'vitest'
import { changesBetween, comparisonText, figuresOf, pairOf, parseHistory, type HistoryLine } from './history.ts'

const machine = { cpu: 'AMD EPYC', cores: 2, memoryGB: 23.5, platform: 'linux x64', node: 'v20.20.2' }
const line = (commit: string, figures: Record<string, number>, changes: Partial<HistoryLine> = {}): HistoryLine => ({
  commit: commit.repeat(8),
  changed: false,
  date: '2026-11-23T18:11:15.545Z',
  machine,
  figures,
  ...changes,
})
const other = { machine: { ...machine, cpu: 'Xeon' } }

describe('the history of a benchmark', () => {
  it('keeps every finite number by its path', () => {
    expect(
      figuresOf({ training: { stepMs: 106.72, steps: [1, 2] }, failed: null, name: 'x', ratio: Number.NaN, MB: 0 }),
    ).toEqual({ 'training.stepMs': 106.72, 'training.steps.0': 1, 'training.steps.1': 2, MB: 0 })
  })

  it('is read line by line, as it was written', () => {
    const lines = [line('a', { stepMs: 1 }), line('b', { stepMs: 2 }, { changed: true })]
    expect(parseHistory(`${lines.map((each) => JSON.stringify(each)).join('\n')}\n\n`)).toEqual(lines)
  })

  it.each([
    ['that is no JSON', '{"commit":'],
    ['with a figure that is a text', JSON.stringify({ ...line('a', {}), figures: { stepMs: '1' } })],
    ['without a machine', JSON.stringify({ ...line('a', {}), machine: undefined })],
    ['with a field that nobody knows', JSON.stringify({ ...line('a', {}), more: 1 })],
    ['with a date that is none', JSON.stringify({ ...line('a', {}), date: 'yesterday' })],
  ])('names the line %s', (_, text) => {
    expect(() => parseHistory(`${JSON.stringify(line('a', {}))}\n${text}\n`)).toThrow(
      'line 2 of the history is damaged',
    )
  })
})

describe('what is compared', () => {
  const [a, b, c] = [line('a', { stepMs: 1 }), line('b', { stepMs: 2 }), line('c', { stepMs: 3 })]
  const elsewhere = line('d', { stepMs: 9 }, other)

  it('is the last run and the one before it on the same machine', () => {
    expect(pairOf([a, b, elsewhere, c])).toEqual([b, c])
    expect(pairOf([a, b, elsewhere])).toBeNull()
    expect(pairOf([])).toBeNull()
  })

  it('is the last run and the last of a commit', () => {
    const again = line('a', { stepMs: 1.5 })
    expect(pairOf([a, again, b, c], 'aaaa')).toEqual([again, c])
    expect(pairOf([a, b], 'dddd')).toBeNull()
  })

  it('is two commits, in the order that was asked for', () => {
    expect(pairOf([a, b, c], 'cc', 'aa')).toEqual([c, a])
    expect(pairOf([a, b, elsewhere], 'aa', 'dd')).toBeNull()
  })

  it('is two runs of one commit', () => {
    const again = line('a', { stepMs: 1.5 })
    expect(pairOf([a, again, b], 'aa', 'aa')).toEqual([a, again])
  })
})

it('tells the change of each figure in percent', () => {
  const before = line('a', { stepMs: 100, gone: 4, never: 0 })
  const after = line('b', { stepMs: 97, peakMB: 12, never: 1 }, { changed: true })
  expect(changesBetween(before, after)).toEqual([
    { name: 'stepMs', before: 100, after: 97, percent: expect.closeTo(-3, 10) },
    { name: 'peakMB', before: null, after: 12, percent: null },
    { name: 'never', before: 0, after: 1, percent: null },
    { name: 'gone', before: 4, after: null, percent: null },
  ])
  expect(comparisonText(before, after)).toBe(
    [
      '        aaaaaaaa, 2026-11-23  bbbbbbbb (changed), 2026-11-23  change',
      'stepMs                   100                              97  -3.0 %',
      'peakMB                     –                              12        ',
      'never                      0                               1        ',
      'gone                       4                               –        ',
    ].join('\n'),
  )
})
