import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { UserError } from '../../contract/index.ts'
import type { ImportOptions } from '../../contract/import.ts'
import { arrow } from './arrow.ts'
import { csv } from './csv.ts'
import { binaryFormat } from './encoding.ts'
import { json, jsonl } from './json.ts'
import { parquet } from './parquet.ts'
import { endingOf, type FileContents, type Table, type TableFormat } from './table-format.ts'
import { workbook } from './workbook.ts'
import { hasDirectory, listZip, readZipEntry } from './zip.ts'

/** Every format, asked in this order whether a file is theirs; the last takes any text. */
export const tableFormats: readonly TableFormat[] = [workbook, parquet, arrow, json, jsonl, csv]

/** Endings of the files that can be imported. */
export const importEndings: readonly string[] = [...tableFormats.flatMap(({ extensions }) => extensions), 'zip']

const GIB = 2 ** 30
/** What Node reads into one buffer. */
const MAX_READ_GIB = 2

export interface OpenedTable extends Table {
  readonly format: TableFormat
  /** Of ZIP files: the tables inside. */
  readonly entries?: readonly string[]
}

/** Opens a file as a table; a ZIP by one of the files in it. Throws UserError for what is no table. */
export async function openTable(path: string, options: ImportOptions = {}): Promise<OpenedTable> {
  const name = basename(path)
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_FS_FILE_TOO_LARGE') throw new UserError('dataset/too-large', { file: name, size: Math.ceil((statSync(path).size / GIB) * 10) / 10, limit: MAX_READ_GIB })
    throw error.code === 'ENOENT' ? new UserError('file/not-found', { file: name }) : new UserError('file/unreadable', { file: name, reason: error.code ?? '' })
  })
  const file: FileContents = { name, path, bytes: new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength) }
  if (!isZip(file)) return openContents(file, options)
  if (!hasDirectory(file.bytes)) throw new UserError('dataset/zip-broken', { file: name })
  return workbook.detect(file) ? openContents(file, options) : openInZip(file, options)
}

/** PK and the mark of a file, of an empty directory or of a part. */
const isZip = ({ bytes: [p, k, one = 0, two = 0] }: FileContents): boolean => p === 0x50 && k === 0x4b && one < 9 && two === one + 1

async function openInZip(file: FileContents, options: ImportOptions): Promise<OpenedTable> {
  const entries = listZip(file.bytes).filter((name) => importEndings.includes(endingOf(name)) && endingOf(name) !== 'zip' && !/(^|\/)(__MACOSX|\.)/.test(name))
  const entry = options.entry !== undefined && entries.includes(options.entry) ? options.entry : entries[0]
  if (entry === undefined) throw new UserError('dataset/zip-no-table', { file: file.name })
  const opened = await openContents({ name: basename(entry), path: null, bytes: readZipEntry(file.bytes, entry, file.name) }, options)
  return { ...opened, entries, options: { ...opened.options, entry } }
}

async function openContents(file: FileContents, options: ImportOptions): Promise<OpenedTable> {
  const format = tableFormats.find((candidate) => candidate.detect(file)) as TableFormat
  const binary = binaryFormat(file.bytes)
  if (format === csv && binary !== null) throw new UserError('dataset/not-a-table', { file: file.name, found: binary })
  return { format, ...(await format.open(file, options)) }
}
