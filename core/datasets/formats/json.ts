import { UserError } from '../../contract/index.ts'
import type { ImportOptions } from '../../contract/import.ts'
import { decodeText, detectEncoding, encodingConfidence } from './encoding.ts'
import { endingOf, type Cells, type FileContents, type Table, type TableFormat } from './table-format.ts'

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Records become rows: a column for every key, in the order in which keys appear; lists and objects (a conversation's messages) stay JSON. */
function tableOf(records: readonly Json[], options: ImportOptions, confidence: number): Table {
  const names = new Set(records.flatMap((record) => Object.keys(record)))
  const cellOf = (value: unknown): string | null => (value === null || value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value))
  return {
    options,
    encodingConfidence: confidence,
    async *rows(): AsyncGenerator<Cells> {
      yield [...names]
      for (const record of records) yield [...names].map((name) => cellOf(record[name]))
    },
  }
}

function textOf(file: FileContents, given: ImportOptions): { text: string; options: ImportOptions; confidence: number } {
  const encoding = given.encoding ?? detectEncoding(file.bytes)
  const text = decodeText(file.bytes, encoding)
  if (text.trim() === '') throw new UserError('dataset/file-empty', { file: file.name })
  return { text, options: { encoding }, confidence: encodingConfidence(file.bytes, encoding) }
}

const beginsWith = ({ bytes }: FileContents, pattern: RegExp): boolean => pattern.test(new TextDecoder('utf-8').decode(bytes.subarray(0, 4096)).replace(/^\ufeff/, '').trimStart())

/** One JSON object a line: alpaca, OpenAI messages, ShareGPT, or any keys. */
export const jsonl: TableFormat = {
  id: 'jsonl',
  extensions: ['jsonl', 'ndjson'],
  detect: (file) => ['jsonl', 'ndjson'].includes(endingOf(file.name)) || (endingOf(file.name) !== 'json' && beginsWith(file, /^\{".*\}\s*(\r?\n|$)/)),
  open(file, given) {
    const { text, options, confidence } = textOf(file, given)
    const records = text.split(/\r?\n/).flatMap((line, index) => (line.trim() === '' ? [] : [parsed(line, file.name, index + 1)]))
    return Promise.resolve(tableOf(records, options, confidence))
  },
}

/** A list of objects, or an object with such a list in it. */
export const json: TableFormat = {
  id: 'json',
  extensions: ['json'],
  detect: (file) => endingOf(file.name) === 'json' || beginsWith(file, /^\[\s*\{/),
  open(file, given) {
    const { text, options, confidence } = textOf(file, given)
    // Files called .json that hold an object a line are common.
    if (/^\{.*\}\s*\n\s*\{/.test(text.slice(0, 65_536))) return jsonl.open(file, given)
    const value = parsedAny(text, file.name, 1)
    const list = Array.isArray(value) ? value : isObject(value) ? Object.values(value).find(Array.isArray) : undefined
    if (!Array.isArray(list) || list.length === 0 || !list.every(isObject)) throw new UserError('dataset/json-no-table', { file: file.name })
    return Promise.resolve(tableOf(list, options, confidence))
  },
}

function parsed(line: string, file: string, number: number): Json {
  const value = parsedAny(line, file, number)
  if (!isObject(value)) throw new UserError('dataset/json-invalid', { file, line: number })
  return value
}

function parsedAny(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new UserError('dataset/json-invalid', { file, line: line + (text.slice(0, placeOf(String(error), text)).match(/\n/g)?.length ?? 0) })
  }
}

/** Characters before the place that V8's message shows. */
const SURROUNDINGS = 10

/** Where JSON.parse stopped: its message gives the position, or the surroundings. */
function placeOf(message: string, text: string): number {
  const position = /position (\d+)/.exec(message)?.[1]
  if (position !== undefined) return Number(position)
  const around = /"([\s\S]*)" is not valid JSON/.exec(message)?.[1]?.replace(/"?\.\.\.$/, '') ?? ''
  const start = around === '' ? -1 : text.indexOf(around)
  return start < 0 ? 0 : start + (message.includes('..."') ? SURROUNDINGS : 0)
}
