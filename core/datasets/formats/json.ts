import type { ImportOptions } from '../../contract/import.ts'
import { UserError } from '../../contract/index.ts'
import { conversationKey, conversationRows, isObject, TURN_COLUMNS, type Json } from './conversations.ts'
import { decodeText, detectEncoding, encodingConfidence } from './encoding.ts'
import { parseJson } from './json-text.ts'
import { KeyOrder, keysOf, rememberKeys } from './key-order.ts'
import { endingOf, type Cells, type FileContents, type Table, type TableFormat } from './table-format.ts'

/** Records are read in portions of so many; in between the host can answer. */
const PORTION = 5000

interface Source {
  readonly given: ImportOptions
  readonly options: ImportOptions
  readonly confidence: number
}

/**
 * Records become rows: a column for every key, in the order that the objects keep; lists and objects stay JSON. They are read twice, first for the keys.
 * Conversations stay whole in their cells, or become rows as the options say.
 */
async function tableOf(records: () => Iterable<Json>, { given, options, confidence }: Source): Promise<Table> {
  let order = new KeyOrder()
  let hasConversations = false
  for await (const record of withPauses(records())) {
    hasConversations ||= conversationKey(record) !== undefined
    order.add(keysOf(record))
  }
  const asRows = hasConversations && given.conversations === 'rows'
  const shaped = () => (asRows ? conversationRows(records()) : records())
  if (asRows) {
    order = new KeyOrder()
    order.add(TURN_COLUMNS)
    for await (const record of withPauses(shaped())) order.add(keysOf(record))
  }
  const names = order.names()
  return {
    options: { ...options, ...(hasConversations ? { conversations: asRows ? 'rows' : 'whole' } : {}) },
    encodingConfidence: confidence,
    async *rows(): AsyncGenerator<Cells> {
      yield names
      for await (const record of withPauses(shaped())) yield names.map((name) => (Object.hasOwn(record, name) ? cellOf(record[name]) : null))
    },
  }
}

const cellOf = (value: unknown): string | null => (value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value))

async function* withPauses(records: Iterable<Json>): AsyncGenerator<Json> {
  let count = 0
  for (const record of records) {
    if (++count % PORTION === 0) await new Promise((resolve) => setImmediate(resolve))
    yield record
  }
}

function textOf(file: FileContents, given: ImportOptions): { text: string; source: Source } {
  const encoding = given.encoding ?? detectEncoding(file.bytes)
  const text = decodeText(file.bytes, encoding)
  if (text.trim() === '') throw new UserError('dataset/file-empty', { file: file.name })
  return { text, source: { given, options: { encoding }, confidence: encodingConfidence(file.bytes, encoding) } }
}

const beginsWith = ({ bytes }: FileContents, pattern: RegExp): boolean => pattern.test(decodeText(bytes.subarray(0, 4096), detectEncoding(bytes.subarray(0, 4096))).trimStart())

/** A file of JSON Lines by its name that holds one list, or the other way round: common mistakes. */
const isList = (text: string): boolean => /^\s*\[/.test(text)
const isLines = (text: string): boolean => /^\s*\{.*\}[^\S\n]*\n\s*\{/.test(text.slice(0, 1 << 20))

/** One JSON object a line: alpaca, OpenAI messages, ShareGPT, or any keys. */
export const jsonl: TableFormat = {
  id: 'jsonl',
  extensions: ['jsonl', 'ndjson'],
  detect: (file) => ['jsonl', 'ndjson'].includes(endingOf(file.name)) || (endingOf(file.name) !== 'json' && beginsWith(file, /^\{".*\}\s*(\r?\n|$)/)),
  open(file, given) {
    const { text, source } = textOf(file, given)
    return isList(text) ? openList(text, file.name, source) : tableOf(() => recordsIn(text, file.name), source)
  },
}

/** A list of objects, or an object with such a list in it. */
export const json: TableFormat = {
  id: 'json',
  extensions: ['json'],
  detect: (file) => endingOf(file.name) === 'json' || beginsWith(file, /^\[\s*\{/),
  open(file, given) {
    const { text, source } = textOf(file, given)
    return isLines(text) ? tableOf(() => recordsIn(text, file.name), source) : openList(text, file.name, source)
  },
}

async function openList(text: string, file: string, source: Source): Promise<Table> {
  const value = parseJson(text, file, 1)
  const list = Array.isArray(value) ? value : isObject(value) ? listIn(value) : undefined
  if (!Array.isArray(list) || list.length === 0 || !list.every(isObject)) throw new UserError('dataset/json-no-table', { file })
  return tableOf(() => list, source)
}

/** The first list of objects in an object; one conversation alone is a record itself. */
const listIn = (value: Json): readonly unknown[] | undefined =>
  conversationKey(value) === undefined ? Object.values(value).filter(Array.isArray).find((list) => list.length > 0 && list.every(isObject)) : [value]

function* recordsIn(text: string, file: string): Generator<Json> {
  let number = 0
  for (let from = 0; from < text.length; ) {
    const newline = text.indexOf('\n', from)
    const end = newline < 0 ? text.length : newline
    const line = text.slice(from, end)
    from = end + 1
    number++
    if (line.trim() === '') continue
    const value = parseJson(line, file, number)
    if (!isObject(value)) throw new UserError('dataset/json-invalid', { file, line: number })
    rememberKeys(value, line)
    yield value
  }
}
