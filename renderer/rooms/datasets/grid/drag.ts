import type { RefObject } from 'react'
import type { CellPoint } from './selection.ts'

/** The scroll area in which the mouse is followed. */
export interface DragArea {
  readonly viewport: RefObject<HTMLDivElement | null>
  readonly headerHeight: number
  readonly markerWidth: number
  /** The cell under a point of the scroll area (px from its upper left corner), clamped to the table. */
  readonly cellAt: (x: number, y: number) => CellPoint
  /** Before which row and column something dropped at a point comes to lie. */
  readonly gapAt: (x: number, y: number) => CellPoint
  readonly scrollBy: (dx: number, dy: number) => void
}

interface Drag {
  /** The press that began it. */
  readonly press: { readonly clientX: number; readonly clientY: number }
  /** The directions in which it scrolls beyond an edge. */
  readonly along: 'row' | 'column' | 'both'
  readonly onMove: (at: CellPoint, gap: CellPoint) => void
  readonly onEnd?: (event: MouseEvent) => void
}

const EDGE_STEP_PX = 24
/** A hand that only clicks trembles. */
const THRESHOLD_PX = 4

/**
 * Follows the mouse until the button is released; beyond an edge it keeps scrolling each frame. Returns what ends it
 * early.
 */
export function followMouse(area: RefObject<DragArea>, { press, along, onMove, onEnd }: Drag): () => void {
  let mouse: MouseEvent | null = null
  let frame = 0

  const follow = () => {
    const { viewport, cellAt, gapAt, scrollBy, headerHeight, markerWidth } = area.current
    const element = viewport.current
    if (!element || !mouse) return
    const box = element.getBoundingClientRect()
    const x = mouse.clientX - box.left
    const y = mouse.clientY - box.top
    const dx = along === 'row' ? 0 : beyond(x, markerWidth, element.clientWidth)
    const dy = along === 'column' ? 0 : beyond(y, headerHeight, element.clientHeight)
    if (dx !== 0 || dy !== 0) {
      scrollBy(dx, dy)
      frame = requestAnimationFrame(follow)
    }
    const clamp = (value: number, low: number, high: number) => Math.min(high - 1, Math.max(low, value))
    const place = [clamp(x, markerWidth, element.clientWidth), clamp(y, headerHeight, element.clientHeight)] as const
    onMove(cellAt(...place), gapAt(...place))
  }
  const move = (event: MouseEvent) => {
    if (!mouse && Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) < THRESHOLD_PX) return
    mouse = event
    cancelAnimationFrame(frame)
    follow()
  }
  const stop = () => {
    cancelAnimationFrame(frame)
    window.removeEventListener('mousemove', move)
    window.removeEventListener('mouseup', up)
  }
  const up = (event: MouseEvent) => {
    stop()
    onEnd?.(event)
  }
  window.addEventListener('mousemove', move)
  window.addEventListener('mouseup', up)
  return stop
}

function beyond(position: number, low: number, high: number): number {
  if (position < low) return -Math.min(EDGE_STEP_PX * 4, low - position + EDGE_STEP_PX / 2)
  return position > high ? Math.min(EDGE_STEP_PX * 4, position - high + EDGE_STEP_PX / 2) : 0
}
