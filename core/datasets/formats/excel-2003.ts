import { momentText } from './number-formats.ts'
import type { SheetRow, Workbook } from './sheet-rows.ts'
import type { FileContents } from './table-format.ts'
import { sayingDamage, toDamage } from './workbook-parts.ts'
import { isTrue } from './xlsx-book.ts'
import { collected, type XmlAttributes, type XmlCollector } from './xml-parser.ts'
import { checkColumn, writtenNumber } from './xlsx-rows.ts'

/** Excel 2003's XML (SpreadsheetML 2003) row by row. Throws UserError for a document that is damaged. */
export async function openExcel2003(file: FileContents): Promise<Workbook> {
  const outline = new Outline()
  try {
    for await (const _ of collected(file.pieces(), outline));
  } catch (error) {
    throw toDamage(error, file)
  }
  return {
    sheets: outline.sheets,
    rows: (sheet) => sayingDamage(file, collected(file.pieces(), new TableReader(outline, { sheet, file: file.name }))),
    share: () => file.bytesRead() / file.size,
  }
}

/** The sheets, and what styles and calendar make of their numbers. */
class Outline implements XmlCollector<never> {
  readonly sheets: { readonly name: string; isHidden: boolean }[] = []
  readonly formats = new Map<string, string>()
  is1904 = false
  #style = ''
  #text = ''

  take(): never[] {
    return []
  }

  open(tag: string, attributes: XmlAttributes): void {
    this.#text = ''
    if (tag === 'Worksheet') this.sheets.push({ name: attributes.get('Name') ?? '', isHidden: false })
    else if (tag === 'Date1904') this.is1904 = true
    else if (tag === 'Style') {
      this.#style = attributes.get('ID') ?? ''
      this.formats.set(this.#style, this.formats.get(attributes.get('Parent') ?? '') ?? 'General')
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

class TableReader implements XmlCollector<SheetRow> {
  readonly #outline: Outline
  readonly #wanted: string
  readonly #file: string
  #rows: SheetRow[] = []
  #isWanted = false
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

  constructor(outline: Outline, { sheet, file }: { readonly sheet: string; readonly file: string }) {
    this.#outline = outline
    this.#wanted = sheet
    this.#file = file
  }

  take(): SheetRow[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  open(tag: string, attributes: XmlAttributes): void {
    if (tag === 'Worksheet') this.#isWanted = attributes.get('Name') === this.#wanted
    if (!this.#isWanted) return
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

  text(text: string): void {
    if (this.#data !== null && this.#aside === 0) this.#data += text
  }

  close(tag: string): void {
    if (!this.#isWanted) return
    if (this.#aside > 0) this.#aside--
    else if (tag === 'Data') this.#closeData()
    else if (tag === 'Cell') this.#column += this.#span
    else if (tag === 'Row' && this.#cells) {
      if (this.#cells.length > 0) this.#rows.push({ number: this.#number, cells: this.#cells })
      this.#cells = null
    } else if (tag === 'Worksheet') this.isDone = true
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
