import { useCallback, useMemo, type RefObject } from 'react'
import type { Column, ColumnId } from '../../../../core/contract/index.ts'
import { HEADER_PX, ROW_PX } from './measures.ts'
import type { CellPoint } from './selection.ts'
import { useGridScroll, type GridScroll } from './useGridScroll.ts'
import { columnAt, columnEdges, columnWidths, rowAt, visibleRows, type Geometry, type RowSpan } from './viewport.ts'

export interface GridLayout {
  readonly scroll: GridScroll
  readonly geometry: Geometry
  readonly widths: readonly number[]
  readonly edges: readonly number[]
  readonly markerWidth: number
  /** Width of the row numbers, the columns and the button that adds one. */
  readonly contentWidth: number
  /** The rows to draw. */
  readonly span: RowSpan
  /** Whole rows of one page, less one that stays in view. */
  readonly pageRows: number
  /** The cell under a point of the scroll area. */
  readonly cellAt: (x: number, y: number) => CellPoint
}

interface Options {
  readonly viewportRef: RefObject<HTMLDivElement | null>
  readonly columns: readonly Column[]
  readonly chosenWidths: Readonly<Record<ColumnId, number>>
  /** Rows that can be reached. */
  readonly rowCount: number
}

const ADD_COLUMN_PX = 36
const OVERSCAN_ROWS = 3

/** Where everything stands: column widths and edges, the scroll position, the visible rows. */
export function useGridLayout({ viewportRef, columns, chosenWidths, rowCount }: Options): GridLayout {
  const markerWidth = 24 + String(rowCount).length * 7
  const chosen = useMemo(() => columns.map((column) => chosenWidths[column.id]), [columns, chosenWidths])
  const widthsFor = useCallback((width: number) => columnWidths(chosen, width - markerWidth - ADD_COLUMN_PX), [chosen, markerWidth])
  const edgesFor = useCallback((width: number) => columnEdges(widthsFor(width)), [widthsFor])
  const scroll = useGridScroll({ viewportRef, rowCount, rowHeight: ROW_PX, headerHeight: HEADER_PX, markerWidth, edgesFor })
  const widths = useMemo(() => widthsFor(scroll.size.width), [widthsFor, scroll.size.width])
  const edges = useMemo(() => columnEdges(widths), [widths])
  const geometry: Geometry = { rowCount, rowHeight: ROW_PX, height: Math.max(0, scroll.size.height - HEADER_PX) }
  return {
    scroll,
    geometry,
    widths,
    edges,
    markerWidth,
    contentWidth: markerWidth + (edges.at(-1) ?? 0) + ADD_COLUMN_PX,
    span: visibleRows(geometry, scroll.top, OVERSCAN_ROWS),
    pageRows: Math.max(1, Math.floor(geometry.height / ROW_PX) - 1),
    cellAt: (x, y) => ({ row: rowAt(geometry, scroll.top, y - HEADER_PX), column: columnAt(edges, x - markerWidth + scroll.left) }),
  }
}
