import { writeAtomic } from '../checkpoints/atomic.ts'
import type { Column } from '../contract/index.ts'
import { formatRow } from './formats/delimited.ts'
import type { DatasetStore } from './store.ts'

export interface ExportOptions {
  readonly target: string
  readonly format: 'csv' | 'tsv' | 'jsonl'
  /** For CSV and TSV: Excel needs it to recognise UTF-8. */
  readonly byteOrderMark: boolean
}

const ROWS_PER_PORTION = 5000

/** Writes the whole dataset in one move; returns how many rows. Missing cells stay missing, text that looks like a formula stays text. */
export async function exportTable(store: DatasetStore, { target, format, byteOrderMark }: ExportOptions): Promise<number> {
  const columns = await store.columns()
  const rowCount = await store.rowCount()
  const write = format === 'jsonl' ? jsonlWriter(columns) : delimitedWriter(columns, format === 'csv' ? ',' : '\t', byteOrderMark)
  await writeAtomic(target, async (file) => {
    await file.writeFile(write.head)
    for (let from = 0; from < rowCount; from += ROWS_PER_PORTION) {
      const rows = await store.texts(from, from + ROWS_PER_PORTION, columns.map(({ id }) => id))
      await file.writeFile(rows.map(({ cells }) => write.row(cells)).join(''))
    }
  })
  return rowCount
}

interface Writer {
  readonly head: string
  row(cells: readonly (string | null)[]): string
}

const delimitedWriter = (columns: readonly Column[], delimiter: string, byteOrderMark: boolean): Writer => ({
  head: `${byteOrderMark ? '\ufeff' : ''}${formatRow(columns.map(({ name }) => name), delimiter)}\r\n`,
  row: (cells) => `${formatRow(cells, delimiter)}\r\n`,
})

const jsonlWriter = (columns: readonly Column[]): Writer => ({
  head: '',
  row: (cells) => `${JSON.stringify(Object.fromEntries(columns.flatMap(({ name }, index) => (cells[index] === null ? [] : [[name, cells[index]]]))))}\n`,
})
