import type { Column, DatasetEdit } from '../../../../core/contract/index.ts'
import { boundsOf, MAX_BLOCK_CELLS, type GridEnvironment, type Table } from './environment.ts'
import {
  cellsIn,
  columnsIn,
  coversAllColumns,
  coversAllRows,
  rangeOf,
  rangesOf,
  rowsIn,
  selectBlock,
  selectCell,
  spansOf,
  type CellRange,
} from './selection.ts'

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

/** Every selected block without the empty row at the end. */
export function selectedBlocks(env: GridEnvironment): CellRange[] {
  const last = env.rows.rowCount() - 1
  const blocks = rangesOf(env.store.getState().selection).map((range) => ({
    ...range,
    bottom: Math.min(range.bottom, last),
  }))
  return env.columns().length === 0 ? [] : blocks.filter(({ top, bottom }) => bottom >= top)
}

/** Up to here a change is drawn before the host has answered. */
const MAX_SHOWN_CELLS = 20_000

/** Empties the selected cells. */
export function clearCells(env: GridEnvironment): void {
  const blocks = selectedBlocks(env)
  const [block] = blocks
  if (!block) return
  const shown =
    blocks.length === 1 && cellsIn(block) <= MAX_SHOWN_CELLS
      ? { top: block.top, left: block.left, values: filled(rowsIn(block), columnsIn(block), '') }
      : undefined
  env.host().edit(
    blocks.map(({ top, bottom, left, right }) => ({
      kind: 'clear',
      fromRow: top,
      toRow: bottom,
      fromColumn: left,
      toColumn: right,
    })),
    shown,
  )
}

/**
 * Writes a copied table at the selection: one value fills the block (every block of several), a table that divides it
 * is repeated, any other keeps its size. Where rows are hidden, what would come to lie behind the last one is left out.
 */
export function pasteTable(env: GridEnvironment, table: Table): void {
  const { selection } = env.store.getState()
  if (selection.others.length > 0) return pasteIntoBlocks(env, padded(table))
  const range = rangeOf(selection)
  const values = cut(env, range.top, tiled(padded(table), range))
  if (values.length === 0 || !fits(env, values.length * (values[0]?.length ?? 0))) return
  const bottom = range.top + values.length - 1
  const right = range.left + Math.max(1, values[0]?.length ?? 1) - 1
  writeBlock(env, range.top, range.left, values)
  env.store.setState({ selection: selectBlock({ row: range.top, column: range.left }, { row: bottom, column: right }) })
}

function pasteIntoBlocks(env: GridEnvironment, table: Table): void {
  const blocks = selectedBlocks(env)
  if (table.length > 1 || (table[0]?.length ?? 0) > 1) return env.host().notify('ranges-apart')
  if (
    blocks.length === 0 ||
    !fits(
      env,
      blocks.reduce((sum, block) => sum + cellsIn(block), 0),
    )
  )
    return
  const value = table[0]?.[0] ?? ''
  env
    .host()
    .edit(
      blocks.map((block) => ({
        kind: 'setRange',
        row: block.top,
        column: block.left,
        values: filled(rowsIn(block), columnsIn(block), value),
      })),
    )
}

function cut(env: GridEnvironment, top: number, table: Table): Table {
  const room = env.rows.rowCount() - top
  if (!env.rows.isFiltered() || table.length <= room) return table
  env.host().notify('filtered-end')
  return table.slice(0, Math.max(0, room))
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
  if (
    rows * columns > MAX_BLOCK_CELLS ||
    rows % height !== 0 ||
    columns % width !== 0 ||
    rows * columns === height * width
  )
    return table
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_unused, column) => table[row % height]?.[column % width] ?? ''),
  )
}

/**
 * Copies the first row of each block into its other rows (Ctrl+D), or its first column into the others (Ctrl+R); on one
 * row or column, what lies before it.
 */
export function fillFromFirst(env: GridEnvironment, toward: 'down' | 'right'): void {
  const edits = selectedBlocks(env).flatMap(({ top, bottom, left, right }): DatasetEdit[] => {
    const [first, last] = toward === 'down' ? [top, bottom] : [left, right]
    const source = first === last ? first - 1 : first
    if (source < 0) return []
    const block =
      toward === 'down'
        ? { fromRow: source, toRow: source, fromColumn: left, toColumn: right }
        : { fromRow: top, toRow: bottom, fromColumn: source, toColumn: source }
    return [{ kind: 'fill', ...block, toward, count: last - source, how: 'repeat' }]
  })
  if (edits.length > 0) env.host().edit(edits)
}

/** Inserts as many empty rows as are selected, above or below the selection, and selects them. */
export function insertRows(env: GridEnvironment, side: 'above' | 'below'): void {
  const { selection } = env.store.getState()
  const range = rangeOf(selection)
  const data = selectedData(env)
  const count = data ? rowsIn(data) : 1
  const at = Math.min(side === 'above' ? range.top : range.bottom + 1, env.rows.rowCount())
  const width = env.columns().length
  if (env.rows.isFiltered()) return env.host().notify('filtered-order')
  if (width === 0 || !fits(env, count * width)) return
  env.host().edit([{ kind: 'insertRows', at, rows: filled(count, width, '') }])
  env.store.setState({
    selection:
      count === 1
        ? selectCell({ row: at, column: selection.active.column })
        : selectBlock({ row: at, column: 0 }, { row: at + count - 1, column: width - 1 }),
  })
  env.reveal({ row: at, column: selection.active.column })
}

/** Deletes the rows that the selection touches: the last ones first, so that the numbers of the others hold. */
export function deleteRows(env: GridEnvironment): void {
  const spans = spansOf(selectedBlocks(env), 'row').reverse()
  const first = spans.at(-1)
  if (!first) return
  env.host().edit(spans.map(({ from, to }) => ({ kind: 'deleteRows', from, to: to + 1 })))
  env.store.setState({
    selection: selectCell({ row: first.from, column: env.store.getState().selection.active.column }),
  })
}

/** Inserts one column beside the selection and opens its name for typing. */
export function insertColumn(env: GridEnvironment, side: 'left' | 'right'): void {
  const range = rangeOf(env.store.getState().selection)
  const at = env.columns().length === 0 ? 0 : side === 'left' ? range.left : range.right + 1
  env.host().edit([{ kind: 'insertColumn', at, name: env.host().newColumnName() }])
  env.store.setState({ selection: selectCell({ row: env.store.getState().selection.active.row, column: at }) })
}

/** The columns that the selection touches. */
export function selectedColumns(env: GridEnvironment): readonly Column[] {
  const spans = spansOf(rangesOf(env.store.getState().selection), 'column')
  return env.columns().filter((_, index) => spans.some(({ from, to }) => index >= from && index <= to))
}

/** Deletes the columns that the selection touches; the last column stays. */
export function deleteColumns(env: GridEnvironment): void {
  const doomed = selectedColumns(env)
  if (doomed.length === 0 || doomed.length === env.columns().length) return
  const first = env.columns().findIndex(({ id }) => id === doomed[0]?.id)
  env.host().edit([{ kind: 'deleteColumns', columnIds: doomed.map(({ id }) => id) }])
  env.store.setState({
    selection: selectCell({ row: env.store.getState().selection.active.row, column: Math.max(0, first - 1) }),
  })
}

/**
 * What Ctrl+Plus and Ctrl+Minus mean: columns where whole columns are selected, rows otherwise; deleting needs whole
 * rows or columns.
 */
export function linesSelected(env: GridEnvironment): 'rows' | 'columns' | null {
  const range = rangeOf(env.store.getState().selection)
  if (coversAllColumns(range, boundsOf(env))) return 'rows'
  return coversAllRows(range, env.rows.rowCount()) ? 'columns' : null
}
