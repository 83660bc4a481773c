import { memo, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Column, ColumnId, RowId } from '../../../../core/contract/index.ts'
import type { Found } from '../find/found.ts'
import { GridFrames } from './GridFrames.tsx'
import { GridRow } from './GridRow.tsx'
import type { GridStore } from './gridStore.ts'
import { HEADER_PX } from './measures.ts'
import type { RowSource, ShownRow } from './rowSource.ts'
import { rangeOf, type Selection } from './selection.ts'
import type { RowSpan } from './viewport.ts'
import styles from './Grid.module.css'

interface GridBodyProps {
  readonly rows: RowSource
  /** Counts the changes of `rows`; drawn again when it moves. */
  readonly revision: number
  readonly marks: ReadonlyMap<RowId, readonly (ColumnId | null)[]>
  readonly found: Found | null
  readonly store: GridStore
  readonly columns: readonly Column[]
  readonly span: RowSpan
  /** Virtual offset of the first visible pixel. */
  readonly top: number
  readonly height: number
  readonly rowPx: number
  readonly widths: readonly number[]
  readonly edges: readonly number[]
  readonly frozen: number
  readonly markerWidth: number
  readonly selection: Selection
  readonly gridId: string
}

/**
 * Rows stand at fixed places inside a block of this many rows, so that scrolling moves the block and draws only rows
 * that appear.
 */
const BLOCK_ROWS = 256

/** The drawn rows and the frames of the selection. */
export const GridBody = memo(function GridBody({
  rows,
  marks,
  found,
  store,
  columns,
  span,
  top,
  height,
  rowPx,
  widths,
  edges,
  frozen,
  markerWidth,
  selection,
  gridId,
}: GridBodyProps) {
  const { t } = useTranslation('datasets')
  const facts = useColumnFacts({ columns, edges, frozen, markerWidth })
  const range = rangeOf(selection)
  const base = Math.floor(Math.max(0, span.first) / BLOCK_ROWS) * BLOCK_ROWS
  const dataRows = rows.rowCount()
  const drawn = []
  for (let index = span.first; index <= span.last; index += 1) {
    const row = rows.row(index)
    const inRange = index >= range.top && index <= range.bottom
    drawn.push(
      <GridRow
        key={index}
        {...facts}
        index={index}
        topPx={(index - base) * rowPx}
        {...knownOf(row, marks, found)}
        widths={widths}
        markerWidth={markerWidth}
        selectedFrom={inRange ? range.left : 0}
        selectedTo={inRange ? range.right : -1}
        others={selection.others}
        activeColumn={index === selection.active.row ? selection.active.column : -1}
        gridId={gridId}
        newRowLabel={index >= dataRows ? t('grid.newRow') : undefined}
      />,
    )
  }
  return (
    <div
      role="presentation"
      className={styles.block}
      style={{ transform: `translateY(${HEADER_PX + base * rowPx - top}px)` }}
    >
      <GridFrames
        store={store}
        selection={selection}
        frozen={frozen}
        place={{ base, top, height, edges, markerWidth, rowPx }}
      />
      {drawn}
    </div>
  )
})

/** A row, and what was found in it. */
function knownOf(row: ShownRow | undefined, marks: GridBodyProps['marks'], found: Found | null) {
  const id = row?.rowId ?? null
  return {
    row,
    marks: id === null ? undefined : marks.get(id),
    found: id === null ? undefined : found?.cells.get(id),
    query: found?.query ?? null,
  }
}

/** What every drawn row shares of the columns; the same objects as long as nothing of it changes. */
function useColumnFacts({
  columns,
  edges,
  frozen,
  markerWidth,
}: Pick<GridBodyProps, 'columns' | 'edges' | 'frozen' | 'markerWidth'>) {
  const columnIds = useMemo(() => columns.map(({ id }) => id), [columns])
  const ignored = useMemo(() => columns.map((column) => column.role === 'ignore'), [columns])
  const frozenLefts = useMemo(
    () => edges.slice(0, frozen).map((edge) => markerWidth + edge),
    [edges, frozen, markerWidth],
  )
  return { columnIds, ignored, frozenLefts }
}
