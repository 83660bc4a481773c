/** What is selected in the grid, and how keys and mouse change it. Pure: every function returns a new selection. */
export interface CellPoint {
  readonly row: number
  readonly column: number
}

/** A block of cells; both ends included. */
export interface CellRange {
  readonly top: number
  readonly left: number
  readonly bottom: number
  readonly right: number
}

export interface Selection {
  /** The corner at which the block was begun. */
  readonly anchor: CellPoint
  /** The corner that Shift and dragging move. */
  readonly extent: CellPoint
  /** The cell that typing goes to; always inside the block. */
  readonly active: CellPoint
  /** Column in which a run of Tab keys began: Enter returns to it. */
  readonly tabColumn: number | null
  /** Further blocks, selected before this one with Ctrl or ⌘ held. */
  readonly others: readonly CellRange[]
}

export interface Bounds {
  /** Rows that can be reached, the empty row at the end included. */
  readonly rowCount: number
  readonly columnCount: number
}

const clampPoint = (point: CellPoint, { rowCount, columnCount }: Bounds): CellPoint => ({
  row: Math.max(0, Math.min(rowCount - 1, point.row)),
  column: Math.max(0, Math.min(columnCount - 1, point.column)),
})

const samePoint = (a: CellPoint, b: CellPoint): boolean => a.row === b.row && a.column === b.column

const NO_OTHERS: readonly CellRange[] = []

/** One cell. */
export const selectCell = (point: CellPoint): Selection => ({
  anchor: point,
  extent: point,
  active: point,
  tabColumn: null,
  others: NO_OTHERS,
})

export const FIRST_CELL = selectCell({ row: 0, column: 0 })

export const rangeOf = ({ anchor, extent }: Selection): CellRange => ({
  top: Math.min(anchor.row, extent.row),
  left: Math.min(anchor.column, extent.column),
  bottom: Math.max(anchor.row, extent.row),
  right: Math.max(anchor.column, extent.column),
})

/** Every selected block, the newest last. They may overlap. */
export const rangesOf = (selection: Selection): readonly CellRange[] => [...selection.others, rangeOf(selection)]

export const isSingle = ({ anchor, extent, others }: Selection): boolean =>
  samePoint(anchor, extent) && others.length === 0

/** The selection with the block of another one beside its own. */
export const withBlock = (selection: Selection, added: Selection): Selection => ({
  ...added,
  others: rangesOf(selection),
})

export const rowsIn = (range: CellRange): number => range.bottom - range.top + 1

export const columnsIn = (range: CellRange): number => range.right - range.left + 1

export const cellsIn = (range: CellRange): number => rowsIn(range) * columnsIn(range)

export const contains = (range: CellRange, { row, column }: CellPoint): boolean =>
  row >= range.top && row <= range.bottom && column >= range.left && column <= range.right

/** A block from a first to a last cell; the first is the active one. */
export const selectBlock = (anchor: CellPoint, extent: CellPoint): Selection => ({
  anchor,
  extent,
  active: anchor,
  tabColumn: null,
  others: NO_OTHERS,
})

/** Moves the free corner, as Shift+click and dragging do. */
export const extendTo = (selection: Selection, point: CellPoint, bounds: Bounds): Selection => ({
  ...selection,
  extent: clampPoint(point, bounds),
  active: selection.anchor,
  tabColumn: null,
})

/** Moves the active cell, or with `extend` the free corner, and stops at the edges. */
export function moveBy(
  selection: Selection,
  move: { rows: number; columns: number; extend: boolean },
  bounds: Bounds,
): Selection {
  const from = move.extend ? selection.extent : selection.active
  const target = clampPoint({ row: from.row + move.rows, column: from.column + move.columns }, bounds)
  return move.extend ? extendTo(selection, target, bounds) : selectCell(target)
}

/** Enter and Tab: inside a block round and round; on one cell to the neighbour, Enter back to where the Tabs began. */
export function step(selection: Selection, axis: 'row' | 'column', back: boolean, bounds: Bounds): Selection {
  const delta = back ? -1 : 1
  if (!samePoint(selection.anchor, selection.extent))
    return { ...selection, active: stepInside(rangeOf(selection), selection.active, axis, delta), tabColumn: null }
  const { active, tabColumn } = selection
  if (axis === 'row')
    return selectCell(clampPoint({ row: active.row + delta, column: tabColumn ?? active.column }, bounds))
  const target = wrapColumn(active, delta, bounds)
  return { ...selectCell(target), tabColumn: back ? null : (tabColumn ?? active.column) }
}

function wrapColumn(active: CellPoint, delta: number, bounds: Bounds): CellPoint {
  const column = active.column + delta
  if (column >= bounds.columnCount && active.row + 1 < bounds.rowCount) return { row: active.row + 1, column: 0 }
  if (column < 0 && active.row > 0) return { row: active.row - 1, column: bounds.columnCount - 1 }
  return clampPoint({ row: active.row, column }, bounds)
}

function stepInside(range: CellRange, active: CellPoint, axis: 'row' | 'column', delta: number): CellPoint {
  const width = columnsIn(range)
  const height = rowsIn(range)
  const row = active.row - range.top
  const column = active.column - range.left
  const index = (axis === 'column' ? row * width + column : column * height + row) + delta
  const wrapped = (index + width * height) % (width * height)
  return axis === 'column'
    ? { row: range.top + Math.floor(wrapped / width), column: range.left + (wrapped % width) }
    : { row: range.top + (wrapped % height), column: range.left + Math.floor(wrapped / height) }
}

/** Whole rows, the active cell in the first column. */
export const selectRows = (from: number, to: number, { columnCount }: Bounds): Selection =>
  selectBlock({ row: from, column: 0 }, { row: to, column: Math.max(0, columnCount - 1) })

/** Whole columns. */
export const selectColumns = (from: number, to: number, { rowCount }: Bounds): Selection =>
  selectBlock({ row: 0, column: from }, { row: Math.max(0, rowCount - 1), column: to })

/** Everything; the active cell stays. */
export const selectAll = (selection: Selection, { rowCount, columnCount }: Bounds): Selection => ({
  anchor: { row: 0, column: 0 },
  extent: { row: Math.max(0, rowCount - 1), column: Math.max(0, columnCount - 1) },
  active: clampPoint(selection.active, { rowCount, columnCount }),
  tabColumn: null,
  others: NO_OTHERS,
})

/** The same selection inside a table that has shrunk; the very same object where nothing had to change. */
export function clampSelection(selection: Selection, bounds: Bounds): Selection {
  const anchor = clampPoint(selection.anchor, bounds)
  const extent = clampPoint(selection.extent, bounds)
  const active = clampPoint(selection.active, bounds)
  const isInside = ({ bottom, right }: CellRange): boolean => bottom < bounds.rowCount && right < bounds.columnCount
  const same =
    samePoint(anchor, selection.anchor) &&
    samePoint(extent, selection.extent) &&
    samePoint(active, selection.active) &&
    selection.others.every(isInside)
  return same ? selection : { anchor, extent, active, tabColumn: null, others: selection.others.filter(isInside) }
}

/** The rows (or columns) that the blocks touch, as ascending spans without gaps or overlaps; both ends included. */
export function spansOf(
  ranges: readonly CellRange[],
  axis: 'row' | 'column',
): { readonly from: number; readonly to: number }[] {
  const spans: { from: number; to: number }[] = []
  const all = ranges.map((range) =>
    axis === 'row' ? { from: range.top, to: range.bottom } : { from: range.left, to: range.right },
  )
  for (const span of all.sort((a, b) => a.from - b.from)) {
    const last = spans.at(-1)
    if (last && span.from <= last.to + 1) last.to = Math.max(last.to, span.to)
    else spans.push(span)
  }
  return spans
}

export const coversAllColumns = (range: CellRange, { columnCount }: Bounds): boolean =>
  range.left === 0 && range.right >= columnCount - 1

export const coversAllRows = (range: CellRange, dataRowCount: number): boolean =>
  range.top === 0 && range.bottom >= dataRowCount - 1 && dataRowCount > 1
