import type { ImportOptions } from '../../contract/import.ts'
import { MAX_COLUMNS, UserError } from '../../contract/index.ts'
import { pause } from './contents.ts'
import { conversationKey, conversationUnfolder, isObject, TURN_COLUMNS, type Json } from './conversations.ts'
import { decodePieces, decodeText, encodingOfBeginning, judgeEncoding, type TextEncoding } from './encoding.ts'
import { parseJson } from './json-text.ts'
import { KeyOrder, keysOf, rememberKeys } from './key-order.ts'
import type { Cells, FileContents, Table } from './table-format.ts'

/** Records of a list are handed on in portions of so many. */
const RECORDS_PER_PORTION = 1000
/** A line of more characters, or a list in more bytes, is more than JavaScript can parse at once. */
const MAX_CHARACTERS = 1 << 28
const GIB = 2 ** 30

type Portions = AsyncIterable<readonly Json[]>

/** What is asked and found out of JSON. */
export type RecordOption = 'encoding' | 'conversations'
export const recordOptions: readonly RecordOption[] = ['encoding', 'conversations']

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
  let readTwice = false
  for await (const portion of records()) {
    for (const record of portion) {
      hasConversations ||= conversationKey(record) !== undefined
      addKeys(whole, record, file)
      if (given.conversations === 'rows') for (const row of unfold(record)) addKeys(unfolded, row, file)
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
    async *portions() {
      yield [names]
      readTwice = true
      const shaped = conversationUnfolder()
      for await (const portion of records()) {
        yield asRows ? portion.flatMap((record) => [...shaped(record)].map(rowOf)) : portion.map(rowOf)
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

const cellOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)

/** Finds out the encoding, where it is not given. */
export async function sourceOf(file: FileContents, given: Source['given']): Promise<Source> {
  return { given, file, ...(await judgeEncoding(file, given.encoding)) }
}

/** The beginning as text, behind blank space. */
export const startOf = ({ file, encoding }: Pick<Source, 'file' | 'encoding'>): string =>
  decodeText(file.beginning, encoding).trimStart()

/** Whether the first characters behind blank space match. */
export const beginsWith = (file: FileContents, pattern: RegExp): boolean => {
  const beginning = file.beginning.subarray(0, 4096)
  return pattern.test(decodeText(beginning, encodingOfBeginning(beginning)).trimStart())
}

/** Reads one list of objects, or an object with such a list in it. Throws UserError for other JSON. */
export async function openList(source: Source): Promise<Table<RecordOption>> {
  const { file, encoding } = source
  if (file.size > MAX_CHARACTERS)
    throw new UserError('dataset/json-too-large', {
      file: file.name,
      size: Math.ceil((file.size / GIB) * 100) / 100,
      limit: MAX_CHARACTERS / GIB,
    })
  const text = decodeText(await file.whole(), encoding)
  if (text.trim() === '') throw new UserError('dataset/file-empty', { file: file.name })
  const value = parseJson(text, file.name, 1)
  const list = Array.isArray(value) ? value : isObject(value) ? listIn(value) : undefined
  if (!Array.isArray(list) || list.length === 0 || !list.every(isObject))
    throw new UserError('dataset/json-no-table', { file: file.name })
  let at = 0
  const table = await tableOf(async function* () {
    for (at = 0; at < list.length; at += RECORDS_PER_PORTION) {
      file.throwIfCancelled()
      yield list.slice(at, at + RECORDS_PER_PORTION) as Json[]
    }
  }, source)
  return { ...table, share: () => at / list.length }
}

/** Reads one object a line. Throws UserError naming the line that is none. */
export async function openLines(source: Source): Promise<Table<RecordOption>> {
  let isEmpty = true
  const records = async function* () {
    for await (const portion of recordsIn(source)) {
      if (portion.length > 0) isEmpty = false
      yield portion
    }
  }
  const table = await tableOf(records, source)
  if (isEmpty) throw new UserError('dataset/file-empty', { file: source.file.name })
  return table
}

/** The first list of objects in an object; one conversation alone is a record itself. */
const listIn = (value: Json): readonly unknown[] | undefined =>
  conversationKey(value) === undefined
    ? Object.values(value)
        .filter(Array.isArray)
        .find((list) => list.length > 0 && list.every(isObject))
    : [value]

async function* recordsIn({ file, encoding }: Source): AsyncGenerator<Json[]> {
  let number = 0
  for await (const lines of linesIn(file, encoding)) {
    const records: Json[] = []
    for (const line of lines) {
      number++
      if (line.trim() === '') continue
      const value = parseJson(line, file.name, number)
      if (!isObject(value)) throw new UserError('dataset/json-invalid', { file: file.name, line: number })
      rememberKeys(value, line)
      records.push(value)
    }
    yield records
  }
}

/** The lines that end in each piece of a file. */
async function* linesIn(file: FileContents, encoding: TextEncoding): AsyncGenerator<string[]> {
  let rest = ''
  let number = 1
  for await (const piece of decodePieces(file.pieces(), encoding)) {
    const end = piece.lastIndexOf('\n')
    if (end < 0) {
      rest += piece
      if (rest.length > MAX_CHARACTERS)
        throw new UserError('dataset/row-too-long', { file: file.name, line: number, limit: MAX_CHARACTERS })
      continue
    }
    const lines = (rest + piece.slice(0, end)).split('\n')
    number += lines.length
    yield lines
    rest = piece.slice(end + 1)
  }
  if (rest !== '') yield [rest]
}
