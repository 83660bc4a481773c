import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as XLSX from 'xlsx'
import { PathToRead, type ImportOptions } from '../contract/index.ts'
import { openTable } from './formats/index.ts'
import { previewTable } from './import.ts'
import { zipOf } from './testing/zip-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-import-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function put(name: string, contents: string | Uint8Array): Promise<PathToRead> {
  const file = join(folder, name)
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, contents)
  return PathToRead.parse(file)
}

async function rowsOf(file: string, options?: ImportOptions) {
  const rows: (readonly (string | null)[])[] = []
  for await (const row of (await openTable(file, options)).rows()) rows.push(row)
  return rows
}

const table = [
  ['質問', '回答', '番号'],
  ['一行目\n二行目', '「はい」, "いいえ"', '007'],
  ['=1+1', '😀 ﾊﾝｶｸ', '1234567890123456'],
  ['空', null, null],
] as const

/**
 * A workbook as Excel would write it: texts as texts, a number, a date, a formula with its result, an empty row
 * between.
 */
function workbookBytes(bookType: XLSX.BookType): Uint8Array {
  const sheet: XLSX.WorkSheet = XLSX.utils.aoa_to_sheet([])
  table.forEach((row, r) =>
    row.forEach((value, c) => {
      if (value !== null) sheet[XLSX.utils.encode_cell({ r, c })] = { t: 's', v: value, z: '@' }
    }),
  )
  sheet['A6'] = { t: 'n', v: 0.1 }
  sheet['B6'] = { t: 'd', v: new Date(Date.UTC(2024, 3, 1)), z: 'yyyy-mm-dd' }
  sheet['C6'] = { t: 'b', v: true }
  sheet['!ref'] = 'A1:C6'
  const book = XLSX.utils.book_new()
  XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([]), '表紙')
  XLSX.utils.book_append_sheet(book, sheet, 'データ')
  return XLSX.write(book, { type: 'buffer', bookType, cellDates: true, UTC: true } as XLSX.WritingOptions) as Uint8Array
}

describe('workbooks', () => {
  it.each(['xlsx', 'xlsb', 'biff8', 'ods'] as const)(
    '%s: texts stay texts, dates become ISO, empty rows go',
    async (bookType) => {
      const file = await put(`book.${bookType === 'biff8' ? 'xls' : bookType}`, workbookBytes(bookType))
      const rows = await rowsOf(file)
      expect(rows.slice(0, 4)).toEqual(table)
      expect(rows[4]).toEqual(['0.1', '2024-04-01', 'TRUE'])
      expect(rows).toHaveLength(5)
    },
  )

  it('take the first sheet with contents, or the one that is asked for', async () => {
    const file = await put('sheets.xlsx', workbookBytes('xlsx'))
    expect(await previewTable(file, {}, 'ja')).toMatchObject({
      format: 'workbook',
      sheets: ['表紙', 'データ'],
      options: { sheet: 'データ', hasHeader: true },
      isWhole: true,
      columns: [{ name: '質問', role: 'prompt' }, { name: '回答', role: 'answer' }, { name: '番号' }],
    })
    expect((await previewTable(file, { hasHeader: false }, 'ja')).columns.map(({ name }) => name)).toEqual([
      '列1',
      '列2',
      '列3',
    ])
    await expect(previewTable(file, { sheet: '表紙' }, 'ja')).rejects.toMatchObject({
      error: { code: 'dataset/file-empty' },
    })
  })

  it('say it where they are damaged', async () => {
    const whole = workbookBytes('xlsx')
    await expect(
      rowsOf(await put('cut.xls', Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 1, 2, 3]))),
    ).rejects.toMatchObject({ error: { code: 'dataset/workbook-damaged' } })
    await expect(rowsOf(await put('cut.xlsx', whole.subarray(0, whole.length / 2)))).rejects.toMatchObject({
      error: { facts: { file: 'cut.xlsx' } },
    })
  })
})

describe('JSON', () => {
  it('alpaca: a column for every key, in order', async () => {
    const file = await put(
      'alpaca.json',
      JSON.stringify([
        { instruction: 'あ', input: '', output: 'い' },
        { instruction: 'う', output: 'え', score: 3 },
      ]),
    )
    expect(await rowsOf(file)).toEqual([
      ['instruction', 'input', 'output', 'score'],
      ['あ', '', 'い', null],
      ['う', null, 'え', '3'],
    ])
  })

  it('lines of OpenAI messages and ShareGPT keep the conversation as JSON, in a column of that role', async () => {
    const messages = [
      { role: 'user', content: '質問\u2028続き' },
      { role: 'assistant', content: '答え' },
    ]
    const file = await put('chat.jsonl', `${JSON.stringify({ messages })}\r\n\n${JSON.stringify({ messages })}\n`)
    expect(await rowsOf(file)).toEqual([['messages'], [JSON.stringify(messages)], [JSON.stringify(messages)]])
    expect((await previewTable(file, {}, 'ja')).columns).toEqual([{ name: 'messages', role: 'conversation' }])
    expect(
      (await previewTable(await put('share.json', JSON.stringify({ data: [{ conversations: [] }] })), {}, 'ja'))
        .columns,
    ).toEqual([{ name: 'conversations', role: 'conversation' }])
  })

  it('is recognised by its contents in a file of another name, and in Shift_JIS', async () => {
    expect((await previewTable(await put('rows.txt', '{"a":"1"}\n{"a":"2"}\n'), {}, 'ja')).format).toBe('jsonl')
    const sjis = Uint8Array.from([...Buffer.from('[{"q":"'), 0x82, 0xa0, ...Buffer.from('"}]')])
    expect(await rowsOf(await put('sjis.json', sjis))).toEqual([['q'], ['あ']])
  })

  it('names the line that is wrong, and JSON that holds no table', async () => {
    await expect(rowsOf(await put('bad.jsonl', '{"a":1}\n{"a":\n'))).rejects.toMatchObject({
      error: { code: 'dataset/json-invalid', facts: { line: 2 } },
    })
    await expect(rowsOf(await put('bad.json', '[\n{"a":1},\n{"a":oops}\n]'))).rejects.toMatchObject({
      error: { code: 'dataset/json-invalid', facts: { line: 3 } },
    })
    await expect(rowsOf(await put('none.json', '[1]'))).rejects.toMatchObject({
      error: { code: 'dataset/json-no-table' },
    })
  })
})

describe('Parquet', () => {
  it('gives its columns as texts and nested ones as JSON', async () => {
    const file = join(folder, 'table.parquet')
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    await connection.run(
      `COPY (SELECT '質問' AS "プロンプト", 12 AS n, NULL::VARCHAR AS empty, ['a', 'b'] AS list, {'role': 'user'} AS s) TO '${file}' (FORMAT parquet)`,
    )
    expect(await rowsOf(file)).toEqual([
      ['プロンプト', 'n', 'empty', 'list', 's'],
      ['質問', '12', null, '["a","b"]', '{"role":"user"}'],
    ])
    await connection.run(
      `COPY (SELECT encode('あ') AS b, '\\xFF'::BLOB AS c, [encode('い'), '\\xFF'::BLOB] AS l) TO '${file}' (FORMAT parquet)`,
    )
    expect((await rowsOf(file))[1]).toEqual(['あ', '\\xFF', '["い","\\\\xFF"]'])
    connection.closeSync()
    await expect(rowsOf(await put('bad.parquet', 'PAR1 nothing'))).rejects.toMatchObject({
      error: { code: 'dataset/parquet-damaged' },
    })
  })
})

/** A ZIP with one deflated entry, its name in Shift_JIS as Windows in Japan writes it. */
describe('ZIP', () => {
  const name = Uint8Array.from([0x95, 0x5c, ...Buffer.from('.csv')])

  it('opens the table inside, whose name Windows wrote', async () => {
    const file = await put('data.zip', zipOf({ name, contents: 'q,a\n1,2\n' }))
    expect(await previewTable(file, {}, 'ja')).toMatchObject({
      format: 'csv',
      entries: ['表.csv'],
      options: { entry: '表.csv', delimiter: ',' },
      rows: [['1', '2']],
    })
    expect(await rowsOf(file)).toEqual([
      ['q', 'a'],
      ['1', '2'],
    ])
  })

  it('says where there is none, or it is damaged', async () => {
    await expect(rowsOf(await put('none.zip', zipOf({ name: 'a.png', contents: 'x' })))).rejects.toMatchObject({
      error: { code: 'dataset/zip-no-table' },
    })
    const bytes = Uint8Array.from(zipOf({ name, contents: 'q,a\n1,2\n'.repeat(50) }))
    bytes.fill(255, 38, 48)
    await expect(rowsOf(await put('damaged.zip', bytes))).rejects.toMatchObject({
      error: { code: 'dataset/zip-damaged', facts: { file: 'damaged.zip', entry: '表.csv' } },
    })
  })
})

describe('text', () => {
  it('is read with the encoding, delimiter and header that the user chooses', async () => {
    const sjis = Uint8Array.from([0x8e, 0xbf, 0x3b, 0x93, 0x9a, 0x0a, 0x82, 0xa0, 0x3b, 0x82, 0xa2, 0x0a])
    const file = await put('sjis.csv', sjis)
    expect(await previewTable(file, {}, 'ja')).toMatchObject({
      options: { encoding: 'shift_jis', delimiter: ';', hasHeader: true },
      columns: [{ name: '質' }, { name: '答' }],
      rows: [['あ', 'い']],
    })
    expect(await rowsOf(file, { hasHeader: false, delimiter: ',' })).toEqual([[null], ['質;答'], ['あ;い']])
    expect((await previewTable(await put('utf8.csv', '質問,回答\nあ,い\n'), {}, 'ja')).encodingConfidence).toBe(1)
  })

  it('shows the first rows only, and says that there are more', async () => {
    const preview = await previewTable(await put('many.csv', `q,a\n${'あ,い\n'.repeat(100)}`), {}, 'ja')
    expect([preview.rows.length, preview.isWhole]).toEqual([20, false])
  })
})

describe('Arrow', () => {
  it('in zstd with numbers, in big-endian order, and intervals', async () => {
    const zstd = Buffer.from(
      'QVJST1cxAAD/////EAEAABAAAAAAAAoADAAGAAUACAAKAAAAAAEEAAwAAAAIAAgAAAAEAAgAAAAEAAAABAAAAKgAAABkAAAAOAAAAAQAAAB4////AAABAxAAAAAcAAAABAAAAAAAAAAFAAAAc2NvcmUABgAIAAYABgAAAAAAAgCo////AAABBRAAAAAYAAAABAAAAAAAAAAGAAAAb3V0cHV0AADU////0P///wAAAQUQAAAAIAAAAAQAAAAAAAAACwAAAGluc3RydWN0aW9uAAQABAAEAAAAEAAUAAgABgAHAAwAAAAQABAAAAAAAAECEAAAABwAAAAEAAAAAAAAAAIAAABpZAAACAAMAAgABwAIAAAAAAAAAUAAAAAAAAAA/////1ABAAAUAAAAAAAAAAwAGAAGAAUACAAMAAwAAAAAAwQAHAAAALAAAAAAAAAAAAAAAAwAHgAQAAQACAAMAAwAAADQAAAAJAAAABgAAAABAAAAAAAAAAAAAAAAAAYACAAHAAYAAAAAAAABCgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABkAAAAAAAAAIAAAAAAAAAAAAAAAAAAAACAAAAAAAAAAGQAAAAAAAABAAAAAAAAAABgAAAAAAAAAWAAAAAAAAAAAAAAAAAAAAFgAAAAAAAAAGQAAAAAAAAB4AAAAAAAAABUAAAAAAAAAkAAAAAAAAAAAAAAAAAAAAJAAAAAAAAAAGQAAAAAAAAAAAAAABAAAAAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAIAAAAAAAAACi1L/0gCEEAAAAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAKLUv/SAIQQAAAAAAAAcAAAAAAAAAAAAABwAAAAAAAAAotS/9IAc5AADos6rllY8wCAAAAAAAAAAotS/9IAhBAAAAAAAABAAAAAAAAAAAAAAEAAAAAAAAACi1L/0gBCEAAOetlDAAAAAIAAAAAAAAACi1L/0gCEEAAAAAAAAAAAAAAAAAAAAAAP////8AAAAAEAAAAAwAFAAGAAgADAAQAAwAAAAAAAQAOAAAACgAAAAEAAAAAQAAACABAAAAAAAAWAEAAAAAAACwAAAAAAAAAAAAAAAAAAAACAAIAAAABAAIAAAABAAAAAQAAACoAAAAZAAAADgAAAAEAAAAeP///wAAAQMQAAAAHAAAAAQAAAAAAAAABQAAAHNjb3JlAAYACAAGAAYAAAAAAAIAqP///wAAAQUQAAAAGAAAAAQAAAAAAAAABgAAAG91dHB1dAAA1P///9D///8AAAEFEAAAACAAAAAEAAAAAAAAAAsAAABpbnN0cnVjdGlvbgAEAAQABAAAABAAFAAIAAYABwAMAAAAEAAQAAAAAAABAhAAAAAcAAAABAAAAAAAAAACAAAAaWQAAAgADAAIAAcACAAAAAAAAAFAAAAAOAEAAEFSUk9XMQ==',
      'base64',
    )
    expect(await rowsOf(await put('zstd.arrow', zstd))).toEqual([
      ['id', 'instruction', 'output', 'score'],
      ['0', '質問0', '答0', '0'],
    ])
    const { columnFromArray, interval, tableFromColumns, tableToIPC, IntervalUnit } = await import('@uwdata/flechette')
    const made = tableFromColumns({ i: columnFromArray([[14, 3, 1e9], null], interval(IntervalUnit.MONTH_DAY_NANO)) })
    for (const format of ['stream', 'file'] as const) {
      const bytes = tableToIPC(made, { format }) as Uint8Array
      expect(await rowsOf(await put('interval.arrow', bytes))).toEqual([
        ['i'],
        ['1 year 2 months 3 days 00:00:01'],
        [null],
      ])
    }
    const big = Buffer.from(
      '/////4AAAAAQAAAAAAAKAA4ABgAFAAgACgAAAAABBAAQAAAAAAAKABAABgAIAAwACgAAAAAAAQAMAAAABAAAAAAAAAABAAAAFAAAABAAFAAIAAYABwAMAAAAEAAQAAAAAAABARgAAAAQAAAABAAAAAAAAAAEAAQABAAAAAIAAABmMAAAAAAAAP////9QAAAAEAAAAAAACgAOAAYABQAIAAoAAAAAAwQAEAAAAAAACgAMAAAABAAIAAoAAAAQAAAABAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAD/////UAAAABAAAAAAAAoADgAGAAUACAAKAAAAAAMEABAAAAAAAAoADAAAAAQACAAKAAAAEAAAAAQAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAA/////wAAAAA=',
      'base64',
    )
    await expect(rowsOf(await put('big.arrow', big))).rejects.toMatchObject({
      error: { code: 'dataset/arrow-big-endian' },
    })
  })

  const columns = {
    質問: ['一行目\n二行目', '😀', null],
    数: [1n, 9007199254740993n, null],
    会話: [['a', 'b'], [], null],
  }

  it.each([
    ['stream', null],
    ['file', null],
    ['stream', 'LZ4_FRAME'],
  ] as const)('%s, compression %s: texts, numbers with all digits, lists as JSON', async (format, codec) => {
    const { columnFromArray, CompressionType, int64, list, setCompressionCodec, tableFromColumns, tableToIPC, utf8 } =
      await import('@uwdata/flechette')
    const lz4 = await import('lz4js')
    setCompressionCodec(CompressionType.LZ4_FRAME, { encode: lz4.compress, decode: lz4.decompress })
    const made = tableFromColumns({
      質問: columnFromArray(columns.質問, utf8()),
      数: columnFromArray(columns.数, int64()),
      会話: columnFromArray(columns.会話, list(utf8())),
    })
    const bytes = tableToIPC(made, { format, ...(codec && { codec: CompressionType[codec] }) }) as Uint8Array
    const rows = await rowsOf(await put(`t-${format}-${codec}.arrow`, bytes))
    expect(rows).toEqual([
      ['質問', '数', '会話'],
      ['一行目\n二行目', '1', '["a","b"]'],
      ['😀', '9007199254740993', '[]'],
      [null, null, null],
    ])
    await expect(openTable(await put('cut.arrow', bytes.subarray(0, bytes.length / 2)))).rejects.toMatchObject({
      error: { code: 'dataset/arrow-damaged' },
    })
  })
})
