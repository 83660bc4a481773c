import { expect, test } from 'vitest'
import { parseTsv, toTsv } from './tsv.ts'

const nasty = [
  ['質問', '回答'],
  ['1行目\n2行目', '彼は"はい"と言った'],
  ['007', '=1+2'],
  ['👩‍👩‍👧 葛󠄀城', 'ﾊﾝｶｸ\tタブ'],
  ['"', '""'],
  ['', ''],
]

test('reads back what it wrote, cell by cell', () => {
  expect(parseTsv(toTsv(nasty))).toEqual(nasty)
})

test('writes as Excel does: quotes only where needed, CRLF at every end', () => {
  expect(
    toTsv([
      ['a', 'b\nc'],
      [null, 'd"e'],
    ]),
  ).toBe('a\t"b\nc"\r\n\t"d""e"\r\n')
})

test.each([
  ['one cell without an end', 'あ', [['あ']]],
  ['nothing', '', []],
  [
    'CRLF inside and between',
    '"a\r\nb"\tc\r\nd\te\r\n',
    [
      ['a\nb', 'c'],
      ['d', 'e'],
    ],
  ],
  [
    'CR alone (old Mac)',
    'a\tb\rc\td',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'LF alone (Google Sheets)',
    'a\tb\nc\td',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'an empty last field',
    'a\t\r\nb\t',
    [
      ['a', ''],
      ['b', ''],
    ],
  ],
  ['an empty row in between', 'a\r\n\r\nb\r\n', [['a'], [''], ['b']]],
  ['a quote inside a plain field', 'a"b\tc', [['a"b', 'c']]],
  ['plain text that begins with a quote', '"はい"と言った\tx', [['"はい"と言った', 'x']]],
  ['an unclosed quote', '"a\tb\r\nc', [['"a', 'b'], ['c']]],
  ['only an empty quoted field', '""', [['']]],
])('reads %s', (_name, text, table) => {
  expect(parseTsv(text)).toEqual(table)
})
