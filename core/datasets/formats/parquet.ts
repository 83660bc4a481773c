import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { UserError } from '../../contract/index.ts'
import { exactText, textOf } from '../exact-text.ts'
import type { Cells, FileContents, TableFormat } from './table-format.ts'

const MAGIC = [0x50, 0x41, 0x52, 0x31]

/** Parquet, read by DuckDB; lists and structures become JSON. */
export const parquet: TableFormat = {
  id: 'parquet',
  extensions: ['parquet', 'pq'],
  detect: ({ bytes }) => MAGIC.every((byte, index) => bytes[index] === byte),
  open: (file) => Promise.resolve({ options: {}, rows: () => readParquet(file) }),
}

async function* readParquet(file: FileContents): AsyncGenerator<Cells> {
  const folder = file.path === null ? await mkdtemp(join(tmpdir(), 'terakoya-parquet-')) : null
  const path = folder === null ? (file.path as string) : join(folder, 'table.parquet')
  if (folder !== null) await writeFile(path, file.bytes)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const source = `read_parquet('${path.replaceAll("'", "''")}')`
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`)
    const columns = described.getRows().map(([name, type]) => ({ name: String(name), nested: /\[\]|STRUCT|MAP|LIST/.test(String(type)) }))
    yield columns.map(({ name }) => name)
    const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
    const result = await connection.stream(`SELECT ${columns.map(({ name, nested }) => exactText(nested ? `to_json(${quoted(name)})::VARCHAR` : `${quoted(name)}::VARCHAR`)).join(', ')} FROM ${source}`)
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) for (const row of chunk.getRows()) yield row.map(textOf)
  } catch (error) {
    throw new UserError('dataset/parquet-damaged', { file: file.name, reason: String(error instanceof Error ? error.message : error).split('\n')[0] ?? '' })
  } finally {
    connection.closeSync()
    if (folder !== null) await rm(folder, { recursive: true, force: true })
  }
}
