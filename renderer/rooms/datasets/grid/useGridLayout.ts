import { useCallback, useMemo, type RefObject } from 'react'
import type { Column, ColumnId } from '../../../../core/contract/index.ts'
import { HEADER_PX, type Measures } from './measures.ts'
import type { CellPoint } from './selection.ts'
import { useGridScroll, type GridScroll } from './useGridScroll.ts'
import {
  columnAt,
  columnEdges,
  columnWidths,
  edgeNear,
  rowAt,
  visibleRows,
  type Geometry,
  type RowSpan,
} from './viewport.ts'

export interface GridLayout {
  readonly scroll: GridScroll
  readonly geometry: Geometry
  readonly widths: readonly number[]
  readonly edges: readonly number[]
  readonly markerWidth: number
  /** How many columns stay in view: as many as were asked for, but never more than leave room for others. */
  readonly frozen: number
  /** Width of the row numbers, the columns and the button that adds one. */
  readonly contentWidth: number
  /** The rows to draw. */
  readonly span: RowSpan
  /** Whole rows of one page, less one that stays in view. */
  readonly pageRows: number
  /** The cell under a point of the scroll area. */
  readonly cellAt: (x: number, y: number) => CellPoint
  /** Before which row and column something dropped at a point comes to lie. */
  readonly gapAt: (x: number, y: number) => CellPoint
}

interface Options {
  readonly viewportRef: RefObject<HTMLDivElement | null>
  readonly columns: readonly Column[]
  readonly chosenWidths: Readonly<Record<ColumnId, number>>
  /** Rows that can be reached. */
  readonly rowCount: number
  readonly measures: Measures
  readonly wantedFrozen: number
}

const ADD_COLUMN_PX = 36
const OVERSCAN_ROWS = 3
/** Frozen columns take at most this share of the width. */
const FROZEN_SHARE = 0.7

/** Where everything stands: column widths and edges, the scroll position, the visible rows. */
export function useGridLayout({
  viewportRef,
  columns,
  chosenWidths,
  rowCount,
  measures,
  wantedFrozen,
}: Options): GridLayout {
  const { rowPx, zoom } = measures
  const markerWidth = 24 + String(rowCount).length * 7
  const chosen = useMemo(() => columns.map(({ id }) => scaled(chosenWidths[id], zoom)), [columns, chosenWidths, zoom])
  const widthsFor = useCallback(
    (width: number) => columnWidths(chosen, width - markerWidth - ADD_COLUMN_PX),
    [chosen, markerWidth],
  )
  const edgesFor = useCallback((width: number) => columnEdges(widthsFor(width)), [widthsFor])
  const frozenFor = useCallback(
    (width: number) => frozenCount(edgesFor(width), wantedFrozen, (width - markerWidth) * FROZEN_SHARE),
    [edgesFor, wantedFrozen, markerWidth],
  )
  const scroll = useGridScroll({
    viewportRef,
    rowCount,
    rowHeight: rowPx,
    headerHeight: HEADER_PX,
    markerWidth,
    edgesFor,
    frozenFor,
  })
  const widths = useMemo(() => widthsFor(scroll.size.width), [widthsFor, scroll.size.width])
  const edges = useMemo(() => columnEdges(widths), [widths])
  const frozen = frozenFor(scroll.size.width)
  const geometry: Geometry = { rowCount, rowHeight: rowPx, height: Math.max(0, scroll.size.height - HEADER_PX) }
  /** Pixels from the left edge of the first column. */
  const across = (x: number) =>
    x - markerWidth < (edges[frozen] ?? 0) ? x - markerWidth : x - markerWidth + scroll.left
  return {
    scroll,
    geometry,
    widths,
    edges,
    markerWidth,
    frozen,
    contentWidth: markerWidth + (edges.at(-1) ?? 0) + ADD_COLUMN_PX,
    span: visibleRows(geometry, scroll.top, OVERSCAN_ROWS),
    pageRows: Math.max(1, Math.floor(geometry.height / rowPx) - 1),
    cellAt: (x, y) => ({ row: rowAt(geometry, scroll.top, y - HEADER_PX), column: columnAt(edges, across(x)) }),
    gapAt: (x, y) => ({
      row: Math.max(0, Math.round((scroll.top + y - HEADER_PX) / rowPx)),
      column: edgeNear(edges, across(x)),
    }),
  }
}

const scaled = (width: number | undefined, zoom: number): number | undefined =>
  width === undefined ? undefined : Math.round(width * zoom)

function frozenCount(edges: readonly number[], wanted: number, room: number): number {
  let count = Math.min(wanted, edges.length - 1)
  while (count > 0 && (edges[count] ?? 0) > room) count -= 1
  return count
}
