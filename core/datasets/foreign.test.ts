import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DatasetId, DatasetInfo, UserError } from '../contract/index.ts'
import { createDatasetService, type DatasetService } from './service.ts'

let folder: string
let service: DatasetService
let good: DatasetInfo

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-foreign-'))
  service = createDatasetService({
    folder,
    trashFolder: join(folder, 'trash'),
    templatesFolder: join(import.meta.dirname, '..', '..', 'resources', 'tutorial'),
    emit: () => undefined,
  })
  good = await service.create({ from: 'sample' })
})
afterEach(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

const idOf = (name: string) => name as DatasetId
const fileOf = (name: string) => join(folder, `${name}.duckdb`)

/** A copy of a dataset in which these statements have run, put into the folder by hand. */
async function put(name: string, ...statements: string[]): Promise<DatasetId> {
  await service.save({ id: good.id })
  await copyFile(fileOf(good.id), fileOf(name))
  const instance = await DuckDBInstance.create(fileOf(name))
  const connection = await instance.connect()
  for (const statement of statements) await connection.run(statement)
  connection.closeSync()
  instance.closeSync()
  return idOf(name)
}
const errorOf = async (work: Promise<unknown>) =>
  (
    (await work.then(
      () => null,
      (error: unknown) => error,
    )) as UserError | null
  )?.error.code

async function expectRefused(id: DatasetId, code: string): Promise<void> {
  expect(await errorOf(service.open({ id }))).toBe(code)
  const listed = await service.list({})
  expect(listed.find((item) => item.id === id)?.problem?.code).toBe(code)
  expect(listed.find((item) => item.id === good.id)).toMatchObject({ name: good.name, rowCount: 11 })
}

describe('a .duckdb file that was put into the folder', () => {
  it('is opened where a studio made it', async () => {
    expect(await service.open({ id: await put('copied') })).toMatchObject({ rowCount: 11, name: good.name })
  })

  it.each([
    ['a view that reads files', "CREATE VIEW secrets AS SELECT * FROM read_text('/etc/hostname')"],
    ['a view in the place of a table', 'ALTER TABLE meta RENAME TO other; CREATE VIEW meta AS SELECT * FROM other'],
    ['a macro', 'CREATE MACRO length(x) AS 5'],
    [
      'a macro with the name of a function that tells the schema',
      "CREATE MACRO duckdb_tables() AS TABLE SELECT 'rows' AS table_name",
    ],
    [
      'a macro with the name of a system function',
      'CREATE MACRO duckdb_views() AS TABLE SELECT 1 AS view_name WHERE false; CREATE VIEW v AS SELECT 1',
    ],
    ['a table of its own', 'CREATE TABLE other (a VARCHAR)'],
    ['a schema of its own', 'CREATE SCHEMA other'],
    ['a type of its own', "CREATE TYPE mood AS ENUM ('a')"],
    ['a generated column', 'CREATE TABLE kept_9 (row_id BIGINT, c1 VARCHAR GENERATED ALWAYS AS (row_id::VARCHAR))'],
    ['a default', "ALTER TABLE rows ALTER COLUMN c1 SET DEFAULT current_setting('temp_directory')"],
    ['a column with a quote in its name', 'ALTER TABLE rows ADD COLUMN "c1"" FROM rows; DROP TABLE rows; --" VARCHAR'],
    ['a column of another type', 'ALTER TABLE rows ADD COLUMN c7 INTEGER'],
    ['a constraint', 'CREATE TABLE kept_9 (row_id BIGINT CHECK (row_id > 0))'],
    ['an index of an expression', 'CREATE INDEX other ON rows (length(c1))'],
    ['a column id that is SQL', `UPDATE columns SET id = 'c1" FROM rows; --' WHERE position = 0`],
    ['a column id without a column', "UPDATE columns SET id = 'c99' WHERE position = 0"],
    ['a role that does not exist', "UPDATE columns SET role = 'admin' WHERE position = 0"],
    ['a column twice', 'INSERT INTO columns SELECT * FROM columns'],
    ['two descriptions', 'INSERT INTO meta SELECT * FROM meta'],
    ['no description', 'DELETE FROM meta'],
    ['a next column that exists', 'UPDATE meta SET next_column = 1'],
    ['no version', 'DELETE FROM schema_version'],
    ['a table that is missing', 'DROP TABLE journal'],
  ])('with %s is refused', async (_, statement) => expectRefused(await put('foreign', statement), 'dataset/foreign'))

  it('of a newer studio is refused', async () =>
    expectRefused(await put('newer', 'UPDATE schema_version SET version = 99'), 'dataset/newer'))

  it.each([
    ['empty', Buffer.alloc(0)],
    ['no database', Buffer.from('PK\u0003\u0004 nothing')],
    ['zeros', Buffer.alloc(20_000)],
    ['SQLite', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4096)])],
  ])('that is %s is refused', async (_, contents) => {
    await writeFile(fileOf('broken'), contents)
    const code = await errorOf(service.open({ id: idOf('broken') }))
    expect(['dataset/damaged', 'dataset/foreign']).toContain(code)
    expect((await service.list({})).find(({ id }) => id === 'broken')?.problem?.code).toBe(code)
  })

  it('that is cut off is refused, and can be moved to the trash and back', async () => {
    await put('cut')
    await writeFile(fileOf('cut'), (await readFile(fileOf('cut'))).subarray(0, 9000))
    expect(await errorOf(service.open({ id: idOf('cut') }))).toBe('dataset/damaged')
    await service.remove({ id: idOf('cut') })
    expect(await readdir(join(folder, 'trash'))).toEqual(['cut.duckdb'])
    expect((await service.list({})).map(({ id }) => id)).toEqual([good.id])
  })

  it('that is a link, a pipe or a folder is not followed', async () => {
    await put('target')
    const elsewhere = join(folder, 'elsewhere')
    await mkdir(elsewhere)
    await copyFile(fileOf('target'), join(elsewhere, 'a'))
    await symlink(join(elsewhere, 'a'), fileOf('link'))
    await symlink('/dev/zero', fileOf('device'))
    execFileSync('mkfifo', [fileOf('pipe')])
    await mkdir(fileOf('folder'))
    expect((await service.list({})).map(({ id }) => id as string).sort()).toEqual([good.id, 'target'].sort())
    for (const name of ['link', 'device', 'pipe', 'folder'])
      expect(await errorOf(service.open({ id: idOf(name) }))).toBe('dataset/foreign')
    await writeFile(join(elsewhere, 'victim'), 'untouched')
    await symlink(join(elsewhere, 'victim'), `${fileOf('target')}.wal`)
    expect(await errorOf(service.rename({ id: idOf('target'), name: 'x' }))).toBe('dataset/foreign')
    expect(await readFile(join(elsewhere, 'victim'), 'utf8')).toBe('untouched')
  })

  it.each([
    ['a table that is SQL', `[{"kind":"exchangeCells","table":"rows; DROP TABLE columns; --"}]`],
    ['a column that is SQL', `[{"kind":"setCells","cells":[{"rowId":1,"columnId":"c1\\" = 'x'; --","value":"x"}]}]`],
    ['a row that is SQL', `[{"kind":"moveRows","from":"0; DROP TABLE columns","to":1,"at":2}]`],
    ['no JSON', '{'],
  ])('whose journal names %s is not undone', async (_, changes) => {
    const id = await put(
      'journal',
      `INSERT INTO journal (done, undo, redo) VALUES (true, '${changes.replaceAll("'", "''")}', '[]')`,
    )
    expect(await errorOf(service.undo({ id }))).toBe('dataset/foreign')
    expect(await service.open({ id })).toMatchObject({ rowCount: 11, columnNames: ['instruction', 'output'] })
  })

  it('whose journal keeps a table that is SQL is not changed', async () => {
    const id = await put(
      'kept',
      `INSERT INTO journal (done, undo, redo, tables) VALUES (false, '[]', '[]', '["rows; DROP TABLE columns"]')`,
    )
    expect(await errorOf(service.edit({ id, edits: [{ kind: 'insertRows', at: 0, rows: [['a', 'b']] }] }))).toBe(
      'dataset/foreign',
    )
    expect((await service.open({ id })).rowCount).toBe(11)
  })
})

describe('a dataset after every kind of change', () => {
  it('is opened again: nothing that we make is taken for foreign', async () => {
    const { id, columns } = good
    const columnId = columns[0]!.id
    const many = Array.from({ length: 300 }, (_, row) => [`質問 ${row}`, `"quoted" ${row}`])
    const other = await service.create({ from: 'sample' })
    const steps: (() => Promise<unknown>)[] = [
      () => service.edit({ id, edits: [{ kind: 'setRange', row: 11, column: 0, values: many }] }),
      () => service.edit({ id, edits: [{ kind: 'sort', keys: [{ columnId, direction: 'descending' }] }] }),
      () => service.edit({ id, edits: [{ kind: 'deleteRows', from: 0, to: 150 }] }),
      () =>
        service.edit({
          id,
          edits: [
            {
              kind: 'fill',
              fromRow: 0,
              toRow: 1,
              fromColumn: 0,
              toColumn: 0,
              toward: 'down',
              count: 50,
              how: 'series',
            },
          ],
        }),
      () => service.edit({ id, edits: [{ kind: 'clear', fromRow: 0, toRow: 80, fromColumn: 0, toColumn: 0 }] }),
      () =>
        service.edit({
          id,
          edits: [
            { kind: 'insertColumn', at: 1, name: 'a "quoted" name; --' },
            { kind: 'setRole', columnId, role: 'system' },
          ],
        }),
      () =>
        service.replace({ id, query: { text: 'quoted', kind: 'contains', matchCase: false }, replacement: "o'clock" }),
      () => service.edit({ id, edits: [{ kind: 'removeDuplicates', columnIds: [columnId] }] }),
      () => service.appendDataset({ id, from: other.id }),
      () => service.join({ id, from: other.id, columnId, fromColumnId: other.columns[0]!.id, duplicates: 'first' }),
      () => service.repair({ id, check: 'blank-rows' as never }).catch(() => undefined),
      () => service.undo({ id }),
    ]
    for (const step of steps) {
      await step()
      const before = await service.open({ id })
      await service.close()
      service = createDatasetService({
        folder,
        trashFolder: join(folder, 'trash'),
        templatesFolder: join(import.meta.dirname, '..', '..', 'resources', 'tutorial'),
        emit: () => undefined,
      })
      expect({ ...(await service.open({ id })), sizeBytes: 0 }).toEqual({ ...before, sizeBytes: 0 })
    }
  })
})
