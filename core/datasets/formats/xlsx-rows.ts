import { UserError } from '../../contract/index.ts'
import { isFilled, type Sheets, type SheetValue } from './sheet-rows.ts'
import type { FileContents } from './table-format.ts'
import { GIB, isZip, MAX_SHARED_BYTES, readThrough, toDamage } from './workbook-parts.ts'
import { has, listZip, sizeInZip, streamZipEntry } from './zip.ts'

/** A workbook and the sheet that is read. */
export interface Chosen {
  readonly sheets: Sheets
  /** Undefined where there is nothing in it. */
  readonly sheet: string | undefined
  /** About how many rows it has, where the file tells. */
  readonly rowCount?: number | undefined
}

/** The wanted sheet, else the first with contents. */
export async function chosen(sheets: Sheets, wanted: string | undefined): Promise<Chosen> {
  for (const sheet of wanted !== undefined && sheets.names.includes(wanted) ? [wanted] : sheets.names)
    if (await isFilled(sheets.rows(sheet))) return { sheets, sheet }
  return { sheets, sheet: undefined }
}

/** XLSX by the library that reads it row by row; null for other files and for those that it cannot read. */
export async function openXlsx(file: FileContents, wanted: string | undefined): Promise<Chosen | null> {
  if (!isZip(file)) return null
  const bytes = await file.whole()
  if (!has(listZip(bytes), 'xl/workbook.xml')) return null
  await refuseGreatParts(bytes, file)
  const { hasDateCells, rowCount } = await surveySheets(bytes, file)
  if (hasDateCells) return null
  const { readXlsx, streamXlsxRows } = await import('hucre/xlsx')
  const names: string[] = []
  const rowsIn = async function* (sheet: string) {
    for await (const { values } of streamXlsxRows(bytes, { sheet })) {
      file.throwIfCancelled()
      yield values
    }
  }
  try {
    // Of every sheet only the name is asked for.
    await readXlsx(bytes, {
      sheets: ({ name }) => {
        names.push(name)
        return false
      },
    })
    const { sheet } = await chosen({ names, rows: rowsIn }, wanted)
    return {
      sheet,
      rowCount: names.length === 1 ? rowCount : undefined,
      sheets: { names, rows: (name) => sayingDamage(file, rowsIn(name)) },
    }
  } catch {
    file.throwIfCancelled()
    return null
  }
}

/**
 * How Excel's strict format marks a cell that holds a date as a text; the reader by rows cannot tell it from other
 * texts.
 */
const DATE_CELL = [' t="d"', " t='d'"] as const

/** The range that a sheet says to fill, near its beginning. */
const DIMENSION = /<dimension ref="[A-Z]+\d+:[A-Z]+(\d+)"/

async function surveySheets(
  bytes: Uint8Array,
  file: FileContents,
): Promise<{ readonly hasDateCells: boolean; readonly rowCount?: number }> {
  let rowCount: number | undefined
  for (const name of listZip(bytes).filter(isSheet)) {
    let tail = ''
    try {
      for await (const piece of streamZipEntry(bytes, name)) {
        file.throwIfCancelled()
        if (tail === '') rowCount = Number(DIMENSION.exec(piece.toString('latin1'))?.[1]) || undefined
        const joint = tail + piece.toString('latin1', 0, DATE_CELL[0].length)
        if (DATE_CELL.some((mark) => piece.includes(mark) || joint.includes(mark))) return { hasDateCells: true }
        tail = piece.toString('latin1', Math.max(0, piece.length - DATE_CELL[0].length))
      }
    } catch (error) {
      throw toDamage(error, file)
    }
  }
  return { hasDateCells: false, ...(rowCount !== undefined && { rowCount }) }
}

async function* sayingDamage(
  file: FileContents,
  rows: AsyncIterable<readonly SheetValue[]>,
): AsyncGenerator<readonly SheetValue[]> {
  try {
    yield* rows
  } catch (error) {
    throw toDamage(error, file)
  }
}

/** The largest sheet that a million rows fill. */
const MAX_SHEET_BYTES = 2 ** 32 - 1

/** A small file must not grow to fill the memory, nor tell a size that it does not keep. */
async function refuseGreatParts(bytes: Uint8Array, file: FileContents): Promise<void> {
  for (const name of listZip(bytes)) {
    if (!name.startsWith('xl/') || !name.endsWith('.xml')) continue
    const limit = isSheet(name) ? MAX_SHEET_BYTES : MAX_SHARED_BYTES
    if (sizeInZip(bytes, name) >= limit)
      throw new UserError('dataset/zip-too-large', {
        file: file.name,
        entry: name,
        limit: Math.round((limit / GIB) * 10) / 10,
      })
    // Sheets are read through anyway.
    if (!isSheet(name)) await readThrough(bytes, name, file)
  }
}

const isSheet = (name: string): boolean => name.startsWith('xl/worksheets/') && name.endsWith('.xml')
