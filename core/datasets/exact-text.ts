import type { DuckDBValue } from '@duckdb/node-api'

/**
 * The SQL of a text as `textOf` reads it: the binding's decoder drops a byte order mark at the start of a text; behind
 * another character it stays.
 */
export const exactText = (sql: string): string => `'.' || ${sql}`

/** The text of a value that was selected by `exactText`; null where it is missing. */
export const textOf = (value: DuckDBValue | undefined): string | null =>
  typeof value === 'string' ? value.slice(1) : null
