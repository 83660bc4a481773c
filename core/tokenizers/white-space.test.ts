import { expect, it } from 'vitest'
import { skipSpaces, withoutLeadingSpaces, withoutTrailingSpaces, wordsBetweenSpaces } from './white-space.ts'

it('takes what Unicode calls white space, never the byte order mark', () => {
  const spaces = ' \t\r\n\u0085\u00a0\u2028\u3000'
  expect([
    withoutLeadingSpaces(`${spaces}\ufeffa`),
    withoutTrailingSpaces(`a\ufeff${spaces}`),
    withoutTrailingSpaces(spaces),
  ]).toEqual(['\ufeffa', 'a\ufeff', ''])
  expect(wordsBetweenSpaces(` \ufeffa${spaces}b\u200b `)).toEqual(['\ufeffa', 'b\u200b'])
})

it('skips from a place inside the text', () => {
  expect([skipSpaces('a  b', 1), skipSpaces('a  b', 3), skipSpaces('a ', 2)]).toEqual([3, 3, 2])
})
