import { assertNever, UserError, type ColumnRole, type DatasetEdit } from '../contract/index.ts'
import { detectRole } from './roles.ts'
import type { DatasetStore, KeptRow } from './store.ts'

type Cell = { readonly rowId: number; readonly columnId: string; readonly value: string | null }

/** What the journal remembers: a change with every key resolved, so that it can be repeated and reversed exactly. */
export type Change =
  | { readonly kind: 'setCells'; readonly cells: readonly Cell[] }
  | { readonly kind: 'insertRows'; readonly at: number; readonly rows: readonly (Partial<Pick<KeptRow, 'rowId'>> & Pick<KeptRow, 'cells'>)[]; readonly columnIds: readonly string[] }
  | { readonly kind: 'deleteRows'; readonly from: number; readonly to: number }
  | { readonly kind: 'insertColumn'; readonly at: number; readonly id?: string; readonly name: string; readonly role: ColumnRole }
  | { readonly kind: 'hideColumn'; readonly id: string }
  | { readonly kind: 'updateColumn'; readonly id: string; readonly name?: string; readonly role?: ColumnRole }

/** At least 200 steps can be undone; older ones are forgotten. */
const KEPT_STEPS = 500

/** Applies the edits as one undo step, in one transaction. Throws UserError where an edit names what is not there; nothing is changed then. */
export async function applyEdits(store: DatasetStore, edits: readonly DatasetEdit[]): Promise<void> {
  await store.transaction(async () => {
    const undo: Change[] = []
    const redo: Change[] = []
    for (const edit of edits)
      for (const change of await toChanges(store, edit)) {
        const { done, inverse } = await applyChange(store, change)
        redo.push(done)
        undo.unshift(inverse)
      }
    await store.run('DELETE FROM journal WHERE NOT done OR id <= (SELECT max(id) FROM journal) - $1', [BigInt(KEPT_STEPS)])
    await store.run('INSERT INTO journal (done, undo, redo) VALUES (true, $1, $2)', [JSON.stringify(undo), JSON.stringify(redo)])
    await store.touch()
  })
}

/** Reverses the last step, or repeats the last reversed one. Does nothing where there is none. */
export async function stepJournal(store: DatasetStore, direction: 'undo' | 'redo'): Promise<void> {
  const pick = direction === 'undo' ? 'done ORDER BY id DESC' : 'NOT done ORDER BY id'
  const [entry] = await store.all(`SELECT id, ${direction} FROM journal WHERE ${pick} LIMIT 1`)
  if (!entry) return
  await store.transaction(async () => {
    for (const change of JSON.parse(String(entry[1])) as Change[]) await applyChange(store, change)
    await store.run('UPDATE journal SET done = $1 WHERE id = $2', [direction === 'redo', entry[0] as bigint])
    await store.touch()
  })
}

/** How many steps can be undone and redone. */
export async function journalCounts(store: DatasetStore): Promise<{ undoCount: number; redoCount: number }> {
  const [row] = await store.all('SELECT count(*) FILTER (WHERE done), count(*) FILTER (WHERE NOT done) FROM journal')
  return { undoCount: Number(row?.[0]), redoCount: Number(row?.[1]) }
}

async function toChanges(store: DatasetStore, edit: DatasetEdit): Promise<Change[]> {
  const columns = await store.columns()
  const columnIds = columns.map(({ id }) => id)
  switch (edit.kind) {
    case 'setCells':
      requireColumns(columnIds, edit.cells.map(({ columnId }) => columnId))
      return [edit]
    case 'setRange':
      return rangeChanges(store, edit, columns.map(({ id }) => id))
    case 'insertRows':
      return [{ kind: 'insertRows', at: Math.min(edit.at, await store.rowCount()), rows: edit.rows.map((cells) => ({ cells })), columnIds }]
    case 'deleteRows': {
      const to = Math.min(edit.to, await store.rowCount())
      return edit.from < to ? [{ kind: 'deleteRows', from: edit.from, to }] : []
    }
    case 'insertColumn':
      return [{ kind: 'insertColumn', at: Math.min(edit.at, columns.length), name: edit.name, role: detectRole(edit.name) }]
    case 'deleteColumn':
      requireColumns(columnIds, [edit.columnId])
      return [{ kind: 'hideColumn', id: edit.columnId }]
    case 'renameColumn':
      requireColumns(columnIds, [edit.columnId])
      return [{ kind: 'updateColumn', id: edit.columnId, name: edit.name }]
    case 'setRole':
      requireColumns(columnIds, [edit.columnId])
      return [{ kind: 'updateColumn', id: edit.columnId, role: edit.role }]
    default:
      return assertNever(edit)
  }
}

function requireColumns(known: readonly string[], wanted: readonly string[]): void {
  const missing = wanted.find((id) => !known.includes(id))
  if (missing !== undefined) throw new UserError('dataset/column-not-found', { column: missing })
}

/** A pasted block: cells of existing rows, then new rows below, new columns on the right. */
async function rangeChanges(store: DatasetStore, { row, column, values }: Extract<DatasetEdit, { kind: 'setRange' }>, known: readonly string[]): Promise<Change[]> {
  const changes: Change[] = []
  const columnIds = [...known]
  const width = column + Math.max(...values.map((cells) => cells.length))
  const next = await store.nextColumn()
  for (let at = known.length; at < width; at++) {
    changes.push({ kind: 'insertColumn', at, name: columnName(at), role: 'ignore' })
    columnIds.push(`c${next + at - known.length}`)
  }
  const rowCount = await store.rowCount()
  const existing = await store.texts(row, Math.min(row + values.length, rowCount), [])
  const cells = existing.flatMap(({ rowId }, index) => (values[index] ?? []).map((value, offset) => ({ rowId, columnId: columnIds[column + offset] as string, value })))
  if (cells.length > 0) changes.push({ kind: 'setCells', cells })
  const below = values.slice(existing.length).map((line) => ({ cells: [...Array.from({ length: column }, () => null), ...line] }))
  if (below.length > 0) changes.push({ kind: 'insertRows', at: rowCount, rows: below, columnIds })
  return changes
}

/** The name of a new column, as a spreadsheet would call it: A … Z, AA … */
export const columnName = (index: number): string => (index < 26 ? '' : columnName(Math.floor(index / 26) - 1)) + String.fromCharCode(65 + (index % 26))

async function applyChange(store: DatasetStore, change: Change): Promise<{ done: Change; inverse: Change }> {
  switch (change.kind) {
    case 'setCells': {
      const byColumn = new Map<string, Cell[]>()
      for (const cell of change.cells) {
        const cells = byColumn.get(cell.columnId)
        if (cells) cells.push(cell)
        else byColumn.set(cell.columnId, [cell])
      }
      const before: Cell[] = []
      for (const [columnId, cells] of byColumn) {
        const values = await store.swapCells(columnId, cells)
        before.push(...cells.map((cell, index) => ({ ...cell, value: values[index] as string | null })))
      }
      return { done: change, inverse: { kind: 'setCells', cells: before } }
    }
    case 'insertRows': {
      const ids = await store.insertRows(change.at, change.rows, change.columnIds)
      const rows = change.rows.map(({ cells }, index) => ({ rowId: ids[index] as number, cells }))
      return { done: { ...change, rows }, inverse: { kind: 'deleteRows', from: change.at, to: change.at + rows.length } }
    }
    case 'deleteRows': {
      const columnIds = await store.storedColumns()
      const rows = await store.texts(change.from, change.to, columnIds)
      await store.deleteRows(change.from, change.to)
      return { done: change, inverse: { kind: 'insertRows', at: change.from, rows, columnIds } }
    }
    case 'insertColumn': {
      const id = await store.insertColumn(change.at, change)
      return { done: { ...change, id }, inverse: { kind: 'hideColumn', id } }
    }
    case 'hideColumn': {
      const columns = await store.columns()
      const at = columns.findIndex(({ id }) => id === change.id)
      const { name, role } = columns[at] as (typeof columns)[number]
      await store.hideColumn(change.id)
      return { done: change, inverse: { kind: 'insertColumn', at, id: change.id, name, role } }
    }
    case 'updateColumn': {
      const { name, role } = (await store.columns()).find(({ id }) => id === change.id) as { name: string; role: ColumnRole }
      await store.updateColumn(change.id, change)
      return { done: change, inverse: { kind: 'updateColumn', id: change.id, name, role } }
    }
    default:
      return assertNever(change)
  }
}
