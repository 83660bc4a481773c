import type { ImportOptions } from '../../contract/import.ts'
import { MAX_COLUMNS, UserError } from '../../contract/index.ts'
import { pause } from './contents.ts'
import {
  conversationKey,
  conversationRecord,
  conversationUnfolder,
  isObject,
  TURN_COLUMNS,
  type Json,
} from './conversations.ts'
import { decodePieces, decodeText, encodingOfBeginning, judgeEncoding, type TextEncoding } from './encoding.ts'
import { entryNotes } from './entry-notes.ts'
import { likeliestOf, recordsIn, tablesIn } from './json-document.ts'
import { tryJson } from './json-text.ts'
import { MAX_CHARACTERS, valuesIn, type LocatedValue } from './json-values.ts'
import { KeyOrder, keysOf } from './key-order.ts'
import type { Cells, FileContents, Table } from './table-format.ts'

/** Records of a list are handed on in portions of so many. */
const RECORDS_PER_PORTION = 1000
const GIB = 2 ** 30

type Portions = AsyncIterable<readonly Json[]>

/** What is asked and found out of JSON. */
export type RecordOption = 'entry' | 'encoding' | 'conversations'
export const recordOptions: readonly RecordOption[] = ['entry', 'encoding', 'conversations']

/** A file of records and how it is read. */
export interface Source {
  readonly given: Pick<ImportOptions, RecordOption>
  readonly file: FileContents
  readonly encoding: TextEncoding
  readonly confidence: number
}

/**
 * Records become rows: a column for every key, in the order that the objects keep; lists and objects stay JSON. They
 * are read twice, first for the keys. Conversations stay whole in their cells, or become rows as the options say.
 */
async function tableOf(records: () => Portions, source: Source): Promise<Table<RecordOption>> {
  const { given, file, encoding, confidence } = source
  const whole = new KeyOrder()
  const unfolded = new KeyOrder()
  unfolded.add(TURN_COLUMNS)
  const unfold = conversationUnfolder()
  let hasConversations = false
  const structured = new Set<string>()
  let readTwice = false
  for await (const portion of records()) {
    for (const record of portion) {
      hasConversations ||= conversationKey(record) !== undefined
      addKeys(whole, record, file)
      for (const [key, value] of Object.entries(record)) if (isStructure(value)) structured.add(key)
      if (given.conversations === 'rows')
        for (const row of shallow(file, () => [...unfold(record)])) addKeys(unfolded, row, file)
    }
    await pause()
  }
  const asRows = hasConversations && given.conversations === 'rows'
  const names = (asRows ? unfolded : whole).names()
  const rowOf = (record: Json): Cells =>
    names.map((name) => (Object.hasOwn(record, name) ? cellOf(record[name]) : null))
  return {
    options: { encoding, ...(hasConversations ? { conversations: asRows ? 'rows' : 'whole' } : {}) },
    encodingConfidence: confidence,
    structured: [...structured],
    async *portions() {
      yield [names]
      readTwice = true
      const shaped = conversationUnfolder()
      for await (const portion of records()) {
        yield shallow(file, () =>
          asRows ? portion.flatMap((record) => [...shaped(record)].map(rowOf)) : portion.map(rowOf),
        )
        await pause()
      }
    },
    share: () => (readTwice ? file.bytesRead() / file.size : 0),
  }
}

function addKeys(order: KeyOrder, record: Json, { name }: FileContents): void {
  const keys = keysOf(record)
  if (keys.length <= MAX_COLUMNS) order.add(keys)
  const found = Math.max(keys.length, order.names().length)
  if (found > MAX_COLUMNS) throw new UserError('dataset/too-many-columns', { file: name, found, limit: MAX_COLUMNS })
}

/** What JavaScript makes of JSON again. Throws UserError where lists in lists are too many levels for it. */
function shallow<T>(file: FileContents, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof RangeError ? new UserError('dataset/json-too-deep', { file: file.name }) : error
  }
}

const isStructure = (value: unknown): boolean => value !== null && typeof value === 'object'

const cellOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)

/** Finds out the encoding, where it is not given. */
export async function sourceOf(file: FileContents, given: Source['given']): Promise<Source> {
  return { given, file, ...(await judgeEncoding(file, given.encoding)) }
}

/** Behind blank space and the record separator of RFC 7464. */
const trimmed = (text: string): string => text.replace(/^[\s\u001e\ufeff]+/, '')

/** The beginning as text, from its first mark on. */
const startOf = ({ file, encoding }: Pick<Source, 'file' | 'encoding'>): string =>
  trimmed(decodeText(file.beginning, encoding))

/** Whether the first characters behind blank space match. */
export const beginsWith = (file: FileContents, pattern: RegExp): boolean => {
  const beginning = file.beginning.subarray(0, 4096)
  return pattern.test(trimmed(decodeText(beginning, encodingOfBeginning(beginning))))
}

/**
 * Reads JSON of any shape: values that follow each other (JSON Lines and the like), or one document with a table in it.
 * Of a document with several tables `entry` names one. Throws UserError naming the line that is no JSON.
 */
export async function openRecords(source: Source, isLineOfRecord = false): Promise<Table<RecordOption>> {
  const start = startOf(source)
  const [line = ''] = start.split('\n', 1)
  const isFollowed = start.slice(line.length).trim() !== ''
  const first = isFollowed && line.trimEnd().length > 1 ? tryJson(line) : undefined
  if (first !== undefined || (isLineOfRecord && !isFollowed && line.startsWith('{'))) return openValues(source)
  const document = await documentOf(source, start)
  return document === undefined ? openValues(source) : openDocument(document, source)
}

/** The whole file as one value; undefined where it is none, or more than can be parsed at once and no list. */
async function documentOf({ file, encoding }: Source, start: string): Promise<unknown> {
  const refuse = (bytes: number) => {
    if (start.startsWith('['))
      throw new UserError('dataset/json-too-large', {
        file: file.name,
        size: Math.ceil((bytes / GIB) * 100) / 100,
        limit: MAX_CHARACTERS / GIB,
      })
  }
  if (file.size > MAX_CHARACTERS) return refuse(file.size)
  const bytes = await file.whole()
  if (bytes.length > MAX_CHARACTERS) return refuse(bytes.length)
  const text = decodeText(bytes, encoding)
  if (text.trim() === '') throw new UserError('dataset/file-empty', { file: file.name })
  return tryJson(text)
}

async function openDocument(document: unknown, source: Source): Promise<Table<RecordOption>> {
  const { file, given } = source
  const tables = tablesIn(document)
  if (tables.length === 0) throw new UserError('dataset/json-no-table', { file: file.name })
  const { name, records } = tables.find((table) => table.name === given.entry) ?? likeliestOf(tables)
  let at = 0
  const table = await tableOf(async function* () {
    for (at = 0; at < records.length; at += RECORDS_PER_PORTION) {
      file.throwIfCancelled()
      yield records.slice(at, at + RECORDS_PER_PORTION)
    }
  }, source)
  const entries = tables.map((one) => one.name)
  return {
    ...table,
    ...(entries.length > 1 && {
      entries,
      options: { ...table.options, entry: name },
      notes: entryNotes(name, { entries, given: given.entry }),
    }),
    share: () => at / records.length,
  }
}

async function openValues(source: Source): Promise<Table<RecordOption>> {
  const { file, encoding } = source
  let isEmpty = true
  const records = async function* () {
    for await (const values of valuesIn(decodePieces(file.pieces(), encoding), file.name)) {
      if (values.length > 0) isEmpty = false
      yield values.flatMap((value) => recordsOf(value, file))
    }
  }
  const table = await tableOf(records, source)
  if (isEmpty) throw new UserError('dataset/file-empty', { file: file.name })
  return table
}

/** An object is a row; a list of messages is one too, and a list of objects is several. */
function recordsOf({ value, line }: LocatedValue, { name }: FileContents): readonly Json[] {
  if (isObject(value)) return [value]
  const conversation = conversationRecord(value)
  const records = conversation ? [conversation] : recordsIn(value)
  if (!records) throw new UserError('dataset/json-no-object', { file: name, line })
  return records
}
