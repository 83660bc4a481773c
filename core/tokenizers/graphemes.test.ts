import { expect, it } from 'vitest'
import { graphemesOf } from './graphemes.ts'

const whole = (text: string): string[] =>
  Array.from(new Intl.Segmenter('und', { granularity: 'grapheme' }).segment(text), ({ segment }) => segment)

it('cuts as the whole text is cut, wherever its pieces end', () => {
  const seed = Math.floor(Math.random() * 1e9)
  console.log('graphemes seed', seed)
  const random = (index: number, limit: number) => Math.floor((Math.abs(Math.sin(seed + index)) * 1e4) % limit)
  const parts = [
    '設',
    'か\u3099',
    'e\u0301\u0302',
    '👨‍👩‍👧',
    '🇯🇵',
    '🇯',
    '🏻',
    'e🏻',
    '\r\n',
    'ㄱㅏㄴ',
    '각',
    '𠮷',
    '\u200d',
    'a',
    'क्षि',
    '🫠',
  ]
  const text = Array.from({ length: 9000 }, (_, index) => parts[random(index, parts.length)]).join('')
  expect([...graphemesOf(text)]).toEqual(whole(text))
})

it('gives a grapheme that is longer than a piece as one', () => {
  const long = `a${'\u0301'.repeat(10_000)}`
  expect([...graphemesOf(`${long}b${long}`)]).toEqual([long, 'b', long])
  expect([...graphemesOf('')]).toEqual([])
})
