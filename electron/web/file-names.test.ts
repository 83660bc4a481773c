import { expect, it } from 'vitest'
import { safeFileName } from './file-names.ts'

it.each([
  ['表 1.csv', '表 1.csv'],
  ['', 'file'],
  ['.', 'file'],
  ['..', 'file'],
  ['...', 'file'],
  ['../..', 'file'],
  ['/etc/passwd', 'passwd'],
  ['C:\\a\\b.csv', 'b.csv'],
  ['a/', 'a'],
  ['.bashrc', 'bashrc'],
  ['a\0b.csv', 'a_b.csv'],
  ['a\u001b[2Jb', 'a__2Jb'.replace('__', '_[')],
  ['a<b>:"|?*.csv', 'a_b______.csv'],
  ['con.csv', '_con.csv'],
  ['NUL', '_NUL'],
  ['a. . ', 'a'],
  ['\ud800.csv', '_.csv'],
  ['a\u202egpj.csv', 'a_gpj.csv'],
])('the file name %j becomes %j', (name, expected) => expect(safeFileName(name)).toBe(expected))

it('a long file name is cut before its ending, at a character', () => {
  const name = safeFileName(`${'漢'.repeat(300)}.csv`)
  expect([Buffer.byteLength(name) <= 200, name.endsWith('漢.csv'), name.includes('\ufffd')]).toEqual([
    true,
    true,
    false,
  ])
})
