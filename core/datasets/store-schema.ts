import { ColumnRole, MAX_COLUMNS, UserError } from '../contract/index.ts'

/** Version of the tables; `migrations[n]` leads from n to n + 1. */
export const migrations: readonly string[] = [
  `CREATE TABLE meta (name VARCHAR NOT NULL, version BIGINT NOT NULL, next_row BIGINT NOT NULL, next_column BIGINT NOT NULL, updated_at VARCHAR NOT NULL);
   CREATE TABLE columns (id VARCHAR NOT NULL, position INTEGER NOT NULL, name VARCHAR NOT NULL, role VARCHAR NOT NULL);
   CREATE TABLE rows (row_id BIGINT NOT NULL, position BIGINT NOT NULL);
   CREATE SEQUENCE journal_ids;
   CREATE TABLE journal (id BIGINT NOT NULL DEFAULT nextval('journal_ids'), done BOOLEAN NOT NULL, undo VARCHAR NOT NULL, redo VARCHAR NOT NULL);`,
  // A journal entry names the tables of rows or cells that it keeps, and their size.
  `CREATE SEQUENCE kept_ids;
   ALTER TABLE journal ADD COLUMN tables VARCHAR DEFAULT '[]';
   ALTER TABLE journal ADD COLUMN bytes BIGINT DEFAULT 0;`,
  // What a step did, when, and which version it led to.
  `ALTER TABLE journal ADD COLUMN act VARCHAR;
   ALTER TABLE journal ADD COLUMN done_at VARCHAR;
   ALTER TABLE journal ADD COLUMN version BIGINT;`,
  // Where the rows come from: JSON of DatasetSource[].
  `ALTER TABLE meta ADD COLUMN sources VARCHAR DEFAULT '[]';`,
]

/** What the migrations make: the type of each column. */
const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  schema_version: { version: 'INTEGER' },
  meta: {
    name: 'VARCHAR',
    version: 'BIGINT',
    next_row: 'BIGINT',
    next_column: 'BIGINT',
    updated_at: 'VARCHAR',
    sources: 'VARCHAR',
  },
  columns: { id: 'VARCHAR', position: 'INTEGER', name: 'VARCHAR', role: 'VARCHAR' },
  rows: { row_id: 'BIGINT', position: 'BIGINT' },
  journal: {
    id: 'BIGINT',
    done: 'BOOLEAN',
    undo: 'VARCHAR',
    redo: 'VARCHAR',
    tables: 'VARCHAR',
    bytes: 'BIGINT',
    act: 'VARCHAR',
    done_at: 'VARCHAR',
    version: 'BIGINT',
  },
}
/** Columns that later migrations add. */
const addedLater = new Set([
  ...['tables', 'bytes', 'act', 'done_at', 'version'].map((column) => `journal.${column}`),
  'meta.sources',
])
/** Defaults are expressions that run with every row: only these are ours. */
const defaults: Readonly<Record<string, string>> = {
  'journal.id': "nextval('journal_ids')",
  'journal.tables': "'[]'",
  'journal.bytes': '0',
  'meta.sources': "'[]'",
}

export const KEPT_TABLE = /^kept_\d{1,18}$/
export const CELL_COLUMN = /^c\d{1,18}$/

type Value = unknown
type All = (sql: string) => Promise<Value[][]>

/**
 * Checks that a file of unknown origin holds what the migrations make, and nothing that could run when it is used: no
 * views, macros, types, generated columns or defaults. Returns the version of its tables. Throws UserError
 * `dataset/foreign` and `dataset/newer`.
 */
export async function checkSchema(all: All, file: string): Promise<number> {
  const foreign = (problem: string) => new UserError('dataset/foreign', { file, problem })
  // Qualified: a macro of the file could have the name of a function of DuckDB.
  const own = (what: string, columns: string) =>
    all(`SELECT ${columns} FROM system.main.duckdb_${what}() WHERE NOT internal`)
  for (const [what, name] of [
    ['views', 'view_name'],
    ['functions', 'function_name'],
    ['types', 'type_name'],
    ['schemas', 'schema_name'],
  ] as const) {
    const [found] = await own(what, name)
    if (found) throw foreign(String(found[0]))
  }
  const indexes = await all(`SELECT table_name, expressions FROM system.main.duckdb_indexes()`)
  for (const [table, expressions] of indexes)
    if (table !== 'rows' || expressions !== '[row_id]') throw foreign(`${table} ${expressions}`)
  const constraints = await all(`SELECT table_name, constraint_type FROM system.main.duckdb_constraints()`)
  for (const [table, kind] of constraints) if (kind !== 'NOT NULL') throw foreign(`${table} ${kind}`)
  const problem = problemOfColumns(await own('columns', 'table_name, column_name, data_type, column_default'))
  if (problem !== null) throw foreign(problem)
  const versions = await all('SELECT version FROM schema_version LIMIT 2')
  const version = Number(versions[0]?.[0])
  if (versions.length !== 1 || !Number.isInteger(version) || version < 1) throw foreign('schema_version')
  if (version > migrations.length) throw new UserError('dataset/newer', { file })
  return version
}

/** The first column that is missing, of another type, or not ours; null where there is none. */
function problemOfColumns(found: readonly Value[][]): string | null {
  const seen = new Map<string, Set<string>>()
  for (const [table, column, type, expression] of found.map((row) =>
    row.map((value) => (value === null ? null : String(value))),
  )) {
    const place = `${table}.${column}`
    if (typeOf(String(table), String(column)) !== type || (expression !== null && defaults[place] !== expression))
      return place
    seen.set(String(table), (seen.get(String(table)) ?? new Set()).add(String(column)))
  }
  for (const [table, columns] of Object.entries(tables))
    for (const column of Object.keys(columns))
      if (!seen.get(table)?.has(column) && !addedLater.has(`${table}.${column}`)) return `${table}.${column}`
  return null
}

/** The type that a column of ours has; undefined for others. */
function typeOf(table: string, column: string): string | undefined {
  const isKept = KEPT_TABLE.test(table)
  if ((isKept || table === 'rows') && CELL_COLUMN.test(column)) return 'VARCHAR'
  return Object.hasOwn(tables, isKept ? 'rows' : table) ? tables[isKept ? 'rows' : table]?.[column] : undefined
}

/** Checks the rows of `meta` and `columns` by which queries are made. Throws UserError `dataset/foreign`. */
export async function checkContents(all: All, file: string): Promise<void> {
  const foreign = (problem: string) => new UserError('dataset/foreign', { file, problem })
  const meta = await all('SELECT next_column FROM meta LIMIT 2')
  if (meta.length !== 1) throw foreign('meta')
  const stored = new Set(
    (await all(`SELECT column_name FROM system.main.duckdb_columns() WHERE table_name = 'rows'`)).map(([name]) =>
      String(name),
    ),
  )
  const columns = (await all(`SELECT id, role FROM columns LIMIT ${MAX_COLUMNS + 1}`)).map(
    (row) => row.map(String) as [string, string],
  )
  if (columns.length > MAX_COLUMNS || new Set(columns.map(([id]) => id)).size < columns.length) throw foreign('columns')
  for (const [id, role] of columns)
    if (!CELL_COLUMN.test(id) || !stored.has(id) || !ColumnRole.safeParse(role).success) throw foreign(`columns.${id}`)
  for (const [id] of columns) if (Number(id.slice(1)) >= Number(meta[0]?.[0])) throw foreign('meta.next_column')
}
