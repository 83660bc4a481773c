import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as XLSX from 'xlsx'
import template from 'xlsx/dist/xlsx.zahl.mjs'
import { randomUniform } from '../../random/rng.ts'
import { zipOf } from '../testing/zip-file.ts'
import { openTable } from './index.ts'
import { listZip, readZipEntry } from './zip.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-other-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function rowsOf(name: string, contents: string | Uint8Array) {
  const file = join(folder, name)
  await writeFile(file, contents)
  const rows: (readonly (string | null)[])[] = []
  for await (const row of (await openTable(file)).rows()) rows.push(row)
  return rows
}

function bookOf(cells: readonly (readonly XLSX.CellObject[])[], is1904 = false): XLSX.WorkBook {
  const sheet: XLSX.WorkSheet = { '!ref': XLSX.utils.encode_range({ s: { r: 0, c: 0 }, e: { r: cells.length, c: 3 } }) }
  for (const [r, row] of cells.entries())
    for (const [c, cell] of row.entries()) sheet[XLSX.utils.encode_cell({ r, c })] = cell
  const book = XLSX.utils.book_new()
  XLSX.utils.book_append_sheet(book, sheet, 's')
  if (is1904) book.Workbook = { WBProps: { date1904: true } }
  return book
}
const write = (book: XLSX.WorkBook, bookType: string): Uint8Array =>
  XLSX.write(book, { type: 'buffer', bookType: bookType as XLSX.BookType, numbers: template }) as Uint8Array
const text = (v: string): XLSX.CellObject => ({ t: 's', v })
const number = (v: number, z?: string): XLSX.CellObject => ({ t: 'n', v, ...(z !== undefined && { z }) })

const formatted = [
  [text('q'), text('a')],
  [number(0.5, 'h"時"mm"分"'), number(45_000, '[$-411]ggge"年"m"月"')],
  [number(1.25, '[h]:mm'), number(45_000.5, 'yyyy/m/d h:mm')],
  [number(12.5, '0.00'), { t: 'b', v: true } as XLSX.CellObject],
]
const shown = [
  ['q', 'a'],
  ['12:00:00', '2023-03-15'],
  ['30:00:00', '2023-03-15 12:00:00'],
  ['12.5', 'TRUE'],
]

it.each([
  ['biff8', 'xls'],
  ['biff5', 'xls'],
  ['xlsb', 'xlsb'],
  ['xlml', 'xls'],
  ['xlml', 'xml'],
  ['xlsx', 'xlsx'],
])('%s.%s: numbers say what their formats show', async (bookType, ending) => {
  expect(await rowsOf(`a.${ending}`, write(bookOf(formatted), bookType))).toEqual(shown)
})

it.each([
  ['biff8', 'xls'],
  ['xlsb', 'xlsb'],
  ['xlsx', 'xlsx'],
])('%s: a workbook from 1904 has its dates', async (bookType, ending) => {
  const book = bookOf(
    [
      [text('q'), text('a')],
      [number(43_538, 'yyyy/m/d'), number(0.5, 'h:mm')],
    ],
    true,
  )
  expect((await rowsOf(`a.${ending}`, write(book, bookType)))[1]).toEqual(['2023-03-15', '12:00:00'])
})

/** Any cell that a program writes: the seed makes the same ones again. */
function anyCells(seed: number): XLSX.CellObject[][] {
  let drawn = 0
  const random = () => randomUniform(seed, 'shuffle', 0, drawn++)
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
  const texts = ['あ', ' a ', '007', '=1+1', '<&">', '1\n2', '😀ﾊﾝｶｸ', '_x0041_', 'TRUE', '12:30', '髙﨑', '"']
  const numbers = [0, 1, -1.5, 0.1, 1e21, 1e-7, 123_456_789.123, 45_000]
  const codes = ['General', '0.00', '#,##0', '0%', '@', 'yyyy-mm-dd', 'yyyy/m/d h:mm', 'm"月"d"日"']
  const make = [
    () => text(pick(texts) + pick(texts)),
    () => number(pick(numbers)),
    () => number(Math.round(random() * 1e6) / 100, pick(codes)),
    () => ({ t: 'b', v: random() < 0.5 }) as XLSX.CellObject,
    () => ({ t: 'e', v: 42, w: '#N/A' }) as XLSX.CellObject,
  ]
  return [[text('q'), text('a'), text('b')], ...Array.from({ length: 40 }, () => [0, 1, 2].map(() => pick(make)()))]
}

/** What SheetJS makes of a workbook by its own idea of dates. */
function bySheetJs(bytes: Uint8Array): string[][] {
  const book = XLSX.read(bytes, { dense: true, cellDates: true, UTC: true })
  return (book.Sheets['s']?.['!data'] ?? []).map((row) =>
    row.map(({ t, v, w }) => {
      if (t === 'e') return w ?? ''
      if (typeof v === 'boolean') return v ? 'TRUE' : 'FALSE'
      if (!(v instanceof Date)) return String(v)
      const [day = '', time = ''] = new Date(Math.round(v.getTime() / 1000) * 1000)
        .toISOString()
        .slice(0, -5)
        .split('T')
      return time === '00:00:00' ? day : `${day} ${time}`
    }),
  )
}

it.each([
  ['xlsx', 'xlsx'],
  ['xlml', 'xml'],
  ['xlsb', 'xlsb'],
  ['biff8', 'xls'],
])('%s: cells are what SheetJS reads by itself', async (bookType, ending) => {
  for (const seed of [1, 2, 3]) {
    const bytes = write(bookOf(anyCells(seed)), bookType)
    // Excel 2003 has no escapes such as _x0041_: SheetJS reads them as Excel 2007 does.
    const unescaped = (cell: string | null) => (bookType === 'xlml' ? (cell?.replaceAll('_x0041_', 'A') ?? null) : cell)
    const rows = (await rowsOf(`a.${ending}`, bytes)).map((row) => row.map(unescaped))
    expect(rows, `seed ${seed}`).toEqual(bySheetJs(bytes))
  }
})

it.each([
  ['biff8', 31, '2023-03-15'],
  ['biff8', 57, '2023-03-15'],
  ['biff5', 28, '2023-03-15'],
  ['biff8', 32, '12:00:00'],
])('%s: the format %i, whose code is not written, is known', async (bookType, id, want) => {
  const value = want.includes(':') ? 0.5 : 45_000
  const file = Buffer.from(
    write(
      bookOf([
        [text('q'), text('a')],
        [number(value, 'm/d/yy'), text('x')],
      ]),
      bookType,
    ),
  )
  const style = Buffer.from([0xe0, 0, bookType === 'biff8' ? 20 : 16, 0])
  for (let at = file.indexOf(style); at >= 0; at = file.indexOf(style, at + 4))
    if (file.readUInt16LE(at + 6) === 14) file.writeUInt16LE(id, at + 6)
  expect((await rowsOf('a.xls', file))[1]).toEqual([want, 'x'])
})

describe('Excel 2 to 5', () => {
  const cells = [
    [text('q'), text('a')],
    [text('AAAA'), number(2.5)],
  ]

  it.each(['biff2', 'biff3', 'biff4', 'biff5'])('%s is read', async (bookType) => {
    expect(await rowsOf('a.xls', write(bookOf(cells), bookType))).toEqual([
      ['q', 'a'],
      ['AAAA', '2.5'],
    ])
  })

  it('without the file of streams around it is read', async () => {
    const { content } = XLSX.CFB.find(XLSX.CFB.read(write(bookOf(cells), 'biff5'), { type: 'buffer' }), '/Book') ?? {}
    expect(await rowsOf('a.xls', Uint8Array.from(content as number[]))).toEqual([
      ['q', 'a'],
      ['AAAA', '2.5'],
    ])
  })

  it.each([
    [932, [0x93, 0xfa, 0x96, 0x7b], '日本'],
    [10001, [0x93, 0xfa, 0xa9, 0xfd], '日ｩ©'],
    [10001, [0x80, 0x96, 0x7b, 0xff], '\\本…'],
  ] as const)('in code page %i is read: %j', async (codePage, bytes, want) => {
    const file = Buffer.from(write(bookOf(cells), 'biff5'))
    const record = file.indexOf(Buffer.from([0x42, 0, 2, 0]))
    file.writeUInt16LE(codePage, record + 4)
    Buffer.from(bytes).copy(file, file.indexOf('AAAA'))
    expect((await rowsOf('a.xls', file))[1]?.[0]).toBe(want)
  })
})

describe('Excel 2003', () => {
  const NAMESPACE = 'urn:schemas-microsoft-com:office:spreadsheet'
  const bookOfXml = (rows: string, rest = '', more = '') =>
    `<?xml version="1.0" encoding="UTF-8"?><Workbook xmlns="${NAMESPACE}" xmlns:ss="${NAMESPACE}" xmlns:x="urn:schemas-microsoft-com:office:excel">${rest}<Worksheet ss:Name="s"><Table>${rows}</Table></Worksheet>${more}</Workbook>`
  const data = (value: string, type = 'String') => `<Data ss:Type="${type}">${value}</Data>`
  const cell = (inner: string, attributes = '') => `<Cell${attributes}>${inner}</Cell>`
  const HEADER = `<Row>${cell(data('q'))}${cell(data('a'))}</Row>`

  it.each([
    [`<PhoneticText xmlns="urn:schemas-microsoft-com:office:excel">トウキョウ</PhoneticText>${data('東京')}`, '東京'],
    [`${data('東京')}<x:PhoneticText>トウキョウ</x:PhoneticText>`, '東京'],
    [
      `${data('本文')}<Comment ss:Author="a"><ss:Data xmlns="http://www.w3.org/TR/REC-html40"><B>注</B></ss:Data></Comment>`,
      '本文',
    ],
    [`<New:Tag><New:Inner a="1"/>x</New:Tag>${data('本文')}`, '本文'],
    ['<ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>東</B>京</ss:Data>', '東京'],
    [data('1&#10;2 &lt;&amp;'), '1\n2 <&'],
    [data('0.5', 'Number'), '0.5'],
    [data('1', 'Boolean'), 'TRUE'],
    [data('#N/A', 'Error'), '#N/A'],
    [data('2023-03-15T00:00:00.000', 'DateTime'), '2023-03-15'],
    [data('2023-03-15T12:30:00.000', 'DateTime'), '2023-03-15 12:30:00'],
    [data('1899-12-31T12:00:00.000', 'DateTime'), '12:00:00'],
  ])('%s says %j', async (inner, want) => {
    expect((await rowsOf('a.xml', bookOfXml(`${HEADER}<Row>${cell(inner)}${cell(data('x'))}</Row>`)))[1]).toEqual([
      want,
      'x',
    ])
  })

  it('has formats by name and by style, gaps and merged cells', async () => {
    const styles = `<Styles><Style ss:ID="Default"/><Style><NumberFormat ss:Format="Short Date"/></Style><Style ss:ID="t"><NumberFormat ss:Format="Short Time"/></Style><Style ss:ID="e" ss:Parent="t"><NumberFormat ss:Format="[h]:mm"/></Style><Style ss:ID="c"><NumberFormat ss:Format="Standard"/></Style></Styles>`
    const rows = `<Row ss:Index="3">${cell(data('0.5', 'Number'), ' ss:StyleID="t"')}${cell(data('1900-01-01T06:00:00.000', 'DateTime'), ' ss:StyleID="e"')}</Row><Row ss:StyleID="t">${cell(data('0.25', 'Number'), ' ss:Index="2"')}${cell(data('5', 'Number'), ' ss:StyleID="c"')}</Row><Row>${cell(data('x'), ' ss:MergeAcross="1"')}${cell(data('y'))}</Row>`
    expect(await rowsOf('a.xml', bookOfXml(HEADER + rows, styles))).toEqual([
      ['q', 'a'],
      ['12:00:00', '30:00:00'],
      [null, '06:00:00', '5'],
      ['x', null, 'y'],
    ])
  })

  it('takes no hidden sheet, and is read in UTF-16 and Shift_JIS', async () => {
    const hidden = `<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>`
    const book = bookOfXml(HEADER)
      .replace('</Worksheet>', hidden)
      .replace(
        '</Workbook>',
        `<Worksheet ss:Name="データ"><Table><Row>${cell(data('あ'))}</Row></Table></Worksheet></Workbook>`,
      )
    expect(await rowsOf('a.xml', book)).toEqual([['あ']])
    expect(await rowsOf('a.xls', Buffer.from(`\ufeff${book.replace('UTF-8', 'UTF-16')}`, 'utf16le'))).toEqual([['あ']])
    const shiftJis = Buffer.from(
      book.replace('UTF-8', 'Shift_JIS').replace('データ', 'data').replace('あ', '??'),
      'latin1',
    )
    Buffer.from([0x82, 0xa0]).copy(shiftJis, shiftJis.indexOf('>??<') + 1)
    expect(await rowsOf('a.xml', shiftJis)).toEqual([['あ']])
  })
})

it('HTML has no readings of characters', async () => {
  const html = `<html><meta charset="utf-8"><table><tr><td>q</td><td>a</td></tr><tr><td><ruby>東京<rp>(</rp><rt class="x">とうきょう</rt><rp>)</rp></ruby>都</td><td><ruby>一<rt><b>い</b>ち<rtc>二</rtc></ruby></td></tr></table></html>`
  expect((await rowsOf('a.xls', html))[1]).toEqual(['東京都', '一'])
})

describe('Numbers', () => {
  const bytes = Uint8Array.from(
    write(
      bookOf([
        [text('q'), text('a')],
        [text('あ'), number(2)],
      ]),
      'numbers',
    ),
  )
  const packed = async (rename: (name: string) => string, ...more: { name: string; contents: string }[]) => {
    const parts = listZip(bytes).filter((name) => !name.endsWith('/'))
    return zipOf(
      ...more,
      ...(await Promise.all(
        parts.map(async (name) => ({ name: rename(name), contents: await readZipEntry(bytes, name, 'a') })),
      )),
    )
  }
  const want = [
    ['q', 'a'],
    ['あ', '2'],
  ]

  it.each([
    [
      'with folders',
      (name: string) => name,
      [
        { name: 'Index/', contents: '' },
        { name: 'Index/Tables/', contents: '' },
        { name: 'Data/', contents: '' },
      ],
    ],
    [
      'in a folder',
      (name: string) => `帳票.numbers/${name}`,
      [
        { name: '帳票.numbers/', contents: '' },
        { name: '__MACOSX/帳票.numbers/Index/._Document.iwa', contents: 'x' },
      ],
    ],
  ])('is read %s inside the ZIP', async (_, rename, more) => {
    expect(await rowsOf('a.numbers', await packed(rename, ...more))).toEqual(want)
  })

  it('is read with its index in a ZIP of its own', async () => {
    const parts = listZip(bytes).filter((name) => name.startsWith('Index/') && !name.endsWith('/'))
    const inner = zipOf(
      ...(await Promise.all(parts.map(async (name) => ({ name, contents: await readZipEntry(bytes, name, 'a') })))),
    )
    for (const folder of ['', '帳票.numbers/'])
      expect(
        await rowsOf(
          'a.numbers',
          zipOf({ name: `${folder}preview.jpg`, contents: 'x' }, { name: `${folder}Index.zip`, contents: inner }),
        ),
      ).toEqual(want)
  })
})
