import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { utils, write, type WorkSheet } from 'xlsx'
import { PathToRead } from '../../contract/index.ts'
import { previewTable } from '../import.ts'
import { zipOf } from '../testing/zip-file.ts'
import { listZip, readZipEntry } from './zip.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-bounds-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function preview(name: string, contents: string | Uint8Array) {
  const file = PathToRead.parse(join(folder, name))
  await writeFile(file, contents)
  return previewTable(file, {}, 'ja')
}
const expectRefused = (work: Promise<unknown>, code: string) => expect(work).rejects.toMatchObject({ error: { code } })

const documentOf = (table: string, rest = '') =>
  `<?xml version="1.0"?><office:document xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:number="n">${rest}<office:body><office:spreadsheet><table:table table:name="a">${table}</table:table></office:spreadsheet></office:body></office:document>`
const row = (cells: string, attributes = '') => `<table:table-row${attributes}>${cells}</table:table-row>`
const cell = (text: string, attributes = '') =>
  `<table:table-cell office:value-type="string"${attributes}><text:p>${text}</text:p></table:table-cell>`
const HEADER = row(cell('q') + cell('a'))
const MANY = '1000000000'

const repeated: readonly (readonly [string, string])[] = [
  ['a row', row(cell('x'), ` table:number-rows-repeated="${MANY}"`)],
  ['a cell', row(cell('x', ` table:number-columns-repeated="${MANY}"`))],
  ['a cell of a row', row(cell('x', ' table:number-columns-repeated="10000"'), ' table:number-rows-repeated="10000"')],
  [
    'a number',
    row(
      `<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="${MANY}"></table:table-cell>`,
    ),
  ],
  ['a count with an exponent', row(cell('x'), ' table:number-rows-repeated="1e9"')],
  ['an attribute behind a sign', row(cell('x'), ` table:style-name="&gt;>" table:number-rows-repeated="${MANY}"`)],
  ['a space', row(cell(`<text:s text:c="500000000"/>`))],
]

describe.each(['fods', 'ods'])('%s', (ending) => {
  const fileOf = (text: string) =>
    ending === 'fods'
      ? text
      : zipOf(
          { name: 'mimetype', contents: 'application/vnd.oasis.opendocument.spreadsheet' },
          { name: 'META-INF/manifest.xml', contents: '<manifest:manifest/>' },
          { name: 'styles.xml', contents: '<office:document-styles/>' },
          { name: 'content.xml', contents: text },
        )

  it.each(repeated)('refuses %s that is repeated without end', async (_, table) => {
    await expectRefused(preview(`a.${ending}`, fileOf(documentOf(HEADER + table))), 'dataset/workbook-too-great')
  })

  it('asks for no digits of a format', async () => {
    const style = `<office:styles><number:number-style style:name="n"><number:number number:min-integer-digits="500000000"/></number:number-style></office:styles>`
    expect((await preview(`a.${ending}`, fileOf(documentOf(HEADER, style)))).columns).toHaveLength(2)
  })

  it('reads what lies behind a million empty rows, and a few cells that are repeated', async () => {
    const empty = row(
      '<table:table-cell table:number-columns-repeated="16384"/>',
      ` table:number-rows-repeated="${MANY}"`,
    )
    const unfilled = row(
      '<table:table-cell table:number-columns-repeated="16384"></table:table-cell>',
      ' table:number-rows-repeated="1000000"',
    )
    const { rows, columns } = await preview(
      `a.${ending}`,
      fileOf(
        documentOf(
          HEADER +
            row(cell('x', ' table:number-columns-repeated="2"'), ' table:number-rows-repeated="2"') +
            unfilled +
            empty +
            row(cell('1') + cell('2')) +
            empty,
        ),
      ),
    )
    expect(columns.map(({ name }) => name)).toEqual(['q', 'a'])
    expect(rows).toEqual([
      ['x', 'x'],
      ['x', 'x'],
      ['1', '2'],
    ])
  })

  it('expands no entities', async () => {
    const entities = `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">${[...'bcdefghij'].map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghij'[index]};`.repeat(10)}">`).join('')}]>`
    const text = documentOf(HEADER + row(cell('&j;') + cell('2')))
    const { rows } = await preview(`a.${ending}`, fileOf(text.replace('?>', `?>${entities}`)))
    expect(rows).toEqual([['&j;', '2']])
  })
})

/** A sound workbook whose only sheet holds this instead. */
async function xlsxOf(sheet: string): Promise<Buffer> {
  const book = utils.book_new()
  utils.book_append_sheet(book, utils.aoa_to_sheet([['q']]), 'a')
  const bytes = Uint8Array.from(write(book, { type: 'buffer', bookType: 'xlsx' }) as Uint8Array)
  const parts = listZip(bytes).map(async (name) => {
    const contents = await readZipEntry(bytes, name, 'sound.xlsx')
    return {
      name,
      contents:
        name === 'xl/worksheets/sheet1.xml'
          ? `<?xml version="1.0"?>\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${sheet}</worksheet>`
          : contents,
    }
  })
  return zipOf(...(await Promise.all(parts)))
}
const text = (at: string, value: string, kind = 'inlineStr') =>
  kind === 'd' ? `<c r="${at}" t="d"><v>${value}</v></c>` : `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`

describe('xlsx', () => {
  const head = `<row r="1">${text('A1', 'q')}${text('B1', 'a')}</row>`
  const last = (at: number | string) => `<row r="${at}">${text(`A${at}`, '1')}${text(`B${at}`, '2')}</row>`
  /** A date makes the other library read the sheet. */
  const dated = `<row r="2">${text('A2', '2024-01-01', 'd')}</row>`

  it.each([
    ['by rows', ''],
    ['as a whole', dated],
  ])('reads a cell in the last row, %s', async (_, more) => {
    expect(
      (await preview('a.xlsx', await xlsxOf(`<sheetData>${head}${more}${last(1_048_576)}</sheetData>`))).rows.at(-1),
    ).toEqual(['1', '2'])
  })

  it.each([
    ['by rows', ''],
    ['as a whole', dated],
  ])('reads a sheet that lies about its size, %s', async (_, more) => {
    expect(
      (
        await preview(
          'a.xlsx',
          await xlsxOf(`<dimension ref="A1:XFD1048576"/><sheetData>${head}${more}${last(3)}</sheetData>`),
        )
      ).rows.at(-1),
    ).toEqual(['1', '2'])
  })

  const strange: readonly (readonly [string, string])[] = [
    ['a row beyond all rows', `<sheetData>${head}${last(4_000_000_000)}</sheetData>`],
    ['a column beyond all columns', `<sheetData>${head}<row r="2">${text('ZZZZZZ2', 'x')}</row></sheetData>`],
    [
      'merged ranges',
      `<sheetData>${head}${last(2)}</sheetData><mergeCells>${'<mergeCell ref="A1:XFD1048576"/>'.repeat(1000)}</mergeCells>`,
    ],
    [
      'columns',
      `<cols>${'<col min="1" max="1000000000" width="9"/>'.repeat(100)}</cols><sheetData>${head}${last(2)}</sheetData>`,
    ],
    [
      'links',
      `<sheetData>${head}${last(2)}</sheetData><hyperlinks><hyperlink ref="A1:XFD1048576" location="a"/></hyperlinks>`,
    ],
    [
      'shared formulas',
      `<sheetData>${head}<row r="2"><c r="A2"><f t="shared" ref="A2:XFD1048576" si="0">B2</f><v>1</v></c><c r="B2"><f t="array" ref="A1:XFD1048576">A1</f><v>2</v></c></row></sheetData>`,
    ],
  ]
  it.each(
    strange.flatMap(
      ([what, sheet]) =>
        [
          [what, 'by rows', sheet],
          [
            what,
            'as a whole',
            sheet.replace('</sheetData>', `<row r="9">${text('A9', '2024-01-01', 'd')}</row></sheetData>`),
          ],
        ] as const,
    ),
  )('answers %s without end, %s', async (_, __, sheet) => {
    const answer = await preview('a.xlsx', await xlsxOf(sheet)).then(
      ({ columns }) =>
        columns
          .map(({ name }) => name)
          .slice(0, 2)
          .join(),
      ({ error }: { error: { code: string } }) => error.code,
    )
    expect(['q,a', 'dataset/workbook-damaged', 'dataset/workbook-too-great', 'dataset/too-many-columns']).toContain(
      answer,
    )
  })
})

describe('other workbooks', () => {
  it('of Excel 2003 are read wherever their rows lie', async () => {
    const data = (value: string) => `<Cell><Data ss:Type="String">${value}</Data></Cell>`
    const book = (index: string) =>
      `<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="a"><Table><Row>${data('q')}${data('a')}</Row><Row ss:Index="${index}">${data('1')}${data('2')}</Row></Table></Worksheet></Workbook>`
    expect((await preview('a.xml', book('1000000000'))).rows).toEqual([['1', '2']])
    await expectRefused(
      preview('a.xml', book('2').replaceAll('<Cell>', '<Cell ss:Index="1000000000">')),
      'dataset/too-many-columns',
    )
  })

  it('in HTML are read whatever their cells span', async () => {
    const html = `<html><table><tr><td>q</td><td>a</td></tr><tr><td rowspan="1000000000">1</td><td colspan="1">2</td></tr><tr><td>3</td></tr></table></html>`
    expect((await preview('a.xls', html)).rows[0]).toEqual(['1', '2'])
    await expectRefused(
      preview('a.xls', html.replace('<td rowspan="1000000000">', '<td colspan="1000000000">')),
      'dataset/too-many-columns',
    )
  })

  it('of Excel 97 with rows far apart are read', async () => {
    const sheet: WorkSheet = utils.aoa_to_sheet([['q', 'a']])
    utils.sheet_add_aoa(sheet, [['1', '2']], { origin: { r: 65_535, c: 0 } })
    const book = utils.book_new()
    utils.book_append_sheet(book, sheet, 'a')
    expect((await preview('a.xls', write(book, { type: 'buffer', bookType: 'xls' }) as Uint8Array)).rows).toEqual([
      ['1', '2'],
    ])
  })
})
