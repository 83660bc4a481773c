import { boundsOf, type GridEnvironment } from './environment.ts'
import type { Filling } from './gridStore.ts'
import { selectedData } from './operations.ts'
import {
  coversAllColumns,
  coversAllRows,
  contains,
  rangeOf,
  selectBlock,
  selectColumns,
  selectRows,
  type CellPoint,
  type CellRange,
} from './selection.ts'

/**
 * What a drag of the fill handle to a cell would fill: the side on which the cell lies farther away. Null inside the
 * selection.
 */
export function fillingTo(env: GridEnvironment, at: CellPoint): Filling | null {
  const range = selectedData(env)
  if (!range) return null
  const row = Math.min(at.row, env.rows.rowCount() - 1)
  const ways = [
    { toward: 'down', count: row - range.bottom },
    { toward: 'up', count: range.top - row },
    { toward: 'right', count: at.column - range.right },
    { toward: 'left', count: range.left - at.column },
  ] as const
  const { toward, count } = ways.reduce((best, way) => (way.count > best.count ? way : best))
  return count <= 0 ? null : { toward, count, target: targetOf(range, toward, count) }
}

function targetOf(range: CellRange, toward: Filling['toward'], count: number): CellRange {
  switch (toward) {
    case 'down':
      return { ...range, top: range.bottom + 1, bottom: range.bottom + count }
    case 'up':
      return { ...range, top: range.top - count, bottom: range.top - 1 }
    case 'right':
      return { ...range, left: range.right + 1, right: range.right + count }
    case 'left':
      return { ...range, left: range.left - count, right: range.left - 1 }
  }
}

/** Fills as the drag says, as a series or by repeating, and selects everything. */
export function finishFilling(env: GridEnvironment, repeats: boolean): void {
  const { filling } = env.store.getState()
  const range = selectedData(env)
  env.store.setState({ filling: null })
  if (!filling || !range) return
  const { target, toward, count } = filling
  env
    .host()
    .edit([
      {
        kind: 'fill',
        fromRow: range.top,
        toRow: range.bottom,
        fromColumn: range.left,
        toColumn: range.right,
        toward,
        count,
        how: repeats ? 'repeat' : 'series',
      },
    ])
  const corners = {
    first: { row: Math.min(range.top, target.top), column: Math.min(range.left, target.left) },
    last: { row: Math.max(range.bottom, target.bottom), column: Math.max(range.right, target.right) },
  }
  env.store.setState({ selection: selectBlock(corners.first, corners.last) })
}

/** A double click on the handle fills down to the last row. */
export function fillToEnd(env: GridEnvironment): void {
  env.store.setState({
    filling: fillingTo(env, { row: env.rows.rowCount() - 1, column: rangeOf(env.store.getState().selection).right }),
  })
  finishFilling(env, false)
}

/** Whether the selection is of whole rows or columns, this one among them: then its header can be dragged elsewhere. */
export function movableAxis(env: GridEnvironment, at: CellPoint): 'row' | 'column' | null {
  const { selection } = env.store.getState()
  const range = rangeOf(selection)
  if (selection.others.length > 0) return null
  const [allColumns, allRows] = [coversAllColumns(range, boundsOf(env)), coversAllRows(range, env.rows.rowCount())]
  if (
    allColumns &&
    !allRows &&
    contains({ ...range, bottom: Math.min(range.bottom, env.rows.rowCount() - 1) }, { row: at.row, column: range.left })
  )
    return 'row'
  return allRows && !allColumns && contains(range, { row: range.top, column: at.column }) ? 'column' : null
}

/** Puts the selected rows or columns where the drag left them. */
export function finishMoving(env: GridEnvironment): void {
  const { moving } = env.store.getState()
  env.store.setState({ moving: null })
  if (moving) moveLines(env, moving.axis, moving.at)
}

/** Moves the rows or columns that the selection touches before the one at `at`, and keeps them selected. */
export function moveLines(env: GridEnvironment, axis: 'row' | 'column', at: number): void {
  const range = selectedData(env)
  if (!range) return
  const [from, to] = axis === 'row' ? [range.top, range.bottom + 1] : [range.left, range.right + 1]
  if (at >= from && at <= to) return
  if (axis === 'row' && env.rows.isFiltered()) return env.host().notify('filtered-order')
  const first = at < from ? at : at - (to - from)
  if (axis === 'row') env.host().edit([{ kind: 'moveRows', from, to, at }])
  else
    env.host().edit([
      {
        kind: 'moveColumns',
        columnIds: env
          .columns()
          .slice(from, to)
          .map(({ id }) => id),
        at,
      },
    ])
  const last = first + to - from - 1
  env.store.setState({
    selection:
      axis === 'row'
        ? selectRows(first, last, boundsOf(env))
        : selectColumns(first, last, { rowCount: Math.max(1, env.rows.rowCount()), columnCount: env.columns().length }),
  })
  env.reveal(axis === 'row' ? { row: first, column: range.left } : { row: range.top, column: first })
}
