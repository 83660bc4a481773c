import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { ConfinedDuckDB } from './duckdb.ts'
import { KnownFacts } from './known-facts.ts'

/** The statements and transactions of a dataset's file, and what was read of it; `close` frees it. */
export class StoreStatements {
  readonly #database: ConfinedDuckDB
  /** What was read and has not changed since. */
  protected readonly known = new KnownFacts()

  /** Where files may be written for a while. */
  readonly workFolder: string

  /** Something failed that no call needs to know of, but after which DuckDB may refuse further work. */
  mustReopen = false

  protected constructor(database: ConfinedDuckDB, workFolder: string) {
    this.#database = database
    this.workFolder = workFolder
  }

  close(): void {
    this.#database.close()
  }

  protected get connection(): DuckDBConnection {
    return this.#database.connection
  }

  /** Runs a statement that may change something. */
  async run(sql: string, values: readonly DuckDBValue[] = []): Promise<void> {
    this.known.forget()
    try {
      await this.connection.run(sql, [...values])
    } finally {
      this.known.forget()
    }
  }

  /** Rows of a query. */
  async all(sql: string, values: readonly DuckDBValue[] = []): Promise<DuckDBValue[][]> {
    return (await this.connection.runAndReadAll(sql, [...values])).getRows()
  }

  /** Runs `work` as a whole or not at all. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    return this.known.without(() => this.#transaction(work))
  }

  async #transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.run('BEGIN')
    try {
      const result = await work()
      await this.run('COMMIT')
      return result
    } catch (error) {
      // A failed COMMIT has ended the transaction already, and the first error is the one that tells why.
      await this.run('ROLLBACK').catch(() => undefined)
      throw error
    }
  }

  /** Ends the statement that runs, with an error. */
  interrupt(): void {
    this.connection.interrupt()
  }

  /** How much of the statement that runs is done, 0 … 1; null where DuckDB cannot tell. */
  progress(): number | null {
    const { percentage } = this.connection.progress
    return percentage < 0 ? null : percentage / 100
  }
}
