import { describe, expect, it } from 'vitest'
import { rowsOf } from '../testing/table-rows.ts'
import type { TextEncoding } from './text-reader.ts'

/** ESC may be written as `~`: no test has a tilde. */
const jis = (text: string) => Buffer.from(text.replaceAll('~', '\u001b'), 'latin1')
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const HEADER = hex('712c610a')
const utf32 = (text: string, isLittle: boolean) =>
  Buffer.concat(
    [...text].map((character) => {
      const unit = Buffer.alloc(4)
      if (isLittle) unit.writeUInt32LE(character.codePointAt(0) ?? 0)
      else unit.writeUInt32BE(character.codePointAt(0) ?? 0)
      return unit
    }),
  )
const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const TEXT = 'q,a\nあいう,東京\n日本,ok\n'

type Case = readonly [what: string, contents: Uint8Array, encoding: TextEncoding, rows: readonly (readonly string[])[]]

// Bytes as Python's codecs write them.
const cases: readonly Case[] = [
  [
    'escape sequences that follow each other',
    jis('q,a\n~$BF|K\\~(B~$B8l$G$9~(B,~$B2sEz~(B\n'),
    'iso-2022-jp',
    [['日本語です', '回答']],
  ],
  ['katakana between SO and SI', jis('q,a\n\u000e123\u000f,~$BF|~(B\n'), 'iso-2022-jp', [['ｱｲｳ', '日']]],
  ['katakana between SO and SI alone', jis('q,a\n\u000e123\u000f,x\n'), 'iso-2022-jp', [['ｱｲｳ', 'x']]],
  ['katakana of JIS X 0201 in 7 bits', jis('q,a\n~(I123~(B,~$BF|~(B\n'), 'iso-2022-jp', [['ｱｲｳ', '日']]],
  ['katakana in 8 bits', jis('q,a\n\u00b1\u00b2,~$BF|K\\8l~(B\n'), 'iso-2022-jp', [['ｱｲ', '日本語']]],
  ['JIS X 0212', jis('q,a\n~$(D0!~$BF|~(B,~$(D0"~(B\n'), 'iso-2022-jp', [['丂日', '丄']]],
  ['Roman letters with a yen sign', jis('q,a\n~(J\\1~(B,~$BF|~(B\n'), 'iso-2022-jp', [['¥1', '日']]],
  ['Chinese and Korean of ISO-2022-JP-2', jis('q,a\n~$(AK5~$BF|~(B,~$(CGQ19~(B\n'), 'iso-2022-jp', [['说日', '한국']]],
  [
    'a line that does not return to ASCII',
    jis('q,a\n~$BF|K\\\nb,~$B2sEz~(B\n'),
    'iso-2022-jp',
    [['日本'], ['b', '回答']],
  ],
  ['half-width katakana in short EUC-JP', hex('712c610a 8ec38ebd8ec4 2c b2f3c5fa 0a'), 'euc-jp', [['ﾃｽﾄ', '回答']]],
  ['nothing but half-width katakana in EUC-JP', hex('712c610a 8eb18eb28eb3 2c 8eb4 0a'), 'euc-jp', [['ｱｲｳ', 'ｴ']]],
  ['kanji that half-width katakana of EUC-JP look like', hex('712c610a 8ec0 2c 8ebf 0a'), 'shift_jis', [['実', '質']]],
  ['half-width katakana in Shift_JIS', hex('712c610a c4b3 2c 938c8b9e 0a'), 'shift_jis', [['ﾄｳ', '東京']]],
  [
    'control characters that ICU exchanges in Shift_JIS',
    hex('712c610a 82a0 1c 2c 7f 82a2 0a'),
    'shift_jis',
    [['あ\u001c', '\u007fい']],
  ],
  [
    'UTF-32 LE',
    utf32(TEXT, true),
    'utf-32le',
    [
      ['あいう', '東京'],
      ['日本', 'ok'],
    ],
  ],
  [
    'UTF-32 BE with a byte order mark',
    utf32(`\ufeff${TEXT}`, false),
    'utf-32be',
    [
      ['あいう', '東京'],
      ['日本', 'ok'],
    ],
  ],
  [
    'UTF-32 LE with a byte order mark',
    utf32(`\ufeff${TEXT}`, true),
    'utf-32le',
    [
      ['あいう', '東京'],
      ['日本', 'ok'],
    ],
  ],
  [
    'UTF-16 without a byte order mark',
    utf16(TEXT),
    'utf-16le',
    [
      ['あいう', '東京'],
      ['日本', 'ok'],
    ],
  ],
  ['UTF-16 of hiragana', utf16('q,a\nわれ,をん\n'), 'utf-16le', [['われ', 'をん']]],
  ['a zero in ASCII', Buffer.from('q,a\nx\0y,z\n'), 'utf-8', [['x\0y', 'z']]],
  ['a zero in ASCII at an odd place', Buffer.from('q,a\nxx\0y,z\n'), 'utf-8', [['xx\0y', 'z']]],
  [
    'zeros that fill the cells',
    Buffer.from('q,a\nx\0\0\0\0\0,y\0\0\0\0\0\n'),
    'utf-8',
    [['x\0\0\0\0\0', 'y\0\0\0\0\0']],
  ],
  ['a zero in UTF-8', Buffer.from('q,a\nあ\0い,う\n'), 'utf-8', [['あ\0い', 'う']]],
  ['a zero in Shift_JIS', hex('712c610a 82a0 00 82a2 2c 93fa967b 0a'), 'shift_jis', [['あ\0い', '日本']]],
  ['an end mark of DOS', Buffer.from('q,a\r\n1,2\r\n\u001a'), 'utf-8', [['1', '2']]],
  ['end marks behind the last cell', Buffer.from('q,a\r\n1,2\u001a\u001a'), 'utf-8', [['1', '2']]],
  ['an end mark in Shift_JIS', hex('712c610a 82a0 2c 82a2 0a 1a'), 'shift_jis', [['あ', 'い']]],
  ['the same character within', Buffer.from('q,a\n1\u001a,2\n'), 'utf-8', [['1\u001a', '2']]],
]

describe('a text', () => {
  it.each(cases)('with %s', async (_, contents, encoding, rows) => {
    const read = await rowsOf('a.csv', contents)
    expect([read.table.options.encoding, read.rows.slice(1)]).toEqual([encoding, rows])
    expect(read.table.encodingConfidence).toBeGreaterThan(0.5)
  })

  it.each<Case>([
    [
      'ISO-2022-JP',
      jis('q,a\n~$BF|~(B,~$B2sEz~(B\n~$BF|\u00ff~(B,x\n'),
      'iso-2022-jp',
      [
        ['日', '回答'],
        ['日\ufffd', 'x'],
      ],
    ],
    ['ISO-2022-JP, half a character', jis('q,a\n~$BF|K~(B,~$B2sEz~(B\n'), 'iso-2022-jp', [['日\ufffd', '回答']]],
    [
      'Shift_JIS',
      hex('712c610a 93fa967b8cea 2c 89f1939a 0a fd 2c 81 0a'),
      'shift_jis',
      [
        ['日本語', '回答'],
        ['\ufffd', '\ufffd'],
      ],
    ],
    [
      'EUC-JP',
      hex('712c610a c6fccbdcb8ec 2c b2f3c5fa 0a a4 2c 62 0a'),
      'euc-jp',
      [
        ['日本語', '回答'],
        ['\ufffd', 'b'],
      ],
    ],
    [
      'UTF-8',
      Buffer.concat([Buffer.from('q,a\nあ,い\n'), hex('e3 2c ff 0a')]),
      'utf-8',
      [
        ['あ', 'い'],
        ['\ufffd', '\ufffd'],
      ],
    ],
    [
      'UTF-8 with a byte order mark',
      Buffer.concat([Buffer.from('\ufeffq,a\nあ,い\n'), hex('ff 2c 61 0a')]),
      'utf-8',
      [
        ['あ', 'い'],
        ['\ufffd', 'a'],
      ],
    ],
  ])('with a bad sequence in %s stays in it, and is known to be damaged', async (_, contents, encoding, rows) => {
    const read = await rowsOf('a.csv', contents)
    expect([read.table.options.encoding, read.table.encodingConfidence, read.rows.slice(1)]).toEqual([
      encoding,
      0,
      rows,
    ])
  })

  it('is decoded alike wherever its pieces are cut', async () => {
    const line = '~$BF|K\\~(B~$B8l$G$9~(B~$(D0!~(I1~(B\u000e1\u000f'
    const count = 40_000
    const { rows } = await rowsOf('a.csv', Buffer.concat([HEADER, jis(`${line},x\n`.repeat(count))]))
    expect(rows).toHaveLength(count + 1)
    expect(new Set(rows.slice(1).map(([cell]) => cell))).toEqual(new Set(['日本語です丂ｱｱ']))
  })

  it.each([
    ['zeros', Buffer.alloc(5000)],
    [
      'pseudorandom bytes',
      Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * index * 31 + index * 7) & 0xff)),
    ],
  ])('is not made of %s', async (_, contents) =>
    expect(rowsOf('a.csv', contents)).rejects.toMatchObject({ error: { code: 'dataset/no-text' } }),
  )
})
