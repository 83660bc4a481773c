import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { literal } from './sql.ts'

/** Each instance starts its own threads, and several are open at once. */
const MAX_THREADS = 4
/** For reading a Parquet file beside an open dataset. */
export const READING_MEMORY_LIMIT = '400MB'

export interface Confinement {
  /** Files that it may read and write. */
  readonly files?: readonly string[]
  /** A folder in which it may read and write; what does not fit into memory goes there, too. */
  readonly folder?: string
  readonly memoryLimit: string
}

export interface ConfinedDuckDB {
  readonly connection: DuckDBConnection
  close(): void
}

/**
 * A DuckDB in memory that opens the named files and folders only, loads no extension, and whose settings cannot be
 * changed any more: whatever a file that it attaches says. The caller closes it.
 */
export async function confinedDuckDB({ files = [], folder, memoryLimit }: Confinement): Promise<ConfinedDuckDB> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memoryLimit,
    threads: String(Math.min(MAX_THREADS, availableParallelism())),
    // Of its own: instances that share one delete each other's files.
    temp_directory: folder === undefined ? '' : join(folder, `${randomUUID()}.tmp`),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
  const close = (connection?: DuckDBConnection) => {
    connection?.closeSync()
    instance.closeSync()
  }
  let connection: DuckDBConnection | undefined
  try {
    connection = await instance.connect()
    // Lists can be set by SQL only, and not any more once external access is off.
    await connection.run(
      `SET allowed_directories = ${list(folder === undefined ? [] : [folder])}; SET allowed_paths = ${list(files)}; SET enable_external_access = false; SET lock_configuration = true`,
    )
    return { connection, close: () => close(connection) }
  } catch (error) {
    close(connection)
    throw error
  }
}

const list = (paths: readonly string[]): string => `[${paths.map(literal).join(', ')}]`
