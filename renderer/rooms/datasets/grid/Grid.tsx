import type { CSSProperties } from 'react'
import { useTranslation } from 'react-i18next'
import { cx } from '../../../ui/index.ts'
import { CellInput } from './CellInput.tsx'
import type { CommandContext } from './commands.ts'
import { GridBody } from './GridBody.tsx'
import { addLast, GridHeader } from './GridHeader.tsx'
import { GridMenu } from './GridMenu.tsx'
import { HEADER_PX, type Measures } from './measures.ts'
import { rangeOf } from './selection.ts'
import { useGrid, type GridParts, type GridProps } from './useGrid.ts'
import { scrollHeight } from './viewport.ts'
import styles from './Grid.module.css'

/**
 * The spreadsheet. Focus is always in one textarea over the active cell, so that an IME starts there (rules:
 * CellInput.tsx).
 */
export function Grid(props: GridProps) {
  const grid = useGrid(props)
  const { viewportRef, measures, layout, context, pointer } = grid
  const { scroll, geometry, contentWidth } = layout
  return (
    <div className={cx(styles.frame, !props.look.wraps && styles.clipped)} style={variables(measures)}>
      <div
        ref={viewportRef}
        className={styles.viewport}
        onScroll={scroll.onScroll}
        onMouseDown={pointer.onMouseDown}
        onDoubleClick={pointer.onDoubleClick}
        onContextMenu={pointer.onContextMenu}
      >
        <div className={styles.canvas} style={{ height: HEADER_PX + scrollHeight(geometry), width: contentWidth }}>
          <div className={styles.pane} style={{ width: contentWidth }}>
            <GridTable grid={grid} props={props} />
            <ActiveCell grid={grid} props={props} />
          </div>
        </div>
      </div>
      {props.columns.length === 0 && <NoColumns context={context} />}
      <GridMenu context={context} />
    </div>
  )
}

interface PartProps {
  readonly grid: GridParts
  readonly props: GridProps
}

/** The header and the drawn rows. */
function GridTable({ grid, props }: PartProps) {
  const { gridId, revision, selection, renaming, rowCount, measures, layout, context } = grid
  const { label, columns, rows, store, filtered, marks, found } = props
  const { scroll, geometry, widths, edges, frozen, markerWidth, span } = layout
  const range = rangeOf(selection)
  return (
    <div
      id={gridId}
      role="grid"
      aria-label={label}
      aria-rowcount={rowCount + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      className={styles.table}
      style={{ height: scroll.size.height }}
    >
      <GridHeader
        columns={columns}
        widths={widths}
        edges={edges}
        frozen={frozen}
        filtered={filtered}
        zoom={measures.zoom}
        markerWidth={markerWidth}
        selectedFrom={range.left}
        selectedTo={range.right}
        renaming={renaming}
        context={context}
      />
      <GridBody
        rows={rows}
        revision={revision}
        marks={marks}
        found={found}
        store={store}
        columns={columns}
        span={span}
        top={scroll.top}
        height={geometry.height}
        rowPx={measures.rowPx}
        widths={widths}
        edges={edges}
        frozen={frozen}
        markerWidth={markerWidth}
        selection={selection}
        gridId={gridId}
      />
    </div>
  )
}

/** The textarea at the place of the active cell. */
function ActiveCell({ grid, props }: PartProps) {
  const { gridId, textareaRef, measures, layout, context, onKeyDown, clipboard } = grid
  const { scroll, widths, edges, frozen, markerWidth, span } = layout
  const { rowPx } = measures
  const { active } = grid.selection
  return (
    <CellInput
      ref={textareaRef}
      env={context.env}
      editor={context.editor}
      gridId={gridId}
      name={props.name}
      column={props.columns[active.column]}
      cellLeft={markerWidth + (edges[active.column] ?? 0) + (active.column < frozen ? scroll.left : 0)}
      cellTop={HEADER_PX + active.row * rowPx - scroll.top}
      rowPx={rowPx}
      cellWidth={widths[active.column] ?? 0}
      area={{ width: scroll.size.width, height: scroll.size.height, left: scroll.left, markerWidth }}
      drawn={active.row >= span.first && active.row <= span.last}
      onKeyDown={onKeyDown}
      clipboard={clipboard}
    />
  )
}

function NoColumns({ context }: { readonly context: CommandContext }) {
  const { t } = useTranslation('datasets')
  return (
    <div className={styles.noColumns}>
      <p>{t('grid.noColumns')}</p>
      <p>{t('grid.noColumnsText')}</p>
      <button type="button" className={styles.noColumnsButton} onClick={() => addLast(context)}>
        {t('grid.addColumn')}
      </button>
    </div>
  )
}

/** What Grid.module.css draws the cells with. */
const variables = ({ rowPx, linePx, fontPx, lines }: Measures) =>
  ({
    '--row': `${rowPx}px`,
    '--line-height': `${linePx}px`,
    '--cell-text': `${fontPx}px`,
    '--lines': lines,
  }) as CSSProperties
