import { assertNever, type ColumnRole } from '../contract/index.ts'
import { exchangeCells, newTable, putRows, takeRows } from './kept.ts'
import type { DatasetStore, KeptRow, StoredCell } from './store.ts'

/** What the journal remembers: a change with every key resolved, so that it can be repeated and reversed exactly. `table` names a kept table. */
export type Change =
  | { readonly kind: 'setCells'; readonly cells: readonly StoredCell[] }
  | { readonly kind: 'insertRows'; readonly at: number; readonly rows: readonly (Partial<Pick<KeptRow, 'rowId'>> & Pick<KeptRow, 'cells'>)[]; readonly columnIds: readonly string[] }
  | { readonly kind: 'deleteRows'; readonly from: number; readonly to: number }
  | { readonly kind: 'insertColumn'; readonly at: number; readonly id?: string; readonly name: string; readonly role: ColumnRole }
  | { readonly kind: 'hideColumn'; readonly id: string }
  | { readonly kind: 'updateColumn'; readonly id: string; readonly name?: string; readonly role?: ColumnRole }
  | { readonly kind: 'orderColumns'; readonly ids: readonly string[] }
  | { readonly kind: 'moveRows'; readonly from: number; readonly to: number; readonly at: number }
  | { readonly kind: 'exchangeCells'; readonly table: string }
  | { readonly kind: 'takeRows'; readonly table: string; readonly range?: { readonly from: number; readonly to: number } }
  | { readonly kind: 'putRows'; readonly table: string }

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
      const { name, role } = (await store.columns()).find(({ id }) => id === change.id) as { name: string; role: ColumnRole }
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
      return one(change, at > to ? { kind: 'moveRows', from: at - count, to: at, at: from } : { kind: 'moveRows', from: at, to: at + count, at: to })
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
export const tablesOf = (changes: readonly Change[]): string[] => [...new Set(changes.flatMap((change) => ('table' in change ? [change.table] : [])))]

const one = (done: Change, inverse: Change) => ({ done: [done], inverse: [inverse] })

async function setCells(store: DatasetStore, change: Extract<Change, { kind: 'setCells' }>) {
  if (change.cells.length <= JOURNALLED_CELLS) {
    const before = await store.swapCells(change.cells)
    // The last one written to a cell must be the first one taken back.
    return one(change, { kind: 'setCells', cells: change.cells.map((cell, index) => ({ ...cell, value: before[index] ?? null })).reverse() })
  }
  const done: Change[] = []
  for (const columnId of new Set(change.cells.map((cell) => cell.columnId))) {
    const last = new Map(change.cells.flatMap((cell) => (cell.columnId === columnId ? [[cell.rowId, [cell.value]] as const] : [])))
    await store.loadTemp('edited', 1, last)
    const table = await newTable(store)
    await store.run(`CREATE TABLE ${table} AS SELECT key AS row_id, v0 AS "${columnId}" FROM temp.edited SEMI JOIN rows ON rows.row_id = key`)
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
