import { HEAD_ROWS } from './choose-sheet.ts'
import { momentText } from './number-formats.ts'
import { isText, type SheetRow, type Workbook } from './sheet-rows.ts'
import type { FileContents } from './table-format.ts'
import { sayingDamage, toDamage } from './workbook-parts.ts'
import { isTrue } from './xlsx-book.ts'
import { collected, readXml, type XmlAttributes, type XmlCollector, type XmlHandler } from './xml-parser.ts'
import { checkColumn, writtenNumber } from './xlsx-rows.ts'
import { ReadRows } from './read-rows.ts'

/** Excel 2003's XML (SpreadsheetML 2003) row by row. Throws UserError for a document that is damaged. */
export async function openExcel2003(file: FileContents, skipRows: number): Promise<Workbook> {
  const outline = new Outline()
  const heads = new TableReader(outline, { most: skipRows + HEAD_ROWS, file: file.name })
  try {
    await readXml(file.pieces(), outline, heads)
  } catch (error) {
    throw toDamage(error, file)
  }
  const rows = heads.rows.take()
  return {
    sheets: outline.sheets,
    heads: new Map(outline.sheets.map(({ name }) => [name, rows.filter(({ sheet }) => sheet === name)])),
    rows: (sheet) =>
      sayingDamage(file, collected(file.pieces(), new TableReader(outline, { wanted: sheet, file: file.name }))),
    share: () => file.bytesRead() / file.size,
  }
}

/** The sheets, and what styles and calendar make of their numbers. */
class Outline implements XmlHandler {
  readonly sheets: { readonly name: string; isHidden: boolean }[] = []
  readonly formats = new Map<string, string>()
  is1904 = false
  #style = ''
  #text = ''

  open(tag: string, attributes: XmlAttributes): void {
    this.#text = ''
    if (tag === 'Worksheet') this.sheets.push({ name: attributes.get('Name') ?? '', isHidden: false })
    else if (tag === 'Date1904') this.is1904 = true
    else if (tag === 'Style') {
      this.#style = attributes.get('ID') ?? ''
      this.formats.set(this.#style, this.formats.get(attributes.get('Parent') ?? 'Default') ?? 'General')
    } else if (tag === 'NumberFormat') {
      const format = attributes.get('Format') ?? 'General'
      this.formats.set(this.#style, namedFormats[format] ?? format)
    }
  }

  close(tag: string): void {
    const sheet = this.sheets.at(-1)
    if (tag === 'Visible' && sheet) sheet.isHidden = /hidden$/i.test(this.#text.trim())
  }

  text(text: string): void {
    if (this.#text.length < MAX_WORD) this.#text += text
  }
}

const MAX_WORD = 100

/** Codes of the formats that have a name: what is not here is a number. */
const namedFormats: Readonly<Record<string, string>> = {
  'General Number': 'General',
  'General Date': 'yyyy h:mm',
  'Long Date': 'yyyy',
  'Medium Date': 'yyyy',
  'Short Date': 'yyyy',
  'Long Time': 'h:mm:ss',
  'Medium Time': 'h:mm',
  'Short Time': 'h:mm',
  Currency: '0',
  'Euro Currency': '0',
  Fixed: '0',
  Standard: '0',
  Percent: '0',
  Scientific: '0',
  'Yes/No': '0',
  'True/False': '0',
  'On/Off': '0',
}

interface TableRow extends SheetRow {
  readonly sheet: string
}

/** Reads the cells of one sheet, or the first rows with text of each. */
class TableReader implements XmlCollector<TableRow> {
  readonly #outline: Outline
  readonly #wanted: string | undefined
  readonly #most: number
  readonly #file: string
  readonly rows = new ReadRows<TableRow>()
  #sheet = ''
  #filled = 0
  #number = 0
  #cells: (string | null)[] | null = null
  #column = 0
  #span = 1
  #style: { row: string | undefined; cell: string | undefined } = { row: undefined, cell: undefined }
  #type = ''
  /** The text of the cell's data; null outside of it. */
  #data: string | null = null
  #aside = 0
  isDone = false

  constructor(outline: Outline, { wanted, most = Infinity, file }: { wanted?: string; most?: number; file: string }) {
    this.#outline = outline
    this.#wanted = wanted
    this.#most = most
    this.#file = file
  }

  open(tag: string, attributes: XmlAttributes): void {
    if (tag === 'Worksheet') this.#openSheet(attributes.get('Name') ?? '')
    if (!this.#isRead()) return
    if (this.#aside > 0 || tag === 'Comment' || tag === 'PhoneticText') this.#aside++
    else if (tag === 'Row') {
      this.#number = Number(attributes.get('Index')) || this.#number + 1
      this.#cells = []
      this.#column = 0
      this.#style.row = attributes.get('StyleID')
    } else if (tag === 'Cell') {
      this.#column = (Number(attributes.get('Index')) || this.#column + 1) - 1
      this.#span = 1 + (Number(attributes.get('MergeAcross')) || 0)
      this.#style.cell = attributes.get('StyleID')
    } else if (tag === 'Data') {
      this.#type = attributes.get('Type') ?? 'String'
      this.#data = ''
    }
  }

  #openSheet(name: string): void {
    this.#sheet = name
    this.#filled = 0
    this.#number = 0
  }

  #isRead(): boolean {
    return (this.#wanted ?? this.#sheet) === this.#sheet && this.#filled < this.#most
  }

  text(text: string): void {
    if (this.#data !== null && this.#aside === 0) this.#data += text
  }

  close(tag: string): void {
    if (!this.#isRead()) return
    if (this.#aside > 0) this.#aside--
    else if (tag === 'Data') this.#closeData()
    else if (tag === 'Cell') this.#column += this.#span
    else if (tag === 'Row' && this.#cells) {
      this.#closeRow(this.#cells)
      this.#cells = null
    } else if (tag === 'Worksheet') this.isDone = this.#wanted !== undefined
  }

  #closeRow(cells: readonly (string | null)[]): void {
    const isFilled = cells.some(isText)
    // Only rows with text make a head.
    if (isFilled || (this.#wanted !== undefined && cells.length > 0))
      this.rows.push({ sheet: this.#sheet, number: this.#number, cells })
    if (isFilled) this.#filled++
  }

  #closeData(): void {
    const cells = this.#cells
    if (cells && this.#data !== null) {
      checkColumn(this.#column, this.#file)
      while (cells.length < this.#column) cells.push(null)
      cells[this.#column] = this.#cellText(this.#data)
    }
    this.#data = null
  }

  #cellText(data: string): string | null {
    const { formats, is1904 } = this.#outline
    const format = formats.get(this.#style.cell ?? this.#style.row ?? 'Default') ?? 'General'
    switch (this.#type) {
      case 'Number':
        return data.trim() === '' ? null : writtenNumber(data.trim(), format, is1904)
      case 'DateTime':
        return momentText(data, format)
      case 'Boolean':
        return isTrue(data.trim()) ? 'TRUE' : 'FALSE'
      default:
        return data
    }
  }
}
