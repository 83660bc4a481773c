import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { AttackContext } from '../../harness/attack.ts'
import { libraryOf } from '../../harness/host.ts'
import { spoil } from './mutations.ts'
import type { Target } from './target.ts'

/** What no reply may hold: the text of a file beside the library. */
const SECRET = 'SECRET-OF-THIS-MACHINE'

/** Changes to a dataset's file that a foreign program could have made; `secret` is a file of this machine. */
const rewritingsFor = (secret: string): Readonly<Record<string, readonly string[]>> => ({
  'a column id that is SQL': [
    `UPDATE columns SET id = 'c1" || (SELECT content FROM read_text(''${secret}'')) || "c1' WHERE position = 0`,
  ],
  'a column id of another table': [`UPDATE columns SET id = 'row_id' WHERE position = 0`],
  'rows as a view of a file': [
    'DROP INDEX IF EXISTS rows_by_id',
    'ALTER TABLE rows RENAME TO old_rows',
    `CREATE VIEW rows AS SELECT row_id, position, content AS c1, content AS c2 FROM old_rows, read_text('${secret}')`,
  ],
  'rows as a view without end': [
    'DROP INDEX IF EXISTS rows_by_id',
    'ALTER TABLE rows RENAME TO old_rows',
    'CREATE VIEW rows AS SELECT range AS row_id, range AS position, NULL::VARCHAR AS c1, NULL::VARCHAR AS c2 FROM range(100000000000)',
  ],
  'a macro in place of a function': [
    `CREATE MACRO "left"(a, b) AS (SELECT content FROM read_text('${secret}') LIMIT 1)`,
  ],
  'a macro of count': ['CREATE MACRO "length"(a) AS (SELECT count(*) FROM range(100000000000))'],
  'no meta': ['DROP TABLE meta'],
  'no rows': ['DROP INDEX IF EXISTS rows_by_id', 'DROP TABLE rows'],
  'empty meta': ['DELETE FROM meta'],
  'a version of the future': ['UPDATE schema_version SET version = 9999'],
  'a negative version': ['UPDATE schema_version SET version = -5'],
  'a name of a megabyte': [`UPDATE meta SET name = repeat('あ', 1000000)`],
  'a broken journal': [`INSERT INTO journal (done, undo, redo) VALUES (true, 'not json', '[{"kind":"evil"}]')`],
  'a journal that names tables': [
    `INSERT INTO journal (done, undo, redo, tables) VALUES (true, '[]', '[]', '["rows", "meta; DROP TABLE columns"]')`,
  ],
  'places with gaps': ['UPDATE rows SET position = position * 1000000'],
  'the same place twice': ['UPDATE rows SET position = 0'],
  'numbers instead of texts': [
    'ALTER TABLE rows ADD COLUMN c77 BIGINT',
    `INSERT INTO columns VALUES ('c77', 7, 'n', 'prompt')`,
  ],
  'a column that is not there': [`INSERT INTO columns VALUES ('c99', 9, 'ghost', 'answer')`],
  'a role that is none': [`UPDATE columns SET role = 'emperor'`],
})

/**
 * Datasets of strangers in the library: spoilt files and files made to do something else. The others stay in the list.
 */
export async function tryDatabases(context: AttackContext, target: Target, count: number): Promise<void> {
  const { report, random } = context
  const { id } = await target.host.client.call('datasets.create', { from: 'sample' })
  await target.host.client.call('datasets.save', { id })
  const folder = join(libraryOf(target.folder), 'datasets')
  const source = join(target.folder, 'good.duckdb')
  await target.host.stop()
  await copyFile(join(folder, `${id}.duckdb`), source)
  await target.restart()
  const good = readFileSync(source)
  const secret = join(target.folder, 'secret.txt')
  // Cells are stored with a mark before them, which is taken away: the secret does not come first.
  writeFileSync(secret, `The ${SECRET}.\n`)
  const rewritings = rewritingsFor(secret)
  const names = Object.keys(rewritings)
  for (let number = 0; number < count && performance.now() < context.deadlineMs; number++) {
    const name = `d20200101-x${String(number).padStart(5, '0')}`
    const file = join(folder, `${name}.duckdb`)
    let what = names[number] ?? ''
    if (what !== '') await rewrite(source, file, rewritings[what] as readonly string[])
    else {
      const { how, bytes } = spoil(good, random)
      what = how
      writeFileSync(file, bytes)
    }
    report.count++
    await tryDatabase(context, target, { stranger: name, own: id, what })
    await target.ask('duckdb', what, 'datasets.remove', { id: name })
    rmSync(file, { force: true })
    rmSync(`${file}.wal`, { force: true })
  }
}

async function rewrite(source: string, file: string, statements: readonly string[]): Promise<void> {
  await copyFile(source, file)
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  for (const statement of statements) await connection.run(statement)
  connection.closeSync()
  instance.closeSync()
}

async function tryDatabase(
  { report }: AttackContext,
  target: Target,
  { stranger, own, what }: { stranger: string; own: string; what: string },
): Promise<void> {
  const listed = await target.ask('duckdb', what, 'datasets.list', {})
  report.expect(
    listed?.ok !== true || (listed.value as { id: string }[]).some((dataset) => dataset.id === own),
    'duckdb: a damaged dataset hides others',
    what,
  )
  for (const [name, input] of [
    ['datasets.open', { id: stranger }],
    ['datasets.page', { id: stranger, offset: 0, limit: 100 }],
    ['datasets.history', { id: stranger }],
    ['datasets.undo', { id: stranger }],
    ['datasets.edit', { id: stranger, edits: [{ kind: 'setRange', row: 0, column: 0, values: [['x']] }] }],
    ['datasets.check', { id: stranger }],
    ['experiments.plan', { settings: { 'dataset.id': stranger } }],
  ] as const) {
    const result = await target.ask('duckdb', what, name, input)
    if (result === null) return
    const text = JSON.stringify(result)
    report.expect(
      !text.includes(SECRET),
      `duckdb: ${what} reads files of this machine`,
      `${name}: ${text.slice(0, 300)}`,
    )
  }
}
