import type { DatasetEdit } from '../../../../core/contract/index.ts'
import { boundsOf, MAX_BLOCK_CELLS, type GridEnvironment, type Table } from './environment.ts'
import { cellsIn, columnsIn, coversAllColumns, coversAllRows, rangeOf, rowsIn, selectBlock, selectCell, type CellRange } from './selection.ts'

/** The selected block without the empty row at the end; null where only that row is selected. */
export function selectedData(env: GridEnvironment): CellRange | null {
  const range = rangeOf(env.store.getState().selection)
  const bottom = Math.min(range.bottom, env.rows.rowCount() - 1)
  return bottom < range.top || env.columns().length === 0 ? null : { ...range, bottom }
}

function fits(env: GridEnvironment, cellCount: number): boolean {
  if (cellCount <= MAX_BLOCK_CELLS) return true
  env.host().notify('too-many-cells')
  return false
}

const filled = (rowCount: number, columnCount: number, value: string): string[][] =>
  Array.from({ length: rowCount }, () => Array.from({ length: columnCount }, () => value))

function writeBlock(env: GridEnvironment, top: number, left: number, values: Table): void {
  const edit: DatasetEdit = { kind: 'setRange', row: top, column: left, values: values.map((row) => [...row]) }
  env.host().edit([edit], { top, left, values })
}

/** Empties the selected cells. */
export function clearCells(env: GridEnvironment): void {
  const range = selectedData(env)
  if (range && fits(env, cellsIn(range))) writeBlock(env, range.top, range.left, filled(rowsIn(range), columnsIn(range), ''))
}

/** Writes a copied table at the selection: one value fills the block, a table that divides it is repeated, any other keeps its size. */
export function pasteTable(env: GridEnvironment, table: Table): void {
  const range = rangeOf(env.store.getState().selection)
  const values = tiled(padded(table), range)
  if (!fits(env, values.length * (values[0]?.length ?? 0))) return
  const bottom = range.top + values.length - 1
  const right = range.left + Math.max(1, values[0]?.length ?? 1) - 1
  writeBlock(env, range.top, range.left, values)
  env.store.setState({ selection: selectBlock({ row: range.top, column: range.left }, { row: bottom, column: right }) })
}

/** Rows of a clipboard table can be ragged; short ones end in empty cells. */
function padded(table: Table): Table {
  const width = table.reduce((widest, row) => Math.max(widest, row.length), 0)
  return table.map((row) => (row.length === width ? row : [...row, ...Array<string>(width - row.length).fill('')]))
}

function tiled(table: Table, range: CellRange): Table {
  const height = table.length
  const width = table[0]?.length ?? 0
  const rows = rowsIn(range)
  const columns = columnsIn(range)
  if (rows * columns > MAX_BLOCK_CELLS || rows % height !== 0 || columns % width !== 0 || rows * columns === height * width) return table
  return Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_unused, column) => table[row % height]?.[column % width] ?? ''))
}

/** Copies the first row of the selection into its other rows (Ctrl+D); on one row, the row above. */
export async function fillDown(env: GridEnvironment): Promise<void> {
  const range = selectedData(env)
  if (!range || !fits(env, cellsIn(range))) return
  const single = rowsIn(range) === 1
  if (single && range.top === 0) return
  const source = single ? range.top - 1 : range.top
  const first = (await env.host().readRange({ ...range, top: source, bottom: source }))?.[0]
  if (first) writeBlock(env, source + 1, range.left, Array.from({ length: range.bottom - source }, () => first))
}

/** Inserts as many empty rows as are selected, above or below the selection, and selects them. */
export function insertRows(env: GridEnvironment, side: 'above' | 'below'): void {
  const { selection } = env.store.getState()
  const range = rangeOf(selection)
  const data = selectedData(env)
  const count = data ? rowsIn(data) : 1
  const at = Math.min(side === 'above' ? range.top : range.bottom + 1, env.rows.rowCount())
  const width = env.columns().length
  if (width === 0 || !fits(env, count * width)) return
  env.host().edit([{ kind: 'insertRows', at, rows: filled(count, width, '') }])
  env.store.setState({ selection: count === 1 ? selectCell({ row: at, column: selection.active.column }) : selectBlock({ row: at, column: 0 }, { row: at + count - 1, column: width - 1 }) })
  env.reveal({ row: at, column: selection.active.column })
}

/** Deletes the rows that the selection touches. */
export function deleteRows(env: GridEnvironment): void {
  const range = selectedData(env)
  if (!range) return
  env.host().edit([{ kind: 'deleteRows', from: range.top, to: range.bottom + 1 }])
  env.store.setState({ selection: selectCell({ row: range.top, column: env.store.getState().selection.active.column }) })
}

/** Inserts one column beside the selection and opens its name for typing. */
export function insertColumn(env: GridEnvironment, side: 'left' | 'right'): void {
  const range = rangeOf(env.store.getState().selection)
  const at = env.columns().length === 0 ? 0 : side === 'left' ? range.left : range.right + 1
  env.host().edit([{ kind: 'insertColumn', at, name: env.host().newColumnName() }])
  env.store.setState({ selection: selectCell({ row: env.store.getState().selection.active.row, column: at }) })
}

/** Deletes the columns that the selection touches; the last column stays. */
export function deleteColumns(env: GridEnvironment): void {
  const range = rangeOf(env.store.getState().selection)
  const doomed = env.columns().slice(range.left, range.right + 1)
  if (doomed.length === 0 || doomed.length === env.columns().length) return
  env.host().edit(doomed.map(({ id }) => ({ kind: 'deleteColumn', columnId: id })))
  env.store.setState({ selection: selectCell({ row: env.store.getState().selection.active.row, column: Math.max(0, range.left - 1) }) })
}

/** What Ctrl+Plus and Ctrl+Minus mean: columns where whole columns are selected, rows otherwise; deleting needs whole rows or columns. */
export function linesSelected(env: GridEnvironment): 'rows' | 'columns' | null {
  const range = rangeOf(env.store.getState().selection)
  if (coversAllColumns(range, boundsOf(env))) return 'rows'
  return coversAllRows(range, env.rows.rowCount()) ? 'columns' : null
}
