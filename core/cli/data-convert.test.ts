import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { errorSentence, noteSentence } from '../../texts/sentences.ts'
import type { ErrorCode } from '../contract/index.ts'
import { main, type CliHost } from './index.ts'
import { formatRow } from '../datasets/formats/delimited.ts'
import { randomUniform } from '../random/rng.ts'

const unused = () => {
  throw new Error('a data command needs no engine and no server')
}
const host: CliHost = {
  version: '0',
  resourcesFolder: 'resources',
  spawnEngine: unused,
  spawnReader: unused,
  spawnLlamaCpp: unused,
  serve: unused,
}

let folder: string
const said = vi.spyOn(console, 'log')
const complained = vi.spyOn(console, 'error')
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-convert-'))
  for (const stream of [said, complained]) stream.mockReset().mockReturnValue()
  vi.stubEnv('LANG', 'ja_JP.UTF-8')
})
afterEach(() => rm(folder, { recursive: true }))

const at = (name: string) => join(folder, name)
const convert = (...args: readonly string[]) => main(['data', 'convert', ...args], host)

const BOM = '\ufeff'
const csvOf = (rows: readonly (readonly (string | null)[])[]): string =>
  BOM + rows.map((cells) => `${formatRow(cells, ',')}\r\n`).join('')

const nasty = [
  '',
  ' ',
  'a',
  '髙﨑',
  'ﾊﾝｶｸ',
  '👩‍👩‍👧',
  '🇯🇵',
  'が',
  '𠮷',
  '\n',
  '\r\n',
  '\r',
  '\t',
  '"',
  '""',
  ',',
  ';',
  '|',
  "'",
  '\\',
  '\\n',
  '=1+1',
  '+81-90',
  '-1',
  '@SUM(A1)',
  '007',
  '1e5',
  '1.0',
  '12345678901234567890',
  'TRUE',
  'null',
  'NULL',
  'NaN',
  '2024-01-02',
  '１２３',
  '\u2028',
  '\u00a0',
  '\u200b',
  '\u3000',
  '\ufeff',
  '<b>&amp;</b>',
  ']]>',
  '_x0041_',
  '_x000D_',
  '_x005F_',
  '\u0001',
  '\u000b',
  '\u001f',
  '\u007f',
  '\ufffe',
  '{"a":1}',
  '__proto__',
  '〜−①㈱',
]

/** A table with a header and rows, some of them without any text. */
function randomTable(seed: number): (string | null)[][] {
  let drawn = 0
  const below = (count: number) => Math.floor(randomUniform(seed, 'sampling', 0, drawn++) * count)
  const joined = () => Array.from({ length: below(4) }, () => nasty[below(nasty.length)]).join('')
  const width = 2 + below(4)
  const header = Array.from({ length: width }, (_, index) => `列"${index}, ${below(100)}`)
  const rows = Array.from({ length: 1 + below(30) }, (_, row) =>
    Array.from({ length: width }, () =>
      row % 5 === 3 ? ([null, ''][below(2)] as null) : row > 0 && below(5) === 0 ? null : joined(),
    ),
  )
  return [header, ...rows]
}

const ROUNDS = 6
const SEED = Number(process.env['TERAKOYA_TEST_SEED'] ?? Date.now() % 1_000_000)

describe(`a table from CSV to another format and back (TERAKOYA_TEST_SEED=${SEED})`, () => {
  it.each(['tsv', 'xlsx', 'jsonl', 'parquet', 'numbers', 'csv'])('%s: byte for byte', async (ending) => {
    for (let round = 0; round < ROUNDS; round++) {
      const table = randomTable(SEED + round)
      await writeFile(at('in.csv'), csvOf(table))
      expect(await convert(at('in.csv'), at(`there.${ending}`)), `seed ${SEED + round}`).toBe(0)
      expect(await convert(at(`there.${ending}`), at('back.csv'))).toBe(0)
      expect(await readFile(at('back.csv'), 'utf8'), `seed ${SEED + round}`).toBe(csvOf(table))
    }
  })
})

const rows = [
  ['質問', '回答', 'メモ'],
  ['一行目\n二行目', '「はい」, "いいえ"', '007'],
  ['=1+1', '髙﨑①', null],
] as const

describe('terakoya data convert', () => {
  beforeEach(() => writeFile(at('in.csv'), csvOf(rows)))
  const shown = () => complained.mock.calls.map(([line]) => String(line)).join('\n')
  const sentence = (code: ErrorCode, facts: Readonly<Record<string, string>>) => errorSentence({ code, facts }, 'ja')
  const linesOf = async (name: string) =>
    (await readFile(at(name), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)

  it('writes JSON Lines keyed by the names of the header, every value a string', async () => {
    expect(await convert(at('in.csv'), at('out.jsonl'))).toBe(0)
    expect(await linesOf('out.jsonl')).toEqual([
      { 質問: '一行目\n二行目', 回答: '「はい」, "いいえ"', メモ: '007' },
      { 質問: '=1+1', 回答: '髙﨑①' },
    ])
    expect(said.mock.calls).toEqual([[`2 行を「${at('out.jsonl')}」に書き出しました。`]])
  })

  it('writes the shapes that --format names, and says what it did with --json', async () => {
    expect(await convert(at('in.csv'), at('out.txt'), '--format', 'jsonl-alpaca', '--json')).toBe(0)
    expect((await linesOf('out.txt'))[1]).toEqual({ instruction: '=1+1', input: '', output: '髙﨑①' })
    expect(JSON.parse(String(said.mock.calls[0]?.[0]))).toEqual({
      file: at('out.txt'),
      format: 'jsonl-alpaca',
      rowCount: 2,
    })
    expect(await convert(at('in.csv'), at('out.jsonl'), '--format=jsonl-messages')).toBe(0)
    expect((await linesOf('out.jsonl'))[1]).toEqual({
      messages: [
        { role: 'user', content: '=1+1' },
        { role: 'assistant', content: '髙﨑①' },
      ],
    })
  })

  it('keeps columns of one name apart where the format needs names of their own', async () => {
    await writeFile(at('twice.csv'), 'a,A,a\r\n1,2,3\r\n')
    expect(await convert(at('twice.csv'), at('twice.jsonl'))).toBe(0)
    expect(await linesOf('twice.jsonl')).toEqual([{ a: '1', A: '2', a_2: '3' }])
    expect(await convert(at('twice.csv'), at('twice.parquet'))).toBe(0)
    expect(await convert(at('twice.parquet'), at('back.csv'), '--no-bom')).toBe(0)
    expect(await readFile(at('back.csv'), 'utf8')).toBe('a,A_2,a_3\r\n1,2,3\r\n')
  })

  it('keeps the order of columns whose first cells are missing', async () => {
    await writeFile(at('late.csv'), `${BOM}a,b,c\r\n1,,3\r\n,5,6\r\n`)
    expect(await convert(at('late.csv'), at('late.jsonl'))).toBe(0)
    expect(await convert(at('late.jsonl'), at('back.csv'))).toBe(0)
    expect(await readFile(at('back.csv'), 'utf8')).toBe(await readFile(at('late.csv'), 'utf8'))
  })

  it.each([
    ['columns whose names are numbers', 'jsonl', '年,2024,2023\r\n1,2,3\r\n'],
    ['names that hold other delimiters', 'tsv', '"a;b;c","d|e"\r\n1,2\r\n'],
    ['rows of one column without a text', 'csv', 'a\r\n1\r\n""\r\n3\r\n'],
  ])('keeps %s', async (_, ending, csv) => {
    await writeFile(at('in.csv'), `${BOM}${csv}`)
    expect(await convert(at('in.csv'), at(`there.${ending}`), '--delimiter', ',')).toBe(0)
    expect(await convert(at(`there.${ending}`), at('back.csv'))).toBe(0)
    expect(await readFile(at('back.csv'), 'utf8')).toBe(`${BOM}${csv}`)
  })

  it('reads and writes encodings, delimiters and headers as it is told', async () => {
    expect(await convert(at('in.csv'), at('sjis.csv'), '--out-encoding', 'cp932')).toBe(0)
    expect(new TextDecoder('shift_jis').decode(await readFile(at('sjis.csv')))).toContain('髙﨑①')
    expect(await convert(at('sjis.csv'), at('out.csv'), '--encoding', 'cp932', '--no-bom')).toBe(0)
    expect(await readFile(at('out.csv'), 'utf8')).toBe(csvOf(rows).slice(1))
    await writeFile(at('bare.txt'), '題名\n1|2\n3|4\n')
    expect(
      await convert(
        at('bare.txt'),
        at('bare.csv'),
        '--delimiter',
        'bar',
        '--no-header',
        '--skip-rows',
        '1',
        '--no-bom',
      ),
    ).toBe(0)
    expect(await readFile(at('bare.csv'), 'utf8')).toBe('列1,列2\r\n1,2\r\n3,4\r\n')
  })

  it('says in one sentence what is wrong, exits with 1 and leaves no file', async () => {
    const cases: readonly (readonly [args: readonly string[], sentence: string])[] = [
      [[at('nowhere.csv'), at('out.csv')], sentence('file/not-found', { file: 'nowhere.csv' })],
      [[at('in.csv'), at('in.csv')], sentence('cli/same-file', { file: 'in.csv' })],
      [
        [at('in.csv'), at('out.doc')],
        sentence('cli/unknown-ending', {
          file: 'out.doc',
          known: 'csv, tsv, xlsx, numbers, parquet, pq, jsonl, ndjson',
        }),
      ],
      [[at('in.csv'), at('nowhere/out.csv')], sentence('cli/unwritable', { file: at('nowhere/out.csv') })],
      [
        [at('in.csv'), at('out.jsonl'), '--out-encoding', 'cp932'],
        sentence('setting/choice', { setting: '--out-encoding', found: 'cp932', expected: 'utf-8' }),
      ],
      [
        [at('emoji.csv'), at('out.csv'), '--out-encoding', 'cp932'],
        sentence('dataset/not-in-cp932', { row: '1', column: 'b', character: '😀' }),
      ],
      [
        [at('emoji.csv'), at('out.jsonl'), '--format', 'jsonl-alpaca'],
        sentence('cli/columns-missing', { file: 'emoji.csv', found: 'a, b' }),
      ],
      [[at('open.csv'), at('out.xlsx')], sentence('dataset/quote-open', { file: 'open.csv', line: '2' })],
    ]
    await writeFile(at('emoji.csv'), 'a,b\n1,😀\n')
    await writeFile(at('open.csv'), 'a,b\n"1,2\n')
    for (const [args, expected] of cases) {
      complained.mockReset().mockReturnValue()
      expect(await convert(...args), args.join(' ')).toBe(1)
      expect(shown()).toBe(expected)
    }
    expect((await readdir(folder)).sort()).toEqual(['emoji.csv', 'in.csv', 'open.csv'])
    expect(await readFile(at('in.csv'), 'utf8')).toBe(csvOf(rows))
  })

  it('counts the characters that cannot be read, and names their rows', async () => {
    await writeFile(at('bad.csv'), Buffer.from('712c610a93fa967b2c89f10afd2c62ff0a782c780a', 'hex'))
    expect(await convert(at('bad.csv'), at('out.jsonl'), '--encoding', 'shift_jis')).toBe(0)
    expect(shown()).toBe(noteSentence({ code: 'unreadable', facts: { count: 2, rows: '2' } }, 'ja'))
    complained.mockReset().mockReturnValue()
    said.mockReset().mockReturnValue()
    expect(await main(['data', 'check', at('bad.csv'), '--json'], host)).toBe(0)
    expect(JSON.parse(String(said.mock.calls[0]?.[0]))).toMatchObject({
      notes: [{ code: 'unreadable', facts: { count: 2, rows: '2' } }],
    })
  })

  it('says which table of several it takes', async () => {
    await writeFile(at('in.json'), '{"test":[{"q":"1"}],"train":[{"q":"2"}]}')
    expect(await convert(at('in.json'), at('out.jsonl'))).toBe(0)
    expect(await linesOf('out.jsonl')).toEqual([{ q: '2' }])
    expect(shown()).toBe(noteSentence({ code: 'entry-chosen', facts: { entry: 'train', others: 'test' } }, 'ja'))
    expect(await convert(at('in.json'), at('out.jsonl'), '--entry', 'test')).toBe(0)
    expect(await linesOf('out.jsonl')).toEqual([{ q: '1' }])
  })

  it('says how it is used where arguments are missing or unknown', async () => {
    expect([
      await convert(at('in.csv')),
      await convert(at('in.csv'), at('out.csv'), '--colour'),
      await main(['data'], host),
    ]).toEqual([2, 2, 2])
  })
})
