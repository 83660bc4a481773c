import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentOf } from '../testing/workbook-files.ts'
import { zipOf } from '../testing/zip-file.ts'
import { openTable } from './index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-documents-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function open(name: string, contents: string | Uint8Array) {
  const file = join(folder, name)
  await writeFile(file, contents)
  const table = await openTable(file)
  const rows: (readonly (string | null)[])[] = []
  for await (const row of table.rows()) rows.push(row)
  return { ...table, rows }
}

const MIMETYPE = 'application/vnd.oasis.opendocument.spreadsheet'
/** Without styles.xml, as several programs write it. */
const odsOf = (content: string | Uint8Array) =>
  zipOf({ name: 'mimetype', contents: MIMETYPE }, { name: 'content.xml', contents: content })
const row = (...cells: string[]) => `<table:table-row>${cells.join('')}</table:table-row>`
const cell = (text: string, attributes = 'office:value-type="string"') =>
  `<table:table-cell ${attributes}>${text}</table:table-cell>`
const p = (text: string) => `<text:p>${text}</text:p>`
const table = (rows: string, attributes = 'table:name="表"') => `<table:table ${attributes}>${rows}</table:table>`
const HEADER = row(cell(p('q')), cell(p('a')))

const cases: readonly (readonly [string, string | null])[] = [
  [cell(p('あ<text:s text:c="2"/>い<text:tab/>う<text:line-break/>え')), 'あ  い\tう\nえ'],
  [cell(p('一') + p('二')), '一\n二'],
  [cell(p('\n  改\n  行 ')), '改 行 '],
  [
    cell(
      p('<text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>とうきょう</text:ruby-text></text:ruby>都'),
    ),
    '東京都',
  ],
  [cell(`<office:annotation><text:p>注</text:p></office:annotation>${p('本文')}`), '本文'],
  [cell(p('本文') + '<draw:custom-shape><text:p>図</text:p></draw:custom-shape>'), '本文'],
  [cell(p('<text:span>a<new:tag>b</new:tag></text:span><text:a>c</text:a>')), 'abc'],
  [cell(p('1,250'), 'office:value-type="float" office:value="1250"'), '1250'],
  [cell(p('50%'), 'office:value-type="percentage" office:value="0.5"'), '0.5'],
  [cell(p('￥5'), 'office:value-type="currency" office:currency="JPY" office:value="5"'), '5'],
  [cell(p('真'), 'office:value-type="boolean" office:boolean-value="true"'), 'TRUE'],
  [cell(p('R5/3/15'), 'office:value-type="date" office:date-value="2023-03-15"'), '2023-03-15'],
  [cell(p('x'), 'office:value-type="date" office:date-value="2023-03-15T12:00:00.000000001"'), '2023-03-15 12:00:00'],
  [cell(p('30:00'), 'office:value-type="time" office:time-value="PT30H00M00S"'), '30:00:00'],
  [cell(p('9:29'), 'office:value-type="time" office:time-value="PT09H29M59.999999997S"'), '09:30:00'],
  [cell(p('00:01.5'), 'office:value-type="time" office:time-value="PT00H00M01.5S"'), '00:00:01.5'],
  [cell(p('-1:00'), 'office:value-type="time" office:time-value="-PT1H"'), '-01:00:00'],
  [cell(p('#N/A'), 'office:value-type="string" office:string-value="" calcext:value-type="error"'), '#N/A'],
  [cell('', 'office:value-type="string" office:string-value="値"'), '値'],
  ['<table:covered-table-cell office:value-type="string"><text:p>隠</text:p></table:covered-table-cell>', null],
  [cell(''), null],
]

describe.each(['ods', 'fods'])('%s', (ending) => {
  const read = (tables: string, styles = '') => {
    const content = documentOf(tables, styles)
    return open(
      `a.${ending}`,
      ending === 'ods' ? odsOf(content) : content.replaceAll('office:document-content', 'office:document'),
    )
  }

  it.each(cases)('%s says %j', async (text, want) => {
    const { rows } = await read(table(HEADER + row(text, cell(p('x')))))
    expect(rows[1]).toEqual([want, 'x'])
  })

  it('takes no hidden sheet', async () => {
    const style =
      '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
    const { sheets, options } = await read(
      table(HEADER, 'table:name="隠" table:style-name="ta2"') + table(HEADER, 'table:name="見"'),
      style,
    )
    expect([sheets, options.sheet]).toEqual([['隠', '見'], '見'])
  })

  it('takes the sheet with columns to learn from', async () => {
    const cover = table(row(cell(p('表紙'))).repeat(20), 'table:name="表紙"')
    const data = table(row(cell(p('質問')), cell(p('回答'))), 'table:name="データ"')
    const { options, notes, rows } = await read(cover + data)
    expect(options.sheet).toBe('データ')
    expect(notes).toEqual([{ code: 'sheet-with-columns', facts: { sheet: 'データ', passedOver: '表紙' } }])
    expect(rows).toEqual([['質問', '回答']])
  })

  it('counts repeated rows and cells', async () => {
    const empty =
      '<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="1000"/></table:table-row>'
    const twice = `<table:table-row table:number-rows-repeated="2">${cell(p('x'), 'office:value-type="string" table:number-columns-repeated="2"')}</table:table-row>`
    expect((await read(table(empty + HEADER + empty + twice))).rows).toEqual([
      ['q', 'a'],
      ['x', 'x'],
      ['x', 'x'],
    ])
  })
})

it('is read in UTF-16', async () => {
  const content = documentOf(table(HEADER + row(cell(p('あ')), cell(p('い'))))).replace('UTF-8', 'UTF-16')
  expect((await open('a.ods', odsOf(Buffer.from(`\ufeff${content}`, 'utf16le')))).rows[1]).toEqual(['あ', 'い'])
})

it('that is cut off is damaged', async () => {
  await expect(open('a.ods', odsOf(documentOf(table(HEADER)).slice(0, -30)))).rejects.toMatchObject({
    error: { code: 'dataset/workbook-damaged' },
  })
})
