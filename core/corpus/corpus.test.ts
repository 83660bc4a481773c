import { describe, expect, it } from 'vitest'
import { isFailure, linesOf } from './findings.ts'
import { differencesOf } from './second-readers.ts'
import { meetsWant } from './wants.ts'

describe('a note beside a file', () => {
  const rows = [
    ['instruction', 'output', 'v'],
    ['質問', null, '12:00:00'],
    ['a\0b', 'c', '0.5'],
  ]

  it.each([
    ['Row 1: instruction=質問, output missing.', true],
    ['value 0.5: v=12:00:00 (a time), not 0.5.', true],
    ['instruction="a\\0b" (or "ab"), output=c; never anything else', true],
    ['two rows あ/い', true],
    ['2 rows, v=0.5', true],
    ['instruction=答え', false],
    ['instruction=質', false],
    ['one row', false],
    ['no rows', false],
    ['an error that says so', null],
    ['"instruction":"x" in JSON', null],
  ])('%s is met: %j', (want, met) => {
    expect(meetsWant(want, rows)).toBe(met)
  })
})

it('two readers differ by cells and rows, not by empty cells', () => {
  expect(
    differencesOf(
      [['a'], ['b', null]],
      [
        ['', 'a'],
        [null, null],
        ['', 'b', ''],
      ],
    ),
  ).toEqual([])
  expect(differencesOf([['a'], ['b']], [['a'], ['c'], ['d']])).toEqual([
    '2 rows, not 3',
    'row 2, column 1: "b", not "c"',
  ])
})

it('a crash, a hang, an exception, jargon and an unmet note are failures; a difference is told only', () => {
  const file = 'a.csv'
  const want = { text: 'one row', found: '[]' }
  expect(
    [
      { file, result: 'read', differences: ['x', 'y'] } as const,
      { file, result: 'refused', reason: 'dataset/file-empty' } as const,
      { file, result: 'read', want: { ...want, isMet: null } } as const,
      { file, result: 'hang' } as const,
      { file, result: 'refused', jargon: 'INTERNAL' } as const,
      { file, result: 'read', want: { ...want, isMet: false } } as const,
    ].map((outcome) => [isFailure(outcome), linesOf(outcome)[0] ?? '']),
  ).toEqual([
    [false, 'differs a.csv: x (and 1 more)'],
    [false, ''],
    [false, 'look at a.csv: one row'],
    [true, 'HANG a.csv: '],
    [true, 'JARGON a.csv: INTERNAL'],
    [true, 'NOT AS WANTED a.csv: one row'],
  ])
})
