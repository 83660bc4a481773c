import { basename } from 'node:path'
import { endingOf, UserError } from '../../contract/index.ts'
import { importEndings, type ImportOptions } from '../../contract/import.ts'
import { arrow } from './arrow.ts'
import { contentsOf, openFile } from './contents.ts'
import { csv } from './csv.ts'
import { binaryFormat } from './encoding.ts'
import { json, jsonl } from './json.ts'
import { parquet } from './parquet.ts'
import { rowsIn } from './portions.ts'
import type { Cells, FileContents, Table, TableFormat } from './table-format.ts'
import { workbook } from './workbook.ts'
import { hasDirectory, listZip, readZipEntry } from './zip.ts'

/** Every format, asked in this order whether a file is theirs; the last takes any text. */
export const tableFormats: readonly TableFormat[] = [workbook, parquet, arrow, json, jsonl, csv]

export interface OpenedTable extends Table {
  readonly format: TableFormat
  /** Of ZIP files: the tables inside. */
  readonly entries?: readonly string[]
  /** The rows one by one. */
  rows(): AsyncIterable<Cells>
}

/**
 * Opens a file as a table; a ZIP by one of the files in it. Throws UserError for what is no table, and the signal's
 * reason once it is aborted.
 */
export async function openTable(path: string, options: ImportOptions = {}, signal?: AbortSignal): Promise<OpenedTable> {
  const file = await openFile(path, signal)
  if (!isZip(file)) return openContents(file, options)
  if (!hasDirectory(await file.whole())) throw new UserError('dataset/zip-broken', { file: file.name })
  return (await workbook.detect(file)) ? openContents(file, options) : openInZip(file, options, signal)
}

/** PK and the mark of a file, of an empty directory or of a part. */
const isZip = ({ beginning: [p, k, one = 0, two = 0] }: FileContents): boolean =>
  p === 0x50 && k === 0x4b && one < 9 && two === one + 1

async function openInZip(file: FileContents, options: ImportOptions, signal?: AbortSignal): Promise<OpenedTable> {
  const bytes = await file.whole()
  const entries = listZip(bytes).filter(
    (name) => importEndings.includes(endingOf(name)) && endingOf(name) !== 'zip' && !/(^|\/)(__MACOSX|\.)/.test(name),
  )
  const entry = options.entry !== undefined && entries.includes(options.entry) ? options.entry : entries[0]
  if (entry === undefined) throw new UserError('dataset/zip-no-table', { file: file.name })
  const opened = await openContents(
    contentsOf(basename(entry), await readZipEntry(bytes, entry, file.name), signal),
    options,
  )
  return { ...opened, entries, options: { ...opened.options, entry } }
}

async function openContents(file: FileContents, options: ImportOptions): Promise<OpenedTable> {
  const format = await formatOf(file)
  const binary = binaryFormat(file.beginning)
  if (format === csv && binary !== null) throw new UserError('dataset/not-a-table', { file: file.name, found: binary })
  const table = await format.open(file, options)
  return { format, ...table, rows: () => rowsIn(table.portions()) }
}

async function formatOf(file: FileContents): Promise<TableFormat> {
  for (const candidate of tableFormats) if (await candidate.detect(file)) return candidate
  return csv
}
