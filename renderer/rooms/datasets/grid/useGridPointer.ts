import { useCallback, useEffect, useRef, type MouseEvent as ReactMouseEvent, type RefObject } from 'react'
import type { CellEditor } from './cellEditor.ts'
import { followMouse, type DragArea } from './drag.ts'
import { boundsOf, dataBoundsOf, type GridEnvironment } from './environment.ts'
import { fillingTo, finishFilling, finishMoving, fillToEnd, movableAxis } from './dragActs.ts'
import { isMac } from './platform.ts'
import {
  contains,
  extendTo,
  rangesOf,
  selectCell,
  selectColumns,
  selectRows,
  withBlock,
  type CellPoint,
  type Selection,
} from './selection.ts'
import { useLatest } from './useLatest.ts'

type Part = 'cell' | 'row' | 'column' | 'corner'

interface Options extends DragArea {
  readonly env: GridEnvironment
  readonly editor: CellEditor
}

export interface GridPointer {
  readonly onMouseDown: (event: ReactMouseEvent) => void
  readonly onDoubleClick: (event: ReactMouseEvent) => void
  readonly onContextMenu: (event: ReactMouseEvent) => void
}

const LEFT_BUTTON = 0

/**
 * Elements inside the grid that handle the mouse themselves: the open textarea, header buttons, a name being edited.
 */
const isOwnControl = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('textarea, input, button, [data-grid-control]') !== null

const isFillHandle = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('[data-fill-handle]') !== null

/** Clicking and dragging: cells, row numbers, column headers and the fill handle; a drag beyond the edge scrolls. */
export function useGridPointer(options: Options): GridPointer {
  const latestRef = useLatest(options)
  const stopDrag = useRef<(() => void) | null>(null)
  useEffect(() => () => stopDrag.current?.(), [])

  const onMouseDown = useCallback(
    (event: ReactMouseEvent) => {
      if (event.button !== LEFT_BUTTON || isOwnControl(event.target)) return
      const { env, editor } = latestRef.current
      const hit = locate(latestRef.current, event)
      if (!hit) return
      // Without this the click would take the focus away from the textarea, and with it the IME.
      event.preventDefault()
      editor.commit()
      env.textarea()?.focus({ preventScroll: true })
      stopDrag.current?.()
      stopDrag.current = isFillHandle(event.target)
        ? startFilling(latestRef, event)
        : startSelecting(latestRef, hit, event)
    },
    [latestRef],
  )

  const onDoubleClick = useCallback(
    (event: ReactMouseEvent) => {
      const { env, editor } = latestRef.current
      if (isOwnControl(event.target)) return
      if (isFillHandle(event.target)) return fillToEnd(env)
      const hit = locate(latestRef.current, event)
      if (hit?.part === 'cell') void editor.open()
      const column = hit?.part === 'column' ? env.columns()[hit.at.column] : undefined
      if (column) env.store.setState({ renaming: column.id })
    },
    [latestRef],
  )

  const onContextMenu = useCallback(
    (event: ReactMouseEvent) => {
      const { env, editor } = latestRef.current
      const hit = locate(latestRef.current, event)
      if (!hit || (env.store.getState().editing && isOwnControl(event.target))) return
      event.preventDefault()
      editor.commit()
      env.textarea()?.focus({ preventScroll: true })
      if (!rangesOf(env.store.getState().selection).some((range) => contains(range, hit.at)))
        press(env, hit, { extend: false, add: false })
      env.store.setState({ menu: { x: event.clientX, y: event.clientY } })
    },
    [latestRef],
  )

  return { onMouseDown, onDoubleClick, onContextMenu }
}

interface Hit {
  readonly part: Part
  readonly at: CellPoint
}

function locate(
  { viewport, headerHeight, markerWidth, cellAt }: DragArea,
  event: { clientX: number; clientY: number },
): Hit | null {
  const box = viewport.current?.getBoundingClientRect()
  const element = viewport.current
  if (!box || !element) return null
  const x = event.clientX - box.left
  const y = event.clientY - box.top
  // A press on a scrollbar is not ours.
  if (x >= element.clientWidth || y >= element.clientHeight) return null
  const at = cellAt(x, y)
  if (y < headerHeight) return { part: x < markerWidth ? 'corner' : 'column', at }
  return { part: x < markerWidth ? 'row' : 'cell', at }
}

/** `extend`: the block goes on to here (Shift); `add`: a new block beside those that are selected (Ctrl, ⌘). */
function press(
  env: GridEnvironment,
  { part, at }: Hit,
  { extend, add }: { readonly extend: boolean; readonly add: boolean },
): void {
  const { selection } = env.store.getState()
  const bounds = boundsOf(env)
  const from = extend ? selection.anchor : at
  const select: Record<Part, () => Selection> = {
    cell: () => (extend ? extendTo(selection, at, bounds) : selectCell(at)),
    row: () => selectRows(from.row, at.row, bounds),
    column: () => selectColumns(from.column, at.column, dataBoundsOf(env)),
    corner: () => selectRows(0, dataBoundsOf(env).rowCount - 1, bounds),
  }
  const chosen = select[part]()
  env.store.setState({ selection: add && part !== 'corner' ? withBlock(selection, chosen) : chosen })
}

/** Selected rows or columns are moved by dragging their headers; everything else is selected by dragging. */
function startSelecting(options: RefObject<Options>, hit: Hit, event: ReactMouseEvent): (() => void) | null {
  const { env } = options.current
  const add = isMac() ? event.metaKey : event.ctrlKey
  const axis = hit.part === 'row' || hit.part === 'column' ? hit.part : null
  if (axis && !event.shiftKey && !add && movableAxis(env, hit.at) === axis)
    return startMoving(options, axis, hit, event)
  press(env, hit, { extend: event.shiftKey, add })
  if (hit.part === 'corner') return null
  const { others } = env.store.getState().selection
  return followMouse(options, { press: event, along: axis ?? 'both', onMove: (at) => drag(env, hit, at, others) })
}

function drag(env: GridEnvironment, { part, at: start }: Hit, at: CellPoint, others: Selection['others']): void {
  const { selection } = env.store.getState()
  if (part === 'row') env.store.setState({ selection: { ...selectRows(start.row, at.row, boundsOf(env)), others } })
  else if (part === 'column')
    env.store.setState({ selection: { ...selectColumns(start.column, at.column, dataBoundsOf(env)), others } })
  else if (at.row !== selection.extent.row || at.column !== selection.extent.column)
    env.store.setState({ selection: extendTo(selection, at, boundsOf(env)) })
}

function startFilling(options: RefObject<Options>, press: ReactMouseEvent): () => void {
  const { env } = options.current
  return followMouse(options, {
    press,
    along: 'both',
    onMove: (at) => env.store.setState({ filling: fillingTo(env, at) }),
    onEnd: (event) => finishFilling(env, isMac() ? event.altKey : event.ctrlKey),
  })
}

/** A press without a movement selects the one row or column under it, as any other press does. */
function startMoving(
  options: RefObject<Options>,
  axis: 'row' | 'column',
  hit: Hit,
  pressed: ReactMouseEvent,
): () => void {
  const { env } = options.current
  return followMouse(options, {
    press: pressed,
    along: axis,
    onMove: (_, gap) =>
      env.store.setState({
        moving: { axis, at: Math.min(gap[axis], axis === 'row' ? env.rows.rowCount() : env.columns().length) },
      }),
    onEnd: () => {
      if (env.store.getState().moving) finishMoving(env)
      else press(env, hit, { extend: false, add: false })
    },
  })
}
