import { memo } from 'react'
import { CLIP_CHARACTERS, type ColumnId, type FindQuery } from '../../../../core/contract/index.ts'
import { cx } from '../../../ui/index.ts'
import { partsOf } from '../find/found.ts'
import type { ShownRow } from './rowSource.ts'
import { contains, type CellRange } from './selection.ts'
import styles from './Grid.module.css'

interface GridRowProps {
  readonly index: number
  readonly topPx: number
  readonly row: ShownRow | undefined
  /** Columns in which something was found; `null` for the row as a whole. */
  readonly marks: readonly (ColumnId | null)[] | undefined
  /** Columns in which the text is that `query` looks for. */
  readonly found: readonly ColumnId[] | undefined
  readonly query: FindQuery | null
  readonly columnIds: readonly ColumnId[]
  /** Rows are drawn again when this changes; kept as one array while no column changes. */
  readonly widths: readonly number[]
  /** Left edges of the columns that stay in view. */
  readonly frozenLefts: readonly number[]
  readonly markerWidth: number
  /** First and last selected column; `selectedTo < selectedFrom` where the row is not selected. */
  readonly selectedFrom: number
  readonly selectedTo: number
  /** Further selected blocks of the table. */
  readonly others: readonly CellRange[]
  readonly activeColumn: number
  readonly ignored: readonly boolean[]
  readonly gridId: string
  /** What the row number of the empty row at the end says; undefined for rows of data. */
  readonly newRowLabel: string | undefined
}

/** Id of the gridcell, for `aria-activedescendant`. */
export const cellId = (gridId: string, row: number, column: number): string => `${gridId}-r${row}c${column}`

/** One drawn row. Texts are previews: the whole text is read for editing and copying only. */
export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { index, topPx, row, marks, widths, markerWidth, selectedFrom, selectedTo, others, newRowLabel } = props
  const marked = selectedTo >= selectedFrom || others.some(({ top, bottom }) => index >= top && index <= bottom)
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={cx(styles.row, newRowLabel !== undefined && styles.newRow)}
      style={{ top: topPx }}
    >
      <div
        role="rowheader"
        aria-colindex={1}
        aria-label={newRowLabel}
        data-problem={marks?.includes(null) || undefined}
        className={cx(styles.marker, marked && styles.marked)}
        style={{ width: markerWidth }}
      >
        {newRowLabel === undefined ? (row?.index ?? index) + 1 : '+'}
      </div>
      {widths.map((width, column) => (
        <Cell key={column} width={width} column={column} {...props} />
      ))}
    </div>
  )
})

function Cell({
  index,
  row,
  marks,
  found,
  query,
  columnIds,
  column,
  width,
  frozenLefts,
  selectedFrom,
  selectedTo,
  others,
  activeColumn,
  ignored,
  gridId,
  newRowLabel,
}: GridRowProps & { readonly column: number; readonly width: number }) {
  const selected =
    (column >= selectedFrom && column <= selectedTo) || others.some((range) => contains(range, { row: index, column }))
  const left = frozenLefts[column]
  const text = row?.cells[column] ?? ''
  const columnId = columnIds[column]
  return (
    <div
      role="gridcell"
      id={cellId(gridId, index, column)}
      aria-colindex={column + 2}
      aria-selected={selected}
      data-problem={marks?.includes(columnId ?? null) || undefined}
      className={cx(
        styles.cell,
        selected && activeColumn !== column && styles.selected,
        ignored[column] && styles.ignored,
        left !== undefined && styles.frozen,
      )}
      style={left === undefined ? { width } : { width, left }}
    >
      {row || newRowLabel !== undefined ? (
        <span className={styles.text}>
          <CellText
            text={text.length > CLIP_CHARACTERS ? text.slice(0, CLIP_CHARACTERS) : text}
            query={columnId !== undefined && found?.includes(columnId) ? query : null}
          />
        </span>
      ) : (
        <span className={styles.waiting} />
      )}
    </div>
  )
}

/** The text of a cell, with what is looked for marked. */
function CellText({ text, query }: { readonly text: string; readonly query: FindQuery | null }) {
  if (!query) return text
  return partsOf(text, query).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <mark key={index} className={styles.found}>
        {part}
      </mark>
    ),
  )
}
