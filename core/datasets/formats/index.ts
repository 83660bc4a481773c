import { basename } from 'node:path'
import { endingOf, UserError } from '../../contract/index.ts'
import type { ImportOptions } from '../../contract/import.ts'
import { binaryFormat } from './binary.ts'
import { contentsOf, openFile } from './contents.ts'
import { entryNotes } from './entry-notes.ts'
import { tableFormats } from './list.ts'
import { unpacked, unpackedName } from './packed.ts'
import { rowsIn } from './portions.ts'
import { tableEndings } from './registry.ts'
import type { Cells, FileContents, Table, TableFormat } from './table-format.ts'
import { hasDirectory, listZip, readZipEntry } from './zip.ts'

export interface OpenedTable extends Table {
  readonly format: TableFormat
  /** The rows one by one. */
  rows(): AsyncIterable<Cells>
}

/**
 * Opens a file as a table; a ZIP by one of the files in it. Throws UserError for what is no table, and the signal's
 * reason once it is aborted.
 */
export async function openTable(path: string, options: ImportOptions = {}, signal?: AbortSignal): Promise<OpenedTable> {
  const file = await unpacked(await openFile(path, signal))
  if (!isZip(file)) return openContents(file, options)
  if (!hasDirectory(await file.whole())) throw new UserError('dataset/zip-broken', { file: file.name })
  const format = await detected(file, ({ isZipFile = false }) => isZipFile)
  return format ? openAs(format, file, options) : openInZip(file, options, signal)
}

/** PK and the mark of a file, of an empty directory or of a part. */
const isZip = ({ beginning: [p, k, one = 0, two = 0] }: FileContents): boolean =>
  p === 0x50 && k === 0x4b && one < 9 && two === one + 1

async function openInZip(file: FileContents, options: ImportOptions, signal?: AbortSignal): Promise<OpenedTable> {
  const bytes = await file.whole()
  const entries = listZip(bytes).filter(
    (name) => tableEndings.includes(endingOf(unpackedName(name))) && !/(^|\/)(__MACOSX|\.)/.test(name),
  )
  const entry = options.entry !== undefined && entries.includes(options.entry) ? options.entry : likeliest(entries)
  if (entry === undefined) throw new UserError('dataset/zip-no-table', { file: file.name })
  const contents = contentsOf(basename(entry), await readZipEntry(bytes, entry, file.name), signal)
  // What is chosen is the file inside, and no list in it.
  const opened = await openContents(await unpacked(contents), { ...options, entry: undefined })
  const notes = [...entryNotes(entry, { entries, given: options.entry }), ...(opened.notes ?? [])]
  return { ...opened, entries, notes, options: { ...opened.options, entry } }
}

/** Files beside the data that have endings of tables. */
const ABOUT =
  /(^|\/)(readme|licen[sc]e|notice|changelog|requirements|dataset_infos?\.json$)|(^|\/)(metadata|schema)\.json$/i
const TRAINING = /(^|[^a-z])train/i

/** The file to take of several: rather data than what is about them, a table than a text, the part to train with. */
function likeliest(entries: readonly string[]): string | undefined {
  const rank = (name: string) =>
    (ABOUT.test(name) ? 4 : 0) + (/\.txt$/i.test(unpackedName(name)) ? 2 : 0) + (TRAINING.test(basename(name)) ? 0 : 1)
  return entries.toSorted((a, b) => rank(a) - rank(b))[0]
}

async function openContents(file: FileContents, options: ImportOptions): Promise<OpenedTable> {
  const format = await detected(file, ({ takesAnyText = false }) => !takesAnyText)
  if (format) return openAs(format, file, options)
  const binary = binaryFormat(file.beginning)
  const text = tableFormats.find(({ takesAnyText }) => takesAnyText)
  if (binary === '' || !text) throw new UserError('dataset/no-text', { file: file.name })
  if (binary !== null) throw new UserError('dataset/not-a-table', { file: file.name, found: binary })
  return openAs(text, file, options)
}

async function openAs(format: TableFormat, file: FileContents, options: ImportOptions): Promise<OpenedTable> {
  const table = await format.read(file, options)
  return { format, ...table, rows: () => rowsIn(table.portions()) }
}

/** The first of these formats that says that the file is its own. */
async function detected(
  file: FileContents,
  isAsked: (format: TableFormat) => boolean,
): Promise<TableFormat | undefined> {
  for (const format of tableFormats) if (isAsked(format) && (await format.detect(file))) return format
  return undefined
}
