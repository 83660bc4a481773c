import {
  assertNever,
  UserError,
  type Column,
  type DatasetEdit,
  type DatasetView,
  type StepAct,
} from '../contract/index.ts'
import { clearChanges, deleteInView, duplicateChanges, fillChanges, sortChanges } from './bulk-edits.ts'
import type { Change } from './changes.ts'
import { journalled } from './journal.ts'
import { requireColumns } from './matching.ts'
import { detectRole } from './roles.ts'
import type { DatasetStore, Places } from './store.ts'
import { placesOf } from './views.ts'

type EditOf<K extends DatasetEdit['kind']> = Extract<DatasetEdit, { kind: K }>

/**
 * Applies the edits as one undo step, in one transaction. Throws UserError where an edit names what is not there, or
 * places rows in a view; nothing is changed then.
 */
export async function applyEdits(
  store: DatasetStore,
  edits: readonly DatasetEdit[],
  view?: DatasetView,
  act: StepAct = actOf(edits),
): Promise<void> {
  const shown = await placesOf(store, view)
  await journalled(store, act, async (apply) => {
    for (const edit of edits) {
      const places = shown.isView ? shown : await store.everyRow()
      for (const change of await toChanges(store, edit, places)) await apply(change)
    }
  })
}

const actOf = (edits: readonly DatasetEdit[]): StepAct => {
  const kinds = new Set(edits.map(({ kind }) => kind))
  return kinds.size === 1 ? ([...kinds][0] as DatasetEdit['kind']) : 'several'
}

async function toChanges(store: DatasetStore, edit: DatasetEdit, places: Places): Promise<Change[]> {
  const columns = await store.columns()
  const columnIds = columns.map(({ id }) => id)
  switch (edit.kind) {
    case 'setCells':
      requireColumns(
        columns,
        edit.cells.map(({ columnId }) => columnId),
      )
      return [edit]
    case 'setRange':
      return rangeChanges(store, edit, columnIds, places)
    case 'insertRows':
      refuseView(places)
      return [
        {
          kind: 'insertRows',
          at: Math.min(edit.at, places.count),
          rows: edit.rows.map((cells) => ({ cells })),
          columnIds,
        },
      ]
    case 'deleteRows': {
      const to = Math.min(edit.to, places.count)
      if (edit.from >= to) return []
      return places.isView ? deleteInView(store, places, edit.from, to) : [{ kind: 'deleteRows', from: edit.from, to }]
    }
    case 'insertColumn':
      return [insertedColumn(Math.min(edit.at, columns.length), edit.name)]
    case 'insertColumns':
      return edit.names.map((name, index) => insertedColumn(Math.min(edit.at, columns.length) + index, name))
    case 'deleteColumn':
    case 'deleteColumns':
    case 'renameColumn':
    case 'setRole':
    case 'moveColumns':
      return columnChanges(edit, columns)
    case 'moveRows':
      refuseView(places)
      return moveChanges(edit, places.count)
    case 'clear':
      return clearChanges(store, places, edit, columnIds)
    case 'fill':
      return fillChanges(store, places, edit, columnIds)
    case 'sort':
      refuseView(places)
      requireColumns(
        columns,
        edit.keys.map(({ columnId }) => columnId),
      )
      return sortChanges(store, edit.keys)
    case 'removeDuplicates':
      requireColumns(columns, edit.columnIds)
      return duplicateChanges(store, edit.columnIds)
    default:
      return assertNever(edit)
  }
}

const insertedColumn = (at: number, name: string): Change => ({
  kind: 'insertColumn',
  at,
  name,
  role: detectRole(name),
})

function refuseView({ isView }: Places): void {
  if (isView) throw new UserError('dataset/view-order')
}

function columnChanges(
  edit: EditOf<'deleteColumn' | 'deleteColumns' | 'renameColumn' | 'setRole' | 'moveColumns'>,
  columns: readonly Column[],
): Change[] {
  const named = 'columnIds' in edit ? [...new Set(edit.columnIds)] : [edit.columnId]
  requireColumns(columns, named)
  switch (edit.kind) {
    case 'deleteColumn':
    case 'deleteColumns':
      return named.map((id) => ({ kind: 'hideColumn', id }))
    case 'renameColumn':
      return [{ kind: 'updateColumn', id: edit.columnId, name: edit.name }]
    case 'setRole':
      return [{ kind: 'updateColumn', id: edit.columnId, role: edit.role }]
    case 'moveColumns': {
      const ids = columns.map(({ id }) => id)
      const staying = (part: typeof ids) => part.filter((id) => !named.includes(id))
      const order = [...staying(ids.slice(0, edit.at)), ...named, ...staying(ids.slice(edit.at))]
      return order.every((id, index) => id === ids[index]) ? [] : [{ kind: 'orderColumns', ids: order }]
    }
    default:
      return assertNever(edit)
  }
}

function moveChanges({ from, to: end, at: wanted }: EditOf<'moveRows'>, rowCount: number): Change[] {
  const [to, at] = [Math.min(end, rowCount), Math.min(wanted, rowCount)]
  return from >= to || (at >= from && at <= to) ? [] : [{ kind: 'moveRows', from, to, at }]
}

/** A pasted block: cells of existing rows, then new rows at the dataset's end, new columns on the right. */
async function rangeChanges(
  store: DatasetStore,
  { row, column, values }: EditOf<'setRange'>,
  known: readonly string[],
  places: Places,
): Promise<Change[]> {
  const changes: Change[] = []
  const columnIds = [...known]
  const width = column + values.reduce((widest, cells) => Math.max(widest, cells.length), 0)
  const next = await store.nextColumn()
  for (let at = known.length; at < width; at++) {
    changes.push({ kind: 'insertColumn', at, name: columnName(at), role: 'ignore' })
    columnIds.push(`c${next + at - known.length}`)
  }
  const existing = await store.rowIds(row, row + values.length, places)
  const cells = existing.flatMap((rowId, index) =>
    (values[index] ?? []).map((value, offset) => ({ rowId, columnId: columnIds[column + offset] as string, value })),
  )
  if (cells.length > 0) changes.push({ kind: 'setCells', cells })
  const below = values
    .slice(existing.length)
    .map((line) => ({ cells: [...Array.from({ length: column }, () => null), ...line] }))
  if (below.length > 0) changes.push({ kind: 'insertRows', at: await store.rowCount(), rows: below, columnIds })
  return changes
}

/** The name of a new column, as a spreadsheet would call it: A … Z, AA … */
export const columnName = (index: number): string =>
  (index < 26 ? '' : columnName(Math.floor(index / 26) - 1)) + String.fromCharCode(65 + (index % 26))
