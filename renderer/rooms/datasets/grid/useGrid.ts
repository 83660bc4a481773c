import { useCallback, useEffect, useId, useMemo, useRef, useSyncExternalStore, type RefObject } from 'react'
import { useStore } from 'zustand'
import type { Column, ColumnId, RowId } from '../../../../core/contract/index.ts'
import type { Found } from '../find/found.ts'
import type { TableLook } from '../looks.store.ts'
import type { GridEnvironment, GridHost } from './environment.ts'
import type { GridStore } from './gridStore.ts'
import { HEADER_PX, measuresOf } from './measures.ts'
import type { RowSource } from './rowSource.ts'
import { useGridContext } from './useGridContext.ts'
import { useGridKeys } from './useGridKeys.ts'
import { useGridLayout } from './useGridLayout.ts'
import { useGridPointer } from './useGridPointer.ts'

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
  /** What is looked for, and where it is. */
  readonly found: Found | null
}

export type GridParts = ReturnType<typeof useGrid>

/** The state and the handlers of one mounted grid. */
export function useGrid({ columns, rows, store, host, look }: GridProps) {
  const gridId = useId()
  const viewportRef = useRef<HTMLDivElement>(null)
  const textareaRef = useRef<HTMLTextAreaElement>(null)
  const revision = useSyncExternalStore(rows.subscribe, rows.revision)
  const selection = useStore(store, (state) => state.selection)
  const renaming = useStore(store, (state) => state.renaming)

  const rowCount = rows.reachableRows()
  const measures = useMemo(() => measuresOf(look), [look])
  const { rowPx } = measures
  const layout = useGridLayout({
    viewportRef,
    columns,
    chosenWidths: look.widths,
    rowCount,
    measures,
    wantedFrozen: look.frozen,
  })
  const { scroll, markerWidth, span } = layout
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

  useEffect(() => {
    rows.want(span.first, span.last)
    store.setState({ shown: { first: span.first, last: span.last } })
  }, [rows, store, span.first, span.last])
  const activeRow = rows.row(selection.active.row)
  useEffect(() => editor.prepare(), [editor, selection.active, activeRow])
  return {
    gridId,
    viewportRef,
    textareaRef,
    revision,
    selection,
    renaming,
    rowCount,
    measures,
    layout,
    context,
    clipboard,
    onKeyDown,
    pointer,
  }
}

/** Where the keyboard opens the menu: under the active cell. */
function menuPlace(textarea: HTMLTextAreaElement | null, rowPx: number): { x: number; y: number } | null {
  const box = textarea?.getBoundingClientRect()
  return box ? { x: box.left + 16, y: box.top + rowPx / 2 } : null
}

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
