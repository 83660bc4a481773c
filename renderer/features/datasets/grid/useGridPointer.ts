import { useCallback, useEffect, useRef, type MouseEvent as ReactMouseEvent, type RefObject } from 'react'
import type { CellEditor } from './cellEditor.ts'
import { boundsOf, dataBoundsOf, type GridEnvironment } from './environment.ts'
import { useLatest } from './useLatest.ts'
import { contains, extendTo, rangeOf, selectCell, selectColumns, selectRows, type CellPoint } from './selection.ts'

type Part = 'cell' | 'row' | 'column' | 'corner'

interface Options {
  readonly env: GridEnvironment
  readonly editor: CellEditor
  readonly viewport: RefObject<HTMLDivElement | null>
  readonly headerHeight: number
  readonly markerWidth: number
  /** The cell under a point of the scroll area (px from its upper left corner), clamped to the table. */
  readonly cellAt: (x: number, y: number) => CellPoint
  readonly scrollBy: (dx: number, dy: number) => void
}

export interface GridPointer {
  readonly onMouseDown: (event: ReactMouseEvent) => void
  readonly onDoubleClick: (event: ReactMouseEvent) => void
  readonly onContextMenu: (event: ReactMouseEvent) => void
}

const LEFT_BUTTON = 0
const EDGE_STEP_PX = 24

/** Elements inside the grid that handle the mouse themselves: the open textarea, header buttons, a name being edited. */
const isOwnControl = (target: EventTarget): boolean => target instanceof Element && target.closest('textarea, input, button, [data-grid-control]') !== null

/** Clicking and dragging: cells, row numbers and column headers; a drag beyond the edge scrolls. */
export function useGridPointer(options: Options): GridPointer {
  const latestRef = useLatest(options)
  const stopDrag = useRef<(() => void) | null>(null)
  useEffect(() => () => stopDrag.current?.(), [])

  const onMouseDown = useCallback((event: ReactMouseEvent) => {
    if (event.button !== LEFT_BUTTON || isOwnControl(event.target)) return
    const { env, editor } = latestRef.current
    const hit = locate(latestRef.current, event)
    if (!hit) return
    // Without this the click would take the focus away from the textarea, and with it the IME.
    event.preventDefault()
    editor.commit()
    env.textarea()?.focus({ preventScroll: true })
    press(env, hit, event.shiftKey)
    if (hit.part !== 'corner') stopDrag.current = startDrag(latestRef, hit)
  }, [latestRef])

  const onDoubleClick = useCallback((event: ReactMouseEvent) => {
    const { env, editor } = latestRef.current
    if (isOwnControl(event.target)) return
    const hit = locate(latestRef.current, event)
    if (hit?.part === 'cell') void editor.open()
    const column = hit?.part === 'column' ? env.columns()[hit.at.column] : undefined
    if (column) env.store.setState({ renaming: column.id })
  }, [latestRef])

  const onContextMenu = useCallback((event: ReactMouseEvent) => {
    const { env, editor } = latestRef.current
    const hit = locate(latestRef.current, event)
    if (!hit || (env.store.getState().editing && isOwnControl(event.target))) return
    event.preventDefault()
    editor.commit()
    env.textarea()?.focus({ preventScroll: true })
    if (!contains(rangeOf(env.store.getState().selection), hit.at)) press(env, hit, false)
    env.store.setState({ menu: { x: event.clientX, y: event.clientY } })
  }, [latestRef])

  return { onMouseDown, onDoubleClick, onContextMenu }
}

interface Hit {
  readonly part: Part
  readonly at: CellPoint
}

function locate({ viewport, headerHeight, markerWidth, cellAt }: Options, event: { clientX: number; clientY: number }): Hit | null {
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

function press(env: GridEnvironment, { part, at }: Hit, extend: boolean): void {
  const { selection } = env.store.getState()
  const bounds = boundsOf(env)
  const from = extend ? selection.anchor : at
  const select = {
    cell: () => (extend ? extendTo(selection, at, bounds) : selectCell(at)),
    row: () => selectRows(from.row, at.row, bounds),
    column: () => selectColumns(from.column, at.column, dataBoundsOf(env)),
    corner: () => selectRows(0, dataBoundsOf(env).rowCount - 1, bounds),
  }
  env.store.setState({ selection: select[part]() })
}

function drag(env: GridEnvironment, part: Part, start: CellPoint, at: CellPoint): void {
  const { selection } = env.store.getState()
  if (part === 'row') env.store.setState({ selection: selectRows(start.row, at.row, boundsOf(env)) })
  else if (part === 'column') env.store.setState({ selection: selectColumns(start.column, at.column, dataBoundsOf(env)) })
  else if (at.row !== selection.extent.row || at.column !== selection.extent.column) env.store.setState({ selection: extendTo(selection, at, boundsOf(env)) })
}

/** Follows the mouse until the button is released; beyond an edge it keeps scrolling each frame. */
function startDrag(options: RefObject<Options>, hit: Hit): () => void {
  let mouse: { clientX: number; clientY: number } | null = null
  let frame = 0

  const follow = () => {
    const { env, viewport, cellAt, scrollBy, headerHeight, markerWidth } = options.current
    const element = viewport.current
    if (!element || !mouse) return
    const box = element.getBoundingClientRect()
    const x = mouse.clientX - box.left
    const y = mouse.clientY - box.top
    const dx = hit.part === 'row' ? 0 : beyond(x, markerWidth, element.clientWidth)
    const dy = hit.part === 'column' ? 0 : beyond(y, headerHeight, element.clientHeight)
    if (dx !== 0 || dy !== 0) {
      scrollBy(dx, dy)
      frame = requestAnimationFrame(follow)
    }
    const clamp = (value: number, low: number, high: number) => Math.min(high - 1, Math.max(low, value))
    drag(env, hit.part, hit.at, cellAt(clamp(x, markerWidth, element.clientWidth), clamp(y, headerHeight, element.clientHeight)))
  }
  const move = (event: MouseEvent) => {
    mouse = event
    cancelAnimationFrame(frame)
    follow()
  }
  const stop = () => {
    cancelAnimationFrame(frame)
    window.removeEventListener('mousemove', move)
    window.removeEventListener('mouseup', stop)
  }
  window.addEventListener('mousemove', move)
  window.addEventListener('mouseup', stop)
  return stop
}

function beyond(position: number, low: number, high: number): number {
  if (position < low) return -Math.min(EDGE_STEP_PX * 4, low - position + EDGE_STEP_PX / 2)
  return position > high ? Math.min(EDGE_STEP_PX * 4, position - high + EDGE_STEP_PX / 2) : 0
}
