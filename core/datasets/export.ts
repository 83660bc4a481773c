import { randomUUID } from 'node:crypto'
import { basename, join } from 'node:path'
import { writeXlsxStream } from 'hucre/xlsx'
import { copyFileAtomic, writeAtomic } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { UserError, type Column, type ExportFormat, type PathToWrite } from '../contract/index.ts'
import { encodeCp932 } from './formats/cp932.ts'
import { formatHeader, formatRow } from './formats/delimited.ts'
import { distinctNames } from './formats/distinct-names.ts'
import { withEmptyMark } from './formats/sheet-rows.ts'
import { rowReader } from './roles.ts'
import { identifier, literal } from './sql.ts'
import type { DatasetStore } from './store.ts'

export interface ExportOptions {
  readonly target: PathToWrite
  readonly format: ExportFormat
  /** For CSV and TSV in UTF-8: Excel needs it to recognise the encoding. */
  readonly byteOrderMark: boolean
  /** Ends the writing: nothing is left then, and its reason is thrown. */
  readonly signal?: AbortSignal
}

const ROWS_PER_PORTION = 5000
/** Excel's limit, the header included. */
const MAX_XLSX_ROWS = 1_048_576
/** The library's writer takes the square of the rows: these take a few seconds. */
const MAX_NUMBERS_ROWS = 10_000

type Cells = readonly (string | null)[]

/**
 * Writes the whole dataset in one move; returns how many rows. Missing cells stay missing, text that looks like a
 * formula stays text. Throws UserError for what the format cannot hold.
 */
export async function exportTable(store: DatasetStore, options: ExportOptions): Promise<number> {
  const columns = await store.columns()
  const rowCount = await store.rowCount()
  // A table without columns is none: most formats cannot say it, and no program reads it.
  if (columns.length === 0) throw new UserError('dataset/no-columns', { file: basename(options.target) })
  const writer = writers[options.format]
  await writer({ ...options, store, columns, rowCount, rows: () => rowsOf(store, columns, rowCount, options.signal) })
  return rowCount
}

async function* rowsOf(
  store: DatasetStore,
  columns: readonly Column[],
  rowCount: number,
  signal?: AbortSignal,
): AsyncGenerator<readonly Cells[]> {
  for (let from = 0; from < rowCount; from += ROWS_PER_PORTION) {
    signal?.throwIfAborted()
    yield (
      await store.texts(
        from,
        from + ROWS_PER_PORTION,
        columns.map(({ id }) => id),
      )
    ).map(({ cells }) => cells)
  }
}

interface Work extends ExportOptions {
  readonly store: DatasetStore
  readonly columns: readonly Column[]
  readonly rowCount: number
  /** Portions of rows. */
  rows(): AsyncIterable<readonly Cells[]>
}

type Writer = (work: Work) => Promise<void>

const delimited =
  (delimiter: string): Writer =>
  ({ target, byteOrderMark, columns, rows }) =>
    writeAtomic(target, async (file) => {
      await file.writeFile(
        `${byteOrderMark ? '\ufeff' : ''}${formatHeader(
          columns.map(({ name }) => name),
          delimiter,
        )}\r\n`,
      )
      for await (const portion of rows())
        await file.writeFile(portion.map((cells) => `${formatRow(cells, delimiter)}\r\n`).join(''))
    })

/** For old Japanese programs. A character that CP932 lacks is named with its place; nothing is written then. */
const csvCp932: Writer = ({ target, columns, rows }) =>
  writeAtomic(target, async (file) => {
    const names = columns.map(({ name }) => name)
    const write = async (line: string, cells: Cells, row: number) => {
      const encoded = encodeCp932(`${line}\r\n`)
      if ('bytes' in encoded) return file.writeFile(encoded.bytes)
      const column = cells.findIndex((cell) => cell?.includes(encoded.missing))
      throw new UserError('dataset/not-in-cp932', { row, column: names[column] ?? '', character: encoded.missing })
    }
    await write(formatHeader(names, ','), names, 0)
    let row = 0
    for await (const portion of rows()) for (const cells of portion) await write(formatRow(cells, ','), cells, ++row)
  })

/**
 * H2O LLM Studio's own table: prompts and answers by the columns' roles, in UTF-8 without a byte order mark, with LF.
 */
const csvH2o: Writer = ({ target, columns, rows }) =>
  writeAtomic(target, async (file) => {
    const read = rowReader(columns)
    await file.writeFile('instruction,output\n')
    for await (const portion of rows()) {
      const texts = portion.map(read)
      await file.writeFile(texts.map(({ prompt, answer }) => `${formatRow([prompt, answer], ',')}\n`).join(''))
    }
  })

const lines =
  (lineOf: (cells: Cells, columns: readonly Column[]) => string): Writer =>
  ({ target, columns, rows }) =>
    writeAtomic(target, async (file) => {
      for await (const portion of rows())
        await file.writeFile(portion.map((cells) => `${lineOf(cells, columns)}\n`).join(''))
    })

/** Every key once: a second column of a name is `name_2`. */
const keyed = (columns: readonly Column[], keyOf?: (name: string) => string): Column[] => {
  const names = distinctNames(
    columns.map(({ name }) => name),
    keyOf,
  )
  return columns.map((column, index) => ({ ...column, name: names[index] as string }))
}

const jsonl: Writer = (work) => lines(byName)({ ...work, columns: keyed(work.columns) })

/** In the columns' order: an object would put names that are numbers first. */
const byName = (cells: Cells, columns: readonly Column[]): string =>
  `{${columns.flatMap(({ name }, index) => (cells[index] === null ? [] : [`${JSON.stringify(name)}:${JSON.stringify(cells[index])}`])).join(',')}}`

/** By the columns' roles, as alpaca has them. */
const alpaca = (cells: Cells, columns: readonly Column[]): object => {
  const { prompt, answer, system } = rowReader(columns)(cells)
  return { instruction: prompt, input: '', output: answer, ...(system ? { system } : {}) }
}

/** By the columns' roles, as OpenAI's fine-tuning has them; a whole conversation stays what it is. */
const messages = (cells: Cells, columns: readonly Column[]): object => {
  const { prompt, answer, system, conversation } = rowReader(columns)(cells)
  if (conversation !== undefined) return parsedOr(conversation, { conversation })
  return {
    messages: [
      ...(system ? [{ role: 'system', content: system }] : []),
      { role: 'user', content: prompt },
      { role: 'assistant', content: answer },
    ],
  }
}

/**
 * A conversation's own JSON, under the name that tells its form; `otherwise` where it is none, so that nothing is lost.
 */
function parsedOr(conversation: string, otherwise: object): object {
  try {
    const value: unknown = JSON.parse(conversation)
    return Array.isArray(value)
      ? value.some((turn) => (turn as { from?: unknown } | null)?.from !== undefined)
        ? { conversations: value }
        : { messages: value }
      : otherwise
  } catch {
    return otherwise
  }
}

/** Excel reads _x0041_ inside a text as a character: an underscore that would begin one is written so itself. */
const escaped = (cell: string | null): string | null => cell?.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_') ?? null

/** More than Excel holds in a cell. */
const MAX_XLSX_CELL = 32_767

function checkLengths(cells: Cells, row: number, columns: readonly Column[]): void {
  const column = cells.findIndex((cell) => (cell?.length ?? 0) > MAX_XLSX_CELL)
  if (column >= 0)
    throw new UserError('dataset/cell-too-long-for-xlsx', {
      row,
      column: columns[column]?.name ?? '',
      characters: cells[column]?.length ?? 0,
      limit: MAX_XLSX_CELL,
    })
}

const xlsx: Writer = async ({ target, columns, rowCount, rows }) => {
  if (rowCount + 1 > MAX_XLSX_ROWS)
    throw new UserError('dataset/too-long-for-xlsx', { rows: rowCount, limit: MAX_XLSX_ROWS - 1 })
  const all = async function* (): AsyncGenerator<(string | null)[]> {
    yield columns.map(({ name }) => escaped(name))
    let row = 0
    for await (const portion of rows()) {
      for (const cells of portion) {
        checkLengths(cells, ++row, columns)
        yield withEmptyMark(cells.map(escaped)) as (string | null)[]
      }
    }
  }
  await writeAtomic(target, async (file) => {
    for await (const bytes of writeXlsxStream(all(), { name: 'data' }) as unknown as AsyncIterable<Uint8Array>)
      await file.writeFile(bytes)
  })
}

/** Apple's Numbers; every cell is a text. */
const numbers: Writer = async ({ target, columns, rowCount, rows }) => {
  if (rowCount > MAX_NUMBERS_ROWS)
    throw new UserError('dataset/too-long-for-numbers', { rows: rowCount, limit: MAX_NUMBERS_ROWS })
  const [XLSX, { default: template }] = await Promise.all([import('xlsx'), import('xlsx/dist/xlsx.zahl.mjs')])
  const cells: Cells[] = [columns.map(({ name }) => name)]
  for await (const portion of rows()) cells.push(...portion.map(withEmptyMark))
  const sheet: import('xlsx').WorkSheet = {
    '!ref': XLSX.utils.encode_range({
      s: { r: 0, c: 0 },
      e: { r: rowCount, c: Math.max(...cells.map(({ length }) => length)) - 1 },
    }),
  }
  for (const [r, row] of cells.entries())
    for (const [c, value] of row.entries())
      if (value !== null) sheet[XLSX.utils.encode_cell({ r, c })] = { t: 's', v: withSecondMark(value) }
  const book = XLSX.utils.book_new(sheet, 'data')
  await writeAtomic(target, (file) =>
    file.writeFile(XLSX.write(book, { type: 'buffer', bookType: 'numbers', numbers: template }) as Buffer),
  )
}

/** The library that reads these files drops a byte order mark at the beginning of a text. */
const withSecondMark = (text: string): string => (text.startsWith('\ufeff') ? `\ufeff${text}` : text)

/** DuckDB takes names that differ in case for one. */
const lowerCase = (name: string): string => name.toLowerCase()

const parquet: Writer = async ({ store, target, columns, signal }) => {
  const written = join(store.workFolder, `${randomUUID()}.tmp`)
  const cells = keyed(columns, lowerCase).map(({ id, name: title }) => `${identifier(id)} AS ${identifier(title)}`)
  const stop = () => store.interrupt()
  signal?.addEventListener('abort', stop)
  try {
    await store.run(
      `COPY (SELECT ${cells.join(', ')} FROM rows ORDER BY position) TO ${literal(written)} (FORMAT parquet, COMPRESSION zstd)`,
    )
    await copyFileAtomic(written, target)
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
    await disk.rm(written, { force: true })
  }
}

const writers: Readonly<Record<ExportFormat, Writer>> = {
  csv: delimited(','),
  tsv: delimited('\t'),
  'csv-cp932': csvCp932,
  'csv-h2o': csvH2o,
  xlsx,
  numbers,
  parquet,
  jsonl,
  'jsonl-alpaca': lines((cells, columns) => JSON.stringify(alpaca(cells, columns))),
  'jsonl-messages': lines((cells, columns) => JSON.stringify(messages(cells, columns))),
}
