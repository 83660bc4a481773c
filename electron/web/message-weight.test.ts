import { expect, it } from 'vitest'
import { countValues } from './message-weight.ts'

it.each<[string, number]>([
  ['', 0],
  ['1', 0],
  ['""', 0],
  ['[]', 1],
  ['[1,2]', 2],
  ['{"a":1,"b":[{}]}', 4],
  ['",[{"', 0],
  ['"\\",[{"', 0],
  ['["\\\\",[]]', 3],
  ['["\\\\\\",[]"]', 1],
  // No JSON: the strings do not end.
  ['"', 0],
  ['["a', 1],
  ['["a\\"', 1],
  ['\\",', 0],
])('%s: %i', (text, count) => {
  expect(countValues(text, 1000)).toBe(count)
})

it('counts no further than it must', () => {
  expect(countValues('['.repeat(1000), 10)).toBe(11)
})

it.each([
  ['quotes', '\\"'],
  ['backslashes', '\\\\'],
])('a long string of %s is read once', (_, piece) => {
  expect(countValues(`["${piece.repeat(2 ** 20)}",1]`, 10)).toBe(2)
})
