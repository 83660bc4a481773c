import {
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useSyncExternalStore,
  type CSSProperties,
  type RefObject,
} from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { Column, ColumnId, RowId } from '../../../../core/contract/index.ts'
import { cx } from '../../../ui/index.ts'
import { CellInput } from './CellInput.tsx'
import type { CommandContext } from './commands.ts'
import type { TableLook } from '../looks.store.ts'
import type { GridEnvironment, GridHost } from './environment.ts'
import { GridBody } from './GridBody.tsx'
import { addLast, GridHeader } from './GridHeader.tsx'
import { GridMenu } from './GridMenu.tsx'
import type { GridStore } from './gridStore.ts'
import { HEADER_PX, measuresOf, type Measures } from './measures.ts'
import type { RowSource } from './rowSource.ts'
import { rangeOf } from './selection.ts'
import { useGridContext } from './useGridContext.ts'
import { useGridKeys } from './useGridKeys.ts'
import { useGridLayout } from './useGridLayout.ts'
import { useGridPointer } from './useGridPointer.ts'
import { scrollHeight } from './viewport.ts'
import styles from './Grid.module.css'

export interface GridProps {
  /** Names the grid's input in the page (`data-grid-input`). */
  readonly name: string
  readonly label: string
  readonly columns: readonly Column[]
  readonly rows: RowSource
  readonly store: GridStore
  readonly host: GridHost
  /** Widths, row height, zoom and frozen columns, as the user chose. */
  readonly look: TableLook
  /** Columns that a filter looks at. */
  readonly filtered: readonly ColumnId[]
  /** Columns of rows in which something was found; `null` for the row as a whole. */
  readonly marks: ReadonlyMap<RowId, readonly (ColumnId | null)[]>
}

/**
 * The spreadsheet. Focus is always in one textarea over the active cell, so that an IME starts there (rules:
 * CellInput.tsx).
 */
export function Grid({ name, label, columns, rows, store, host, look, filtered, marks }: GridProps) {
  const gridId = useId()
  const viewportRef = useRef<HTMLDivElement>(null)
  const textareaRef = useRef<HTMLTextAreaElement>(null)
  const revision = useSyncExternalStore(rows.subscribe, rows.revision)
  const selection = useStore(store, (state) => state.selection)
  const renaming = useStore(store, (state) => state.renaming)

  const rowCount = rows.reachableRows()
  const measures = useMemo(() => measuresOf(look), [look])
  const { rowPx, zoom } = measures
  const layout = useGridLayout({
    viewportRef,
    columns,
    chosenWidths: look.widths,
    rowCount,
    measures,
    wantedFrozen: look.frozen,
  })
  const { scroll, geometry, widths, edges, frozen, markerWidth, contentWidth, span } = layout
  const { context, clipboard } = useGridContext({ store, rows, host, columns, layout, textareaRef })
  const { env, editor } = context
  const openMenu = useCallback(() => store.setState({ menu: menuPlace(textareaRef.current, rowPx) }), [store, rowPx])
  useZoomWheel(viewportRef, env)
  const onKeyDown = useGridKeys(context, openMenu)
  const pointer = useGridPointer({
    env,
    editor,
    viewport: viewportRef,
    headerHeight: HEADER_PX,
    markerWidth,
    cellAt: layout.cellAt,
    gapAt: layout.gapAt,
    scrollBy: scroll.scrollBy,
  })

  useEffect(() => rows.want(span.first, span.last), [rows, span.first, span.last])
  const activeRow = rows.row(selection.active.row)
  useEffect(() => editor.prepare(), [editor, selection.active, activeRow])

  const range = rangeOf(selection)
  return (
    <div className={cx(styles.frame, !look.wraps && styles.clipped)} style={variables(measures)}>
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
                zoom={zoom}
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
                store={store}
                columns={columns}
                span={span}
                top={scroll.top}
                height={geometry.height}
                rowPx={rowPx}
                widths={widths}
                edges={edges}
                frozen={frozen}
                markerWidth={markerWidth}
                selection={selection}
                gridId={gridId}
              />
            </div>
            <CellInput
              ref={textareaRef}
              env={env}
              editor={editor}
              gridId={gridId}
              name={name}
              column={columns[selection.active.column]}
              cellLeft={
                markerWidth +
                (edges[selection.active.column] ?? 0) +
                (selection.active.column < frozen ? scroll.left : 0)
              }
              cellTop={HEADER_PX + selection.active.row * rowPx - scroll.top}
              rowPx={rowPx}
              cellWidth={widths[selection.active.column] ?? 0}
              area={{ width: scroll.size.width, height: scroll.size.height, left: scroll.left, markerWidth }}
              drawn={selection.active.row >= span.first && selection.active.row <= span.last}
              onKeyDown={onKeyDown}
              clipboard={clipboard}
            />
          </div>
        </div>
      </div>
      {columns.length === 0 && <NoColumns context={context} />}
      <GridMenu context={context} />
    </div>
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

/** Where the keyboard opens the menu: under the active cell. */
function menuPlace(textarea: HTMLTextAreaElement | null, rowPx: number): { x: number; y: number } | null {
  const box = textarea?.getBoundingClientRect()
  return box ? { x: box.left + 16, y: box.top + rowPx / 2 } : null
}

/** What Grid.module.css draws the cells with. */
const variables = ({ rowPx, linePx, fontPx, lines }: Measures) =>
  ({
    '--row': `${rowPx}px`,
    '--line-height': `${linePx}px`,
    '--cell-text': `${fontPx}px`,
    '--lines': lines,
  }) as CSSProperties

/** Ctrl and the wheel (or two fingers apart) make the table larger and smaller. */
function useZoomWheel(viewport: RefObject<HTMLDivElement | null>, env: GridEnvironment): void {
  useEffect(() => {
    const element = viewport.current
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      if (event.deltaY !== 0) env.host().zoomBy(event.deltaY < 0 ? 1 : -1)
    }
    element?.addEventListener('wheel', onWheel, { passive: false })
    return () => element?.removeEventListener('wheel', onWheel)
  }, [viewport, env])
}
