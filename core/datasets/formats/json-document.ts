import { detectRole } from '../roles.ts'
import { conversationKey, conversationRecord, isObject, type Json } from './conversations.ts'

/** A table in a JSON document: rows and the way to them, '' for the document itself. */
export interface DocumentTable {
  readonly name: string
  readonly records: readonly Json[]
}

/** Lists lie so deep in an object at most. */
const MAX_DEPTH = 4
const MAX_TABLES = 100

/**
 * The tables of a document, in its order; none where it holds no rows. A list of objects or of conversations is one, as
 * is what pandas and `datasets` write: an object of columns, or of rows by their index. An object that holds several
 * such lists has as many tables; another object is a row by itself.
 */
export function tablesIn(document: unknown): readonly DocumentTable[] {
  if (Array.isArray(document)) return whole(recordsIn(document))
  if (!isObject(document) || Object.keys(document).length === 0) return []
  if (conversationKey(document) !== undefined || isExample(document)) return [{ name: '', records: [document] }]
  const rows = rowsOfColumns(document) ?? rowsByName(document)
  const lists = listsIn(document)
  if (lists.length === 0) return whole(rows ?? [document])
  // Rows may hold lists themselves.
  const isTable =
    rows !== null &&
    (rows.length > 1 || meaningOf(rows) > 0) &&
    meaningOf(rows) >= meaningOf(likeliestOf(lists).records)
  return isTable ? whole(rows) : lists
}

const whole = (records: readonly Json[] | null): readonly DocumentTable[] =>
  records && records.length > 0 ? [{ name: '', records }] : []

/** The table to take of several: the one with questions and answers, the part to train with, the longest. */
export const likeliestOf = (tables: readonly DocumentTable[]): DocumentTable =>
  tables.toSorted(
    (a, b) =>
      meaningOf(b.records) - meaningOf(a.records) ||
      Number(/train/i.test(b.name)) - Number(/train/i.test(a.name)) ||
      b.records.length - a.records.length,
  )[0] as DocumentTable

/** How many of question and answer the first row has. */
function meaningOf([first]: readonly Json[]): number {
  if (!first) return 0
  if (conversationKey(first) !== undefined) return 2
  const roles = new Set(Object.keys(first).map(detectRole))
  return Number(roles.has('prompt')) + Number(roles.has('answer'))
}

/** A question and its answer, both told at once. */
const isExample = (object: Json): boolean =>
  (['prompt', 'answer'] as const).every((role) =>
    Object.entries(object).some(([key, value]) => detectRole(key) === role && isScalar(value)),
  )

const isScalar = (value: unknown): boolean => value !== null && typeof value !== 'object'

/** The rows of a list; null where it holds something else. */
export function recordsIn(list: readonly unknown[]): readonly Json[] | null {
  if (list.length > 0 && list.every(isObject)) return list
  const conversations = list.map(conversationRecord)
  return list.length > 0 && conversations.every((record) => record !== null) ? conversations : null
}

function listsIn(object: Json, path: readonly string[] = []): DocumentTable[] {
  const tables: DocumentTable[] = []
  for (const [key, value] of Object.entries(object)) {
    const records = Array.isArray(value) ? recordsIn(value) : null
    if (records) tables.push({ name: [...path, key].join('.'), records })
    else if (isObject(value) && path.length < MAX_DEPTH) tables.push(...listsIn(value, [...path, key]))
    if (tables.length >= MAX_TABLES) break
  }
  return tables
}

/** `{"a": [1, 2], "b": [3, 4]}`, `{"a": {"0": 1, "1": 2}, …}`, or `{"columns": ["a", "b"], "data": [[1, 3], …]}`. */
function rowsOfColumns(object: Json): readonly Json[] | null {
  const { columns: names, data } = object
  if (isListOfTexts(names) && Array.isArray(data) && data.length > 0 && data.every(Array.isArray))
    return (data as unknown[][]).map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])))
  const columns = Object.entries(object)
  const values = columns.map(([, column]) => column)
  if (values.every(Array.isArray)) {
    const [{ length } = []] = values as unknown[][]
    const isTable = (values as unknown[][]).every((column) => column.length === length)
    if (!isTable || values.every((column) => (column as unknown[]).every(isObject))) return null
    return Array.from({ length: length ?? 0 }, (_, row) =>
      Object.fromEntries(columns.map(([name, column]) => [name, (column as unknown[])[row]])),
    )
  }
  if (!values.every(isObject)) return null
  const indexes = [...new Set(values.flatMap(Object.keys))]
  if (!indexes.every(isIndex) || indexes.length === 0 || columns.every(([name]) => isIndex(name))) return null
  return indexes.map((index) => Object.fromEntries(columns.map(([name, column]) => [name, (column as Json)[index]])))
}

const isListOfTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')

const isIndex = (key: string): boolean => /^\d+$/.test(key)

/** `{"0": {…}, "1": {…}}`, or rows under ids of their own, which stay as a column. */
function rowsByName(object: Json): readonly Json[] | null {
  const rows = Object.entries(object)
  if (!rows.every((row): row is [string, Json] => isObject(row[1]))) return null
  if (rows.every(([name]) => isIndex(name))) return rows.map(([, row]) => row)
  const keys = JSON.stringify(Object.keys(rows[0]?.[1] ?? {}))
  const isRow = (row: Json) => JSON.stringify(Object.keys(row)) === keys && Object.values(row).some(isScalar)
  if (rows.length < 2 || !rows.every(([, row]) => isRow(row))) return null
  return rows.map(([id, row]) => (Object.hasOwn(row, 'id') ? row : { id, ...row }))
}
