import { UserError } from '../../contract/index.ts'
import { HEAD_ROWS } from './choose-sheet.ts'
import { clockText, momentText } from './number-formats.ts'
import { isText, type SheetRow, type Workbook } from './sheet-rows.ts'
import type { FileContents } from './table-format.ts'
import { sayingDamage, toDamage } from './workbook-parts.ts'
import { collected, readXml, type XmlAttributes, type XmlCollector, type XmlHandler } from './xml-parser.ts'
import { checkColumn, writtenNumber } from './xlsx-rows.ts'
import { ReadRows } from './read-rows.ts'

/**
 * OpenDocument's sheets row by row, out of content.xml or of a document that is one XML file. Throws UserError for a
 * document that is damaged.
 */
export async function openOpenDocument(
  pieces: () => AsyncIterable<Uint8Array>,
  file: FileContents,
  skipRows: number,
): Promise<Workbook> {
  const outline = new Outline()
  const heads = new TableReader({ most: skipRows + HEAD_ROWS, file: file.name })
  try {
    await readXml(pieces(), outline, heads)
  } catch (error) {
    throw toDamage(error, file)
  }
  const rows = heads.rows.take()
  return {
    sheets: outline.sheets,
    heads: new Map(outline.sheets.map(({ name }, index) => [name, rows.filter(({ table }) => table === index)])),
    rows: (sheet) =>
      sayingDamage(
        file,
        collected(
          pieces(),
          new TableReader({ wanted: outline.sheets.findIndex(({ name }) => name === sheet), file: file.name }),
        ),
      ),
  }
}

/** The tables' names, and which of them are shown. */
class Outline implements XmlHandler {
  readonly #hiddenStyles = new Set<string>()
  readonly sheets: { readonly name: string; readonly isHidden: boolean }[] = []
  #style = ''
  #nesting = 0

  open(tag: string, attributes: XmlAttributes): void {
    if (tag === 'style') this.#style = attributes.get('name') ?? ''
    else if (tag === 'table-properties' && attributes.get('display') === 'false') this.#hiddenStyles.add(this.#style)
    else if (tag === 'table' && this.#nesting++ === 0)
      this.sheets.push({
        name: attributes.get('name') ?? '',
        isHidden: this.#hiddenStyles.has(attributes.get('style-name') ?? ''),
      })
  }

  close(tag: string): void {
    if (tag === 'table') this.#nesting--
  }

  text(): void {}
}

/** Cells and spaces that a sheet may hold besides those that are written out. */
const MAX_REPEATED_CELLS = 2_000_000
const MAX_REPEATED_SPACES = 2 ** 26

/** What stands in a cell besides its text: comments, the reading of characters, footnotes, changes, shapes. */
const ASIDE: ReadonlySet<string> = new Set(
  (
    'annotation ruby-text note tracked-changes shapes frame custom-shape g rect line ellipse circle path polygon ' +
    'polyline regular-polygon connector caption measure control'
  ).split(' '),
)

interface TableRow extends SheetRow {
  readonly table: number
}

/** Reads the cells of one table, or the first rows with text of each (OpenDocument 1.3, part 3, 9.1). */
class TableReader implements XmlCollector<TableRow> {
  readonly #wanted: number | undefined
  readonly #most: number
  readonly #file: string
  readonly rows = new ReadRows<TableRow>()
  #filled = 0
  #table = -1
  #nesting = 0
  #aside = 0
  #number = 1
  #rowTimes = 1
  #cells: (string | null)[] | null = null
  #cell: Cell | null = null
  #column = 0
  #repeated = 0
  #spaces = 0
  isDone = false

  constructor({ wanted, most = Infinity, file }: { wanted?: number; most?: number; file: string }) {
    this.#wanted = wanted
    this.#most = most
    this.#file = file
  }

  open(tag: string, attributes: XmlAttributes): void {
    if (this.#aside > 0 || ASIDE.has(tag)) this.#aside++
    else if (tag === 'table') {
      if (this.#nesting++ === 0) this.#openTable()
    } else if (!this.#isRead()) return
    else if (tag === 'table-row') {
      this.#rowTimes = times(attributes.get('number-rows-repeated'))
      this.#cells = []
      this.#column = 0
    } else if (this.#cells && (tag === 'table-cell' || tag === 'covered-table-cell'))
      this.#cell = new Cell(attributes, tag === 'covered-table-cell')
    else this.#cell?.open(tag, tag === 's' ? this.#spacesOf(attributes) : '')
  }

  #openTable(): void {
    this.#table++
    this.#filled = 0
    this.#number = 1
  }

  #isRead(): boolean {
    return this.#nesting === 1 && (this.#wanted ?? this.#table) === this.#table && this.#filled < this.#most
  }

  #spacesOf(attributes: XmlAttributes): string {
    const count = times(attributes.get('c'))
    this.#spaces += count
    if (this.#spaces > MAX_REPEATED_SPACES) this.#refuse()
    return ' '.repeat(count)
  }

  text(text: string): void {
    if (this.#aside === 0) this.#cell?.add(text)
  }

  close(tag: string): void {
    if (this.#aside > 0) this.#aside--
    else if (tag === 'table') {
      if (--this.#nesting === 0 && this.#table === this.#wanted) this.isDone = true
    } else if (!this.#isRead()) return
    else if (tag === 'table-row' && this.#cells) this.#closeRow(this.#cells)
    else if (this.#cells && this.#cell && (tag === 'table-cell' || tag === 'covered-table-cell'))
      this.#closeCell(this.#cells, this.#cell)
    else this.#cell?.close(tag)
  }

  #closeCell(cells: (string | null)[], cell: Cell): void {
    this.#cell = null
    const text = cell.value()
    if (text !== null) {
      this.#repeat(cell.times - 1)
      checkColumn(this.#column + cell.times - 1, this.#file)
      while (cells.length < this.#column) cells.push(null)
      for (let count = 0; count < cell.times; count++) cells.push(text)
    }
    this.#column += cell.times
  }

  #closeRow(cells: (string | null)[]): void {
    const isFilled = cells.some(isText)
    // Only rows with text make a head.
    if (isFilled || (this.#wanted !== undefined && cells.length > 0)) {
      this.#repeat((this.#rowTimes - 1) * cells.length)
      for (let count = 0; count < this.#rowTimes && this.#filled < this.#most; count++) {
        this.rows.push({ table: this.#table, number: this.#number + count, cells })
        if (isFilled) this.#filled++
      }
    }
    this.#number += this.#rowTimes
    this.#cells = null
  }

  #repeat(cells: number): void {
    this.#repeated += cells
    if (this.#repeated > MAX_REPEATED_CELLS) this.#refuse()
  }

  #refuse(): never {
    throw new UserError('dataset/workbook-too-great', { file: this.#file })
  }
}

const times = (count: string | undefined): number => Math.max(1, Math.floor(Number(count ?? 1)) || 1)

/** A cell while it is read. */
class Cell {
  readonly times: number
  readonly #type: string | undefined
  readonly #written: string | undefined
  readonly #isCovered: boolean
  readonly #paragraphs: string[] = []
  #depth = 0

  constructor(attributes: XmlAttributes, isCovered: boolean) {
    this.times = times(attributes.get('number-columns-repeated'))
    this.#type = attributes.get('value-type')
    this.#written = attributes.get(valueNames[this.#type ?? ''] ?? 'string-value')
    this.#isCovered = isCovered
  }

  open(tag: string, space: string): void {
    if (tag === 'p' || tag === 'h') {
      if (this.#depth++ === 0) this.#paragraphs.push('')
    } else if (tag === 's') this.#put(space)
    else if (tag === 'tab') this.#put('\t')
    else if (tag === 'line-break') this.#put('\n')
  }

  close(tag: string): void {
    if (tag === 'p' || tag === 'h') this.#depth--
  }

  /** Blank space of the document itself is one space, and none at the beginning of a paragraph. */
  add(text: string): void {
    const shown = text.replaceAll(/[ \t\r\n]+/g, ' ')
    const last = this.#paragraphs.at(-1) ?? ''
    this.#put(shown.startsWith(' ') && /(?:^|[ \t\n])$/.test(last) ? shown.slice(1) : shown)
  }

  #put(text: string): void {
    if (this.#depth > 0) this.#paragraphs.push((this.#paragraphs.pop() ?? '') + text)
  }

  /** What the cell says; null where it is empty. */
  value(): string | null {
    if (this.#isCovered) return null
    const shown = this.#paragraphs.length > 0 ? this.#paragraphs.join('\n') : null
    const written = this.#written
    if (written === undefined || this.#type === undefined) return shown
    switch (this.#type) {
      case 'float':
      case 'percentage':
      case 'currency':
        return writtenNumber(written, 'General', false)
      case 'boolean':
        return written === 'true' ? 'TRUE' : 'FALSE'
      case 'date':
        return momentText(written, 'yyyy')
      case 'time':
        return durationText(written, /:\d\d[.,]\d/.test(shown ?? ''))
      default:
        return shown ?? written
    }
  }
}

const valueNames: Readonly<Record<string, string>> = {
  float: 'value',
  percentage: 'value',
  currency: 'value',
  boolean: 'boolean-value',
  date: 'date-value',
  time: 'time-value',
}

const DURATION = /^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d*)?)S)?)?$/

/** An elapsed time such as PT30H15M00S as hours, minutes and seconds; the text itself where it is none. */
function durationText(written: string, hasFraction: boolean): string {
  const [whole, sign, days = '0', hours = '0', minutes = '0', seconds = '0'] = DURATION.exec(written.trim()) ?? []
  if (!whole) return written
  const total = (Number(days) * 24 + Number(hours)) * 3600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'))
  const ms = hasFraction ? Math.round(total * 1000) : Math.round(total) * 1000
  return clockText(sign ? -ms : ms)
}
