import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as XLSX from 'xlsx'
import type { ImportOptions } from '../../contract/index.ts'
import { rowsOfTexts, xlsxOf, type XlsxParts } from '../testing/workbook-files.ts'
import { zipOf } from '../testing/zip-file.ts'
import { openTable } from './index.ts'
import { listZip, readZipEntry } from './zip.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-workbooks-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function open(name: string, contents: string | Uint8Array, options: ImportOptions = {}) {
  const file = join(folder, name)
  await writeFile(file, contents)
  return openTable(file, options)
}

async function rowsOf(name: string, contents: string | Uint8Array, options: ImportOptions = {}) {
  const rows: (readonly (string | null)[])[] = []
  for await (const row of (await open(name, contents, options)).rows()) rows.push(row)
  return rows
}

const HEADER =
  '<row r="1"><c r="A1" t="inlineStr"><is><t>q</t></is></c><c r="B1" t="inlineStr"><is><t>a</t></is></c></row>'
/** The second row's cells of a sheet whose first one names q and a. */
const cellsOf = async (cells: string, parts: Partial<XlsxParts> = {}) =>
  (await rowsOf('a.xlsx', xlsxOf({ ...parts, sheets: [{ name: 's', rows: `${HEADER}<row r="2">${cells}</row>` }] })))[1]

describe('a cell of XLSX', () => {
  it.each([
    ['<c r="B2" t="s"/>', null],
    ['<c r="B2" t="s"><v/></c>', null],
    ['<c r="B2" t="s"><v></v></c>', null],
    ['<c r="B2" t="s"><v> </v></c>', null],
    ['<c r="B2" t="s"><v>2</v></c>', null],
    ['<c r="B2" t="s"><v>-1</v></c>', null],
    ['<c r="B2" t="s"><v>x</v></c>', null],
    ['<c r="B2" t="s"><v> 1 </v></c>', 'zwei'],
    ['<c r="B2" t="n"/>', null],
    ['<c r="B2"><v></v></c>', null],
    ['<c r="B2" t="b"/>', null],
    ['<c r="B2" t="b"><v></v></c>', null],
    ['<c r="B2" t="str"/>', null],
    ['<c r="B2" t="inlineStr"/>', null],
    ['<c r="B2" t="e"/>', null],
    ['<c r="B2" t="d"><v></v></c>', null],
  ])('%s without a value that there is says %s', async (cell, want) => {
    const texts = ['<t>the first</t>', '<t>zwei</t>']
    expect((await cellsOf(`<c r="A2"><v>1</v></c>${cell}<c r="C2"><v>2</v></c>`, { texts }))?.slice(1)).toEqual([
      want,
      '2',
    ])
  })

  it.each([
    ['<c r="A2"><v>0.1</v></c>', '0.1'],
    ['<c r="A2"><v>1.0</v></c>', '1'],
    ['<c r="A2"><v>12345678901234567890</v></c>', '12345678901234567890'],
    ['<c r="A2"><v>1E3</v></c>', '1000'],
    ['<c r="A2"><v>5E-324</v></c>', '5e-324'],
    ['<c r="A2" t="n"><v>-0</v></c>', '0'],
    ['<c r="A2"><v>NaN</v></c>', 'NaN'],
    ['<c r="A2" t="b"><v>1</v></c>', 'TRUE'],
    ['<c r="A2" t="b"><v>false</v></c>', 'FALSE'],
    ['<c r="A2" t="e"><v>#N/A</v></c>', '#N/A'],
    ['<c r="A2" t="str"><f>B2&amp;"x"</f><v>ab_x000D_c &lt;&#12354;</v></c>', 'ab\rc <あ'],
    ['<c r="A2" t="d"><v>2024-04-01T09:30:00</v></c>', '2024-04-01 09:30:00'],
    ['<c r="A2" t="inlineStr"><v>old</v></c>', 'old'],
    ["<c r='A2' t='inlineStr' ><is ><t xml:space='preserve'> a\r\nb </t ></is></c>", ' a\nb '],
    ['<c r="A2" t="inlineStr"><is><t><![CDATA[<b>&amp;]]></t></is></c>', '<b>&amp;'],
    ['<c r="A2" t="inlineStr"><is><t>a<!-- > "no" -->b</t></is></c>', 'ab'],
    ['<c r="A2" t="inlineStr"><is><t>&j;&#x110000;&#xZ;&</t></is></c>', '&j;&#x110000;&#xZ;&'],
    ['<x:c xmlns:x="x" r="A2" t="inlineStr"><x:is><x:t>prefixed</x:t></x:is></x:c>', 'prefixed'],
    ['<c r="A2" t="inlineStr"><is><t>_x005F_x0041_</t></is></c>', '_x0041_'],
  ])('%s says %j', async (cell, want) => {
    expect((await cellsOf(`${cell}<c r="B2"><v>1</v></c>`))?.[0]).toBe(want)
  })

  const runs = '<r><rPr><b/></rPr><t>東</t></r><r><t xml:space="preserve">京 都</t></r>'
  const reading = '<rPh sb="0" eb="1"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/>'
  it.each([
    ['a text', '<t>東京 都</t>'],
    ['runs', runs],
    ['a tag that nobody knows', `<new:tag a=">"><new:more/></new:tag><t>東京 都</t>`],
  ])('of %s has no reading in kana', async (_, text) => {
    const inline = `<c r="A2" t="inlineStr"><is>${text}${reading}</is></c>`
    const shared = '<c r="B2" t="s"><v>0</v></c>'
    expect(await cellsOf(inline + shared, { texts: [text + reading] })).toEqual(['東京 都', '東京 都'])
  })

  it.each([
    ['h"時"mm"分"', '0.5', '12:00:00'],
    ['[$-411]ggge"年"m"月"', '45000', '2023-03-15'],
    ['[h]:mm', '1.25', '30:00:00'],
    [32, '0.5', '12:00:00'],
    [28, '45000', '2023-03-15'],
    [46, '1.25', '30:00:00'],
    ['0"年"', '45000', '45000'],
  ])('in the format %s says what it shows', async (format, value, want) => {
    expect(
      (await cellsOf(`<c r="A2" s="1"><v>${value}</v></c><c r="B2"><v>1</v></c>`, { formats: [format] }))?.[0],
    ).toBe(want)
  })

  it('of a workbook from 1904 has its dates, and times without one', async () => {
    const cells = '<c r="A2" s="1"><v>0.5</v></c><c r="B2" s="2"><v>43538</v></c>'
    expect(await cellsOf(cells, { formats: ['h:mm', 'yyyy/m/d'], is1904: true })).toEqual(['12:00:00', '2023-03-15'])
  })
})

const utf16 = (isBig: boolean) => (xml: string) => {
  const bytes = Buffer.from(`\ufeff${xml.replace('UTF-8', 'UTF-16')}`, 'utf16le')
  return isBig ? bytes.swap16() : bytes
}

describe('XLSX', () => {
  const sheets = [
    {
      name: '日本語',
      rows: rowsOfTexts([
        ['質問', '回答'],
        ['あ', '𠮟る'],
      ]),
    },
  ]

  it.each([
    ['UTF-8 with a mark', (xml: string) => `\ufeff${xml}`],
    ['UTF-16LE', utf16(false)],
    ['UTF-16BE', utf16(true)],
    ['EUC-JP by its declaration', (xml: string) => eucJp(xml.replace('UTF-8', 'EUC-JP'))],
  ])('is read in %s', async (_, encode) => {
    const plain = [
      {
        name: '日本語',
        rows: rowsOfTexts([
          ['質問', '回答'],
          ['あ', 'い'],
        ]),
      },
    ]
    const table = await open('a.xlsx', xlsxOf({ sheets: plain, encode }))
    expect(table.sheets).toEqual(['日本語'])
    expect(await rowsOf('a.xlsx', xlsxOf({ sheets: plain, encode }))).toEqual([
      ['質問', '回答'],
      ['あ', 'い'],
    ])
  })

  it('is read where its paths have backslashes or another case', async () => {
    const whole = Uint8Array.from(xlsxOf({ sheets }))
    const parts = listZip(whole).map(async (name) => ({
      name: name.startsWith('xl/') ? name.replaceAll('/', '\\').replace('sheet1', 'Sheet1') : name,
      contents: await readZipEntry(whole, name, 'a'),
    }))
    expect(await rowsOf('a.xlsx', zipOf(...(await Promise.all(parts))))).toHaveLength(2)
  })

  it.each(['', 'wtf/'])('is read where its parts lie in the folder %j', async (folder) => {
    const whole = Uint8Array.from(xlsxOf({ sheets }))
    const parts = listZip(whole).map(async (name) => ({
      name: name.replace('xl/worksheets/', folder).replace('xl/_rels', `${folder}_rels`).replace('xl/', folder),
      contents: new TextDecoder()
        .decode(await readZipEntry(whole, name, 'a'))
        .replaceAll('Target="worksheets/', 'Target="')
        .replaceAll('Target="xl/', `Target="${folder}`),
    }))
    expect(await rowsOf('a.xlsx', zipOf(...(await Promise.all(parts))))).toHaveLength(2)
  })

  it('is read where its relations are damaged', async () => {
    const whole = Uint8Array.from(xlsxOf({ sheets }))
    const parts = listZip(whole).map(async (name) => ({
      name,
      contents: name.endsWith('.rels') ? '<?xml version="1.0"?><Rel' : await readZipEntry(whole, name, 'a'),
    }))
    expect(await rowsOf('a.xlsx', zipOf(...(await Promise.all(parts))))).toHaveLength(2)
  })

  it.each(['word/document.xml', 'ppt/presentation.xml'])('is not what holds %s', async (name) => {
    const other = zipOf({ name: '[Content_Types].xml', contents: '<Types/>' }, { name, contents: '<x/>' })
    await expect(rowsOf('a.xlsx', other)).rejects.toMatchObject({ error: { code: 'dataset/zip-no-table' } })
  })

  it('counts the rows above a header as the sheet does, blank ones too', async () => {
    const row = (number: number, ...cells: string[]) => rowsOfTexts([cells]).replace('<row>', `<row r="${number}">`)
    const rows = row(2, '題名') + row(5, '質問', '回答') + row(6, 'あ', 'い') + row(9, 'う', 'え')
    const read = (skipRows: number) => rowsOf('a.xlsx', xlsxOf({ sheets: [{ name: 's', rows }] }), { skipRows })
    const table = [
      ['質問', '回答'],
      ['あ', 'い'],
      ['う', 'え'],
    ]
    expect([await read(2), await read(4)]).toEqual([table, table])
    expect(await read(5)).toEqual(table.slice(1))
    expect((await read(0))[0]).toEqual(['題名'])
  })

  it('whose few shared texts stand for more than a disk holds is refused', async () => {
    const texts = [`<t>${'あ'.repeat(2 ** 20)}</t>`]
    const rows = `${HEADER}${'<row><c t="s"><v>0</v></c></row>'.repeat(1000)}`
    await expect(rowsOf('a.xlsx', xlsxOf({ sheets: [{ name: 's', rows }], texts }))).rejects.toMatchObject({
      error: { code: 'dataset/workbook-too-great' },
    })
  })
})

/** Characters that the tests use, in EUC-JP. */
const eucJp = (text: string): Buffer => {
  const codes: Record<string, number> = {}
  const decoder = new TextDecoder('euc-jp')
  for (let row = 0xa1; row < 0xf5; row++)
    for (let cell = 0xa1; cell < 0xff; cell++) codes[decoder.decode(Uint8Array.of(row, cell))] = row * 256 + cell
  return Buffer.from(
    [...text].flatMap((one) => (one < '\x80' ? one.charCodeAt(0) : [(codes[one] ?? 0) >> 8, (codes[one] ?? 0) & 255])),
  )
}

describe('of several sheets', () => {
  const data = rowsOfTexts([
    ['質問', '回答'],
    ['あ', 'い'],
  ])
  const cover = rowsOfTexts([
    ['説明書', '第1版'],
    ['作成者', '私'],
  ])
  const read = async (sheets: XlsxParts['sheets'], options: ImportOptions = {}) => {
    const { options: chosen, notes } = await open('a.xlsx', xlsxOf({ sheets }), options)
    return { sheet: chosen.sheet, notes }
  }
  const chosenOver = (sheet: string) => ({
    sheet,
    notes: [{ code: 'sheet-with-columns', facts: { sheet, passedOver: '表紙' } }],
  })
  const hiddenFirst = ['hidden', 'veryHidden'].map((state) => [state] as const)

  it.each(hiddenFirst)('the %s one is not taken', async (state) => {
    const sheets = [
      { name: '古い', state, rows: data },
      { name: 'データ', rows: cover },
    ]
    expect(await read(sheets)).toEqual({ sheet: 'データ' })
    expect(await read(sheets, { sheet: '古い' })).toEqual({ sheet: '古い' })
  })

  it('a hidden one is taken where nothing else is there, which is said', async () => {
    const sheets = [
      { name: '空', rows: '' },
      { name: '隠し', state: 'hidden', rows: data },
    ]
    expect(await read(sheets)).toEqual({ sheet: '隠し', notes: [{ code: 'sheet-hidden', facts: { sheet: '隠し' } }] })
  })

  it('the one with columns to learn from is taken, which is said', async () => {
    expect(
      await read([
        { name: '表紙', rows: cover },
        { name: 'データ', rows: data },
      ]),
    ).toEqual(chosenOver('データ'))
    expect(
      await read([
        { name: '一', rows: data },
        { name: '二', rows: data },
      ]),
    ).toEqual({ sheet: '一' })
    expect(
      await read([
        { name: '一', rows: cover },
        { name: '二', rows: cover },
      ]),
    ).toEqual({ sheet: '一' })
    const titled = rowsOfTexts([['社内FAQ'], ['質問', '回答']])
    expect(
      await read([
        { name: '表紙', rows: cover },
        { name: '題', rows: titled },
        { name: 'データ', rows: data },
      ]),
    ).toEqual(chosenOver('データ'))
    expect(
      await read([
        { name: '表紙', rows: cover },
        { name: '題', rows: titled },
      ]),
    ).toEqual(chosenOver('題'))
  })

  it.each(['biff8', 'xlsb'] as const)('%s: the hidden one is not taken', async (bookType) => {
    const book = XLSX.utils.book_new()
    XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([['質問', '回答']]), '古い')
    XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([['x', 'y']]), 'データ')
    book.Workbook = { Sheets: [{ Hidden: 2 }, { Hidden: 0 }] }
    const bytes = XLSX.write(book, { type: 'buffer', bookType }) as Uint8Array
    expect((await open(bookType === 'xlsb' ? 'a.xlsb' : 'a.xls', bytes)).options.sheet).toBe('データ')
  })
})
