import { z } from 'zod'
import { assertNever, ColumnRole, UserError } from '../contract/index.ts'
import { exchangeCells, newTable, putRows, takeRows } from './kept.ts'
import { identifier } from './sql.ts'
import type { DatasetStore } from './store.ts'
import { CELL_COLUMN, KEPT_TABLE } from './store-schema.ts'

const Table = z.string().regex(KEPT_TABLE)
const Id = z.string().regex(CELL_COLUMN)
const Count = z.number().int().nonnegative()
const Range = { from: Count, to: Count }
const Cell = z.string().nullable()

/**
 * What the journal remembers: a change with every key resolved, so that it can be repeated and reversed exactly.
 * `table` names a kept table.
 */
const Change = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('setCells'), cells: z.array(z.object({ rowId: Count, columnId: Id, value: Cell })) }),
  z.object({
    kind: z.literal('insertRows'),
    at: Count,
    rows: z.array(z.object({ rowId: Count.optional(), cells: z.array(Cell) })),
    columnIds: z.array(Id),
  }),
  z.object({ kind: z.literal('deleteRows'), ...Range }),
  z.object({ kind: z.literal('insertColumn'), at: Count, id: Id.optional(), name: z.string(), role: ColumnRole }),
  z.object({ kind: z.literal('hideColumn'), id: Id }),
  z.object({ kind: z.literal('updateColumn'), id: Id, name: z.string().optional(), role: ColumnRole.optional() }),
  z.object({ kind: z.literal('orderColumns'), ids: z.array(Id) }),
  z.object({ kind: z.literal('moveRows'), ...Range, at: Count }),
  z.object({ kind: z.literal('exchangeCells'), table: Table }),
  z.object({ kind: z.literal('takeRows'), table: Table, range: z.object(Range).optional() }),
  z.object({ kind: z.literal('putRows'), table: Table }),
])
export type Change = Immutable<z.infer<typeof Change>>

type Immutable<T> = T extends readonly (infer E)[]
  ? readonly Immutable<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Immutable<T[K]> }
    : T

/**
 * The changes, or the names of kept tables, that a journal entry holds: they become SQL. Throws UserError
 * `dataset/foreign` for anything else.
 */
export const parseChanges = (text: string): readonly Change[] => parsed(z.array(Change), text)
export const parseTables = (text: string): readonly string[] => parsed(z.array(Table), text)

function parsed<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    throw new UserError('dataset/foreign', { file: 'journal', problem: text.slice(0, 40) })
  }
}

/** More cells or rows than these are kept in a table of their own instead of the journal's text. */
const JOURNALLED_CELLS = 50
const JOURNALLED_ROWS = 100

/** Applies a change. Returns it with every key resolved, and the changes that reverse it, in their order. */
export async function applyChange(store: DatasetStore, change: Change): Promise<{ done: Change[]; inverse: Change[] }> {
  switch (change.kind) {
    case 'setCells':
      return setCells(store, change)
    case 'insertRows':
      return insertRows(store, change)
    case 'deleteRows':
      return deleteRows(store, change)
    case 'insertColumn': {
      const id = await store.insertColumn(change.at, change)
      return one({ ...change, id }, { kind: 'hideColumn', id })
    }
    case 'hideColumn': {
      const columns = await store.columns()
      const at = columns.findIndex(({ id }) => id === change.id)
      const { name, role } = columns[at] as (typeof columns)[number]
      await store.hideColumn(change.id)
      return one(change, { kind: 'insertColumn', at, id: change.id, name, role })
    }
    case 'updateColumn': {
      const { name, role } = (await store.columns()).find(({ id }) => id === change.id) as {
        name: string
        role: ColumnRole
      }
      await store.updateColumn(change.id, change)
      return one(change, { kind: 'updateColumn', id: change.id, name, role })
    }
    case 'orderColumns': {
      const ids = (await store.columns()).map(({ id }) => id)
      await store.orderColumns(change.ids)
      return one(change, { kind: 'orderColumns', ids })
    }
    case 'moveRows': {
      const { from, to, at } = change
      await store.moveRows(from, to, at)
      const count = to - from
      return one(
        change,
        at > to
          ? { kind: 'moveRows', from: at - count, to: at, at: from }
          : { kind: 'moveRows', from: at, to: at + count, at: to },
      )
    }
    case 'exchangeCells':
      await exchangeCells(store, change.table)
      return one(change, change)
    case 'takeRows':
      await takeRows(store, change.table, change.range)
      return one(change, { kind: 'putRows', table: change.table })
    case 'putRows':
      await putRows(store, change.table)
      return one(change, { kind: 'takeRows', table: change.table })
    default:
      return assertNever(change)
  }
}

/** The kept tables that changes name. */
export const tablesOf = (changes: readonly Change[]): string[] => [
  ...new Set(changes.flatMap((change) => ('table' in change ? [change.table] : []))),
]

const one = (done: Change, inverse: Change) => ({ done: [done], inverse: [inverse] })

async function setCells(store: DatasetStore, change: Extract<Change, { kind: 'setCells' }>) {
  if (change.cells.length <= JOURNALLED_CELLS) {
    const before = await store.swapCells(change.cells)
    // The last one written to a cell must be the first one taken back.
    return one(change, {
      kind: 'setCells',
      cells: change.cells.map((cell, index) => ({ ...cell, value: before[index] ?? null })).reverse(),
    })
  }
  const done: Change[] = []
  for (const columnId of new Set(change.cells.map((cell) => cell.columnId))) {
    const last = new Map(
      change.cells.flatMap((cell) => (cell.columnId === columnId ? [[cell.rowId, [cell.value]] as const] : [])),
    )
    await store.loadTemp('edited', 1, last)
    const table = await newTable(store)
    await store.run(
      `CREATE TABLE ${table} AS SELECT key AS row_id, v0 AS ${identifier(columnId)} FROM temp.edited SEMI JOIN rows ON rows.row_id = key`,
    )
    await store.run('DROP TABLE temp.edited')
    await exchangeCells(store, table)
    done.push({ kind: 'exchangeCells', table })
  }
  return { done, inverse: done }
}

async function insertRows(store: DatasetStore, change: Extract<Change, { kind: 'insertRows' }>) {
  const ids = await store.insertRows(change.at, change.rows, change.columnIds)
  const range = { from: change.at, to: change.at + ids.length }
  if (ids.length > JOURNALLED_ROWS) {
    const table = await newTable(store)
    return one({ kind: 'putRows', table }, { kind: 'takeRows', table, range })
  }
  const rows = change.rows.map(({ cells }, index) => ({ rowId: ids[index] as number, cells }))
  return one({ ...change, rows }, { kind: 'deleteRows', ...range })
}

async function deleteRows(store: DatasetStore, change: Extract<Change, { kind: 'deleteRows' }>) {
  const { from, to } = change
  if (to - from > JOURNALLED_ROWS) {
    const table = await newTable(store)
    await takeRows(store, table, { from, to })
    return one({ kind: 'takeRows', table }, { kind: 'putRows', table })
  }
  const columnIds = await store.storedColumns()
  const rows = await store.texts(from, to, columnIds)
  await store.deleteRows(from, to)
  return one(change, { kind: 'insertRows', at: from, rows, columnIds })
}
