import { useEffect, useMemo, useState, type RefObject } from 'react'
import type { Column } from '../../../../core/contract/index.ts'
import { createCellEditor } from './cellEditor.ts'
import type { CommandContext } from './commands.ts'
import { boundsOf, type GridEnvironment, type GridHost } from './environment.ts'
import { keepInside, type GridStore } from './gridStore.ts'
import type { RowSource } from './rowSource.ts'
import { useGridClipboard, type GridClipboard } from './useGridClipboard.ts'
import type { GridLayout } from './useGridLayout.ts'
import { useLatest } from './useLatest.ts'

interface Options {
  readonly store: GridStore
  readonly rows: RowSource
  readonly host: GridHost
  readonly columns: readonly Column[]
  readonly layout: GridLayout
  readonly textareaRef: RefObject<HTMLTextAreaElement | null>
}

/** What keys, mouse, menus and tools work with; the same objects for the grid's whole life. */
export function useGridContext({ store, rows, host, columns, layout, textareaRef }: Options): {
  readonly context: CommandContext
  readonly clipboard: GridClipboard
} {
  const latestRef = useLatest({
    host,
    columns,
    revealCell: layout.scroll.revealCell,
    pageRows: layout.pageRows,
    frozen: layout.frozen,
  })
  const [env] = useState<GridEnvironment>(() => ({
    store,
    rows,
    host: () => latestRef.current.host,
    columns: () => latestRef.current.columns,
    textarea: () => textareaRef.current,
    reveal: (point) => latestRef.current.revealCell(point.row, point.column),
    pageRows: () => latestRef.current.pageRows,
    frozen: () => latestRef.current.frozen,
  }))
  const editor = useMemo(() => createCellEditor(env), [env])
  const clipboard = useGridClipboard(env)
  const context = useMemo<CommandContext>(
    () => ({ env, editor, clipboard: clipboard.commands }),
    [env, editor, clipboard],
  )
  useEffect(() => {
    store.setState({ context })
    return () => store.setState({ context: null })
  }, [store, context])
  useEffect(() => keepInside(store, boundsOf(env)), [store, env, layout.geometry.rowCount, columns.length])
  return { context, clipboard }
}
