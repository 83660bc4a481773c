import { MAX_COLUMNS, UserError } from '../../contract/index.ts'
import { momentText, numberText } from './number-formats.ts'
import type { SheetRow, Workbook } from './sheet-rows.ts'
import type { FileContents } from './table-format.ts'
import { sayingDamage, toDamage } from './workbook-parts.ts'
import { isTrue, openXlsxBook, RichText, unescaped, type XlsxBook } from './xlsx-book.ts'
import { collected, type XmlAttributes, type XmlCollector } from './xml-parser.ts'
import { ReadRows } from './read-rows.ts'

/** The largest sheet that a million rows fill. */
export const MAX_SHEET_BYTES = 2 ** 32 - 1

/** XLSX row by row; null for other ZIP files. Throws UserError for a workbook that is damaged. */
export async function openXlsx(bytes: Uint8Array, file: FileContents): Promise<Workbook | null> {
  const book = await openXlsxBook(bytes, file).catch((error: unknown) => {
    throw toDamage(error, file)
  })
  if (!book) return null
  return {
    sheets: book.sheets,
    rows(sheet) {
      const part = book.sheets.find(({ name }) => name === sheet)?.part ?? ''
      if (!book.parts.has(part)) return []
      return sayingDamage(file, collected(book.parts.pieces(part, MAX_SHEET_BYTES), new SheetReader(book, file.name)))
    },
    share: () => book.parts.share(),
  }
}

/** Columns of the widest sheet that a program makes. */
export const SHEET_COLUMNS = 16_384

/** Throws UserError for a column beyond all sheets. */
export function checkColumn(index: number, file: string): number {
  if (index < SHEET_COLUMNS) return index
  throw new UserError('dataset/too-many-columns', { file, found: index + 1, limit: MAX_COLUMNS })
}

/** Reads the cells of a sheet (ECMA-376, 18.3.1.4). */
class SheetReader implements XmlCollector<SheetRow> {
  readonly #book: XlsxBook
  readonly #file: string
  readonly #rich = new RichText()
  readonly rows = new ReadRows<SheetRow>()
  #number = 0
  #cells: (string | null)[] | null = null
  #column = 0
  #type: string | undefined
  #style = 0
  /** What `v` holds; null where there is none. */
  #value: string | null = null
  #inline: string | null = null
  #within: 'cell' | 'value' | 'inline' | null = null

  constructor(book: XlsxBook, file: string) {
    this.#book = book
    this.#file = file
  }

  open(tag: string, attributes: XmlAttributes): void {
    if (this.#within === 'inline') this.#rich.open(tag)
    else if (this.#within === 'cell' && tag === 'v') {
      this.#within = 'value'
      this.#value = ''
    } else if (this.#within === 'cell' && tag === 'is') this.#within = 'inline'
    else if (this.#cells && this.#within === null && tag === 'c') this.#openCell(attributes)
    else if (tag === 'row') {
      this.#number = Number(attributes.get('r')) || this.#number + 1
      this.#cells = []
    }
  }

  #openCell(attributes: XmlAttributes): void {
    const place = columnOf(attributes.get('r'))
    this.#column = checkColumn(place ?? this.#cells?.length ?? 0, this.#file)
    this.#type = attributes.get('t')
    this.#style = Number(attributes.get('s') ?? 0)
    this.#value = this.#inline = null
    this.#within = 'cell'
  }

  text(text: string): void {
    if (this.#within === 'value') this.#value += text
    else if (this.#within === 'inline') this.#rich.add(text)
  }

  close(tag: string): void {
    if (this.#within === 'inline') {
      if (tag !== 'is') return this.#rich.close(tag)
      this.#inline = this.#rich.take()
      this.#within = 'cell'
    } else if (tag === 'v' && this.#within === 'value') this.#within = 'cell'
    else if (tag === 'c' && this.#within === 'cell') this.#closeCell()
    else if (tag === 'row' && this.#cells) {
      if (this.#cells.length > 0) this.rows.push({ number: this.#number, cells: this.#cells })
      this.#cells = null
    }
  }

  #closeCell(): void {
    this.#within = null
    const cells = this.#cells ?? []
    while (cells.length < this.#column) cells.push(null)
    cells[this.#column] = this.#inline ?? this.#cellText()
  }

  #cellText(): string | null {
    const value = this.#value
    if (value === null) return null
    const format = this.#book.formats[this.#style] ?? 'General'
    switch (this.#type) {
      case 's':
        return /^\s*\d+\s*$/.test(value) ? (this.#book.texts[Number(value)] ?? null) : null
      case 'str':
      case 'inlineStr':
        return unescaped(value)
      case 'b':
        return value === '' ? null : isTrue(value.trim().toLowerCase()) ? 'TRUE' : 'FALSE'
      case 'e':
        return value
      case 'd':
        return value === '' ? null : momentText(value, format)
      default:
        return value.trim() === '' ? null : writtenNumber(value.trim(), format, this.#book.is1904)
    }
  }
}

/** A number's text; whole numbers keep the digits that a double does not have. */
export function writtenNumber(written: string, format: string, is1904: boolean): string {
  const value = Number(written)
  if (!Number.isFinite(value)) return written
  const text = numberText(value, format, is1904)
  return text === String(value) && /^-?[1-9]\d*$/.test(written) ? written : text
}

const A = 64

/** The column of a cell's name such as AB12, from 0; undefined where it names none. */
function columnOf(name: string | undefined): number | undefined {
  const letters = /^\$?([A-Za-z]{1,7})\$?\d/.exec(name ?? '')?.[1]
  if (letters === undefined) return undefined
  let column = 0
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - A
  return column - 1
}
