import { memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Column } from '../../../../core/contract/index.ts'
import { GridRow } from './GridRow.tsx'
import { HEADER_PX, ROW_PX } from './measures.ts'
import type { RowSource } from './rowSource.ts'
import { isSingle, rangeOf, type CellRange, type Selection } from './selection.ts'
import type { RowSpan } from './viewport.ts'
import styles from './Grid.module.css'

interface GridBodyProps {
  readonly rows: RowSource
  /** Counts the changes of `rows`; drawn again when it moves. */
  readonly revision: number
  readonly columns: readonly Column[]
  readonly span: RowSpan
  /** Virtual offset of the first visible pixel. */
  readonly top: number
  readonly height: number
  readonly widths: readonly number[]
  readonly edges: readonly number[]
  readonly markerWidth: number
  readonly selection: Selection
  readonly gridId: string
}

/** Rows stand at fixed places inside a block of this many rows, so that scrolling moves the block and draws only rows that appear. */
const BLOCK_ROWS = 256

/** The drawn rows and the frames of the selection. */
export const GridBody = memo(function GridBody({ rows, columns, span, top, height, widths, edges, markerWidth, selection, gridId }: GridBodyProps) {
  const { t } = useTranslation('datasets')
  const ignored = useMemo(() => columns.map((column) => column.role === 'ignore'), [columns])
  const range = rangeOf(selection)
  const base = Math.floor(Math.max(0, span.first) / BLOCK_ROWS) * BLOCK_ROWS
  const dataRows = rows.rowCount()
  const drawn = []
  for (let index = span.first; index <= span.last; index += 1) {
    const inRange = index >= range.top && index <= range.bottom
    drawn.push(
      <GridRow
        key={index}
        index={index}
        topPx={(index - base) * ROW_PX}
        row={rows.row(index)}
        widths={widths}
        markerWidth={markerWidth}
        selectedFrom={inRange ? range.left : 0}
        selectedTo={inRange ? range.right : -1}
        activeColumn={index === selection.active.row ? selection.active.column : -1}
        ignored={ignored}
        gridId={gridId}
        newRowLabel={index >= dataRows ? t('grid.newRow') : undefined}
      />,
    )
  }
  const place = (of: CellRange) => frame(of, { base, top, height, edges, markerWidth })
  return (
    <div role="presentation" className={styles.block} style={{ transform: `translateY(${HEADER_PX + base * ROW_PX - top}px)` }}>
      {drawn}
      {columns.length > 0 && !isSingle(selection) && <div role="presentation" className={styles.rangeFrame} style={place(range)} />}
      {columns.length > 0 && (
        <div
          role="presentation"
          className={styles.activeFrame}
          style={place({ top: selection.active.row, bottom: selection.active.row, left: selection.active.column, right: selection.active.column })}
        />
      )}
    </div>
  )
})

/** The frame's box in the block. A range may be millions of pixels tall: what lies far outside the view is cut off. */
function frame(range: CellRange, place: { base: number; top: number; height: number; edges: readonly number[]; markerWidth: number }) {
  const low = place.top - 4 * ROW_PX
  const high = place.top + place.height + 4 * ROW_PX
  const from = Math.min(high, Math.max(low, range.top * ROW_PX))
  const to = Math.min(high, Math.max(low, (range.bottom + 1) * ROW_PX))
  const left = place.edges[range.left] ?? 0
  const right = place.edges[range.right + 1] ?? place.edges.at(-1) ?? left
  // Over the line that the cell before draws; the first row and column have the header and the row numbers there.
  const overTop = range.top === 0 ? 0 : 1
  const overLeft = range.left === 0 ? 0 : 1
  return {
    top: from - place.base * ROW_PX - overTop,
    height: to - from + overTop,
    left: place.markerWidth + left - overLeft,
    width: right - left + overLeft,
    display: to <= from ? 'none' : undefined,
  }
}
