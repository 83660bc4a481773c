import { expect, it } from 'vitest'
import { plainName } from './plain-name.ts'

it('keeps names as they are where every file system takes them', () => {
  const names = [
    'train.csv',
    '日本語の表.jsonl.gz',
    '.a',
    'a b (1).parquet',
    'console.csv',
    'nul-values.csv',
    `${'a'.repeat(196)}.csv`,
  ]
  expect(names.map(plainName)).toEqual(names)
})

it.each([
  ['CON', '_CON-'],
  ['nul.csv', '_nul-'],
  ['Com1.tar.gz', '_Com1-'],
  ['LPT¹.csv', '_LPT¹-'],
  ['conin$', '_conin$-'],
  ['a. . ', 'a_-'],
  ['...', '_-'],
  ['a:b.csv', 'a_b-'],
  ['a?b*c.csv', 'a_b_c-'],
  ['gnp\u202Evsc.csv', 'gnp_vsc-'],
  ['a\u200Bb.csv', 'a_b-'],
  ['a\u0007b.csv', 'a_b-'],
  ['a\u2028b.csv', 'a_b-'],
  ['a\uD800b.csv', 'a_b-'],
])('changes %j, recognisably', (name, beginning) => {
  const plain = plainName(name)
  expect(plain.startsWith(beginning)).toBe(true)
  expect(plain).toMatch(/-[0-9a-f]{8}(\.[a-z0-9.]+)?$/)
  expect(plainName(plain)).toBe(plain)
})

it('shortens long names by whole characters and keeps both endings', () => {
  const plain = plainName(`${'表'.repeat(300)}.jsonl.gz`)
  expect(plain).toMatch(/^表+-[0-9a-f]{8}\.jsonl\.gz$/)
  expect(Buffer.byteLength(plain)).toBeLessThan(220)
})
