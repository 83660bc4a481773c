import { DuckDBInstance } from '@duckdb/node-api'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { writeXlsxStream } from 'hucre/xlsx'

export type FileKind = 'csv' | 'jsonl' | 'parquet' | 'xlsx'

const HEADER = ['instruction', 'output'] as const
const question = (row: number): string => `${row} 番の質問です。手順を教えて。`
const answer = (row: number): string => `${row} 番の回答です。設定を開きます。`

/** Writes a table of two Japanese columns (about 90 bytes a row as CSV); returns its path. */
export async function writeTable(folder: string, kind: FileKind, rows: number): Promise<string> {
  const file = join(folder, `${rows}.${kind}`)
  if (kind === 'xlsx') await writeWorkbook(file, rows)
  else await copyTable(file, rows, kind)
  return file
}

const COPY_FORMATS = {
  csv: 'FORMAT csv, HEADER',
  jsonl: 'FORMAT json',
  parquet: 'FORMAT parquet, COMPRESSION zstd',
} as const

async function copyTable(file: string, rows: number, kind: Exclude<FileKind, 'xlsx'>): Promise<void> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const texts = `i || ' 番の質問です。手順を教えて。' AS instruction, i || ' 番の回答です。設定を開きます。' AS output`
  await connection.run(
    `COPY (SELECT ${texts} FROM range(${rows}) AS numbers(i)) TO '${file.replaceAll("'", "''")}' (${COPY_FORMATS[kind]})`,
  )
  connection.closeSync()
}

async function writeWorkbook(file: string, rows: number): Promise<void> {
  const table = async function* (): AsyncGenerator<string[]> {
    yield [...HEADER]
    for (let row = 0; row < rows; row++) yield [question(row), answer(row)]
  }
  const handle = await open(file, 'w')
  for await (const bytes of writeXlsxStream(table(), { name: 'data' }) as unknown as AsyncIterable<Uint8Array>)
    await handle.writeFile(bytes)
  await handle.close()
}
