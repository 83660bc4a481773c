import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react'
import type { CellPoint } from './selection.ts'
import { useLatest } from './useLatest.ts'
import { clampTop, revealColumn, revealRow, scrollScale, toScrollTop, toVirtualTop, type Geometry } from './viewport.ts'

export interface GridScroll {
  /** Virtual offset of the first visible pixel. */
  readonly top: number
  readonly left: number
  /** Size of the scroll area without scrollbars. */
  readonly size: { readonly width: number; readonly height: number }
  readonly onScroll: () => void
  /** Moves by virtual pixels: wheel, drag beyond the edge. */
  readonly scrollBy: (dx: number, dy: number) => void
  readonly revealCell: (row: number, column: number) => void
}

interface Options {
  readonly viewportRef: RefObject<HTMLDivElement | null>
  readonly rowCount: number
  readonly rowHeight: number
  readonly headerHeight: number
  /** Width of the row numbers, which stay at the left. */
  readonly markerWidth: number
  /** Left edges of the columns for a given width of the area. */
  readonly edgesFor: (width: number) => readonly number[]
  /** How many columns stay in view for a given width of the area. */
  readonly frozenFor: (width: number) => number
}

/** The scroll position of the grid in virtual pixels, kept in step with the real scrollbar. */
export function useGridScroll({
  viewportRef,
  rowCount,
  rowHeight,
  headerHeight,
  markerWidth,
  edgesFor,
  frozenFor,
}: Options): GridScroll {
  const [size, setSize] = useState({ width: 0, height: 0 })
  const [position, setPosition] = useState({ top: 0, left: 0 })
  const placeRef = useRef(position)
  // The scrollbar position that we set ourselves: its scroll event must not round the virtual offset.
  const expectedRef = useRef<number | null>(null)
  const geometry: Geometry = { rowCount, rowHeight, height: Math.max(0, size.height - headerHeight) }
  const latestRef = useLatest({ geometry, edgesFor, frozenFor, size, markerWidth })

  const moveTo = useCallback(
    (top: number, left: number) => {
      const element = viewportRef.current
      if (!element) return
      placeRef.current = moveScrollbar(element, { geometry: latestRef.current.geometry, top, left, expectedRef })
      setPosition(placeRef.current)
    },
    [viewportRef, latestRef],
  )

  const onScroll = useCallback(() => {
    const element = viewportRef.current
    if (!element) return
    const own = expectedRef.current !== null && Math.abs(element.scrollTop - expectedRef.current) < 1
    expectedRef.current = null
    const unmoved = toScrollTop(latestRef.current.geometry, placeRef.current.top) === Math.round(element.scrollTop)
    const top = own || unmoved ? placeRef.current.top : toVirtualTop(latestRef.current.geometry, element.scrollTop)
    placeRef.current = { top, left: element.scrollLeft }
    setPosition(placeRef.current)
  }, [viewportRef, latestRef])

  const scrollBy = useCallback(
    (dx: number, dy: number) => moveTo(placeRef.current.top + dy, Math.max(0, placeRef.current.left + dx)),
    [moveTo],
  )

  const revealCell = useCallback(
    (row: number, column: number) => {
      if (latestRef.current.size.height === 0) return
      const { top, left } = placeToReveal(latestRef.current, placeRef.current, { row, column })
      moveTo(top, left)
    },
    [moveTo, latestRef],
  )

  useMeasuring(viewportRef, setSize)
  // One wheel notch on a scaled scrollbar would jump many rows: the wheel moves the virtual offset instead.
  const scaled = scrollScale(geometry) > 1.0001
  useWheel(viewportRef, scaled, scrollBy)

  return { top: clampTop(geometry, position.top), left: position.left, size, onScroll, scrollBy, revealCell }
}

interface Place {
  readonly top: number
  readonly left: number
}

/** Moves the real scrollbar to a virtual place; returns the place that was reached. */
function moveScrollbar(
  element: HTMLElement,
  {
    geometry,
    top,
    left,
    expectedRef,
  }: Place & { readonly geometry: Geometry; readonly expectedRef: RefObject<number | null> },
): Place {
  const virtualTop = clampTop(geometry, top)
  const scrollTop = toScrollTop(geometry, virtualTop)
  if (Math.abs(element.scrollTop - scrollTop) >= 1) {
    expectedRef.current = scrollTop
    element.scrollTop = scrollTop
  }
  if (element.scrollLeft !== left) element.scrollLeft = left
  return { top: virtualTop, left: element.scrollLeft }
}

interface Area extends Pick<Options, 'edgesFor' | 'frozenFor' | 'markerWidth'>, Pick<GridScroll, 'size'> {
  readonly geometry: Geometry
}

/** The nearest place from which the cell is visible. */
function placeToReveal(
  { geometry, edgesFor, frozenFor, size, markerWidth }: Area,
  from: Place,
  cell: CellPoint,
): Place {
  const frozen = frozenFor(size.width)
  return {
    top: revealRow(geometry, from.top, cell.row),
    left: revealColumn(edgesFor(size.width), cell.column, from.left, size.width - markerWidth, frozen),
  }
}

function useMeasuring(viewportRef: Options['viewportRef'], setSize: (size: GridScroll['size']) => void): void {
  useLayoutEffect(() => {
    const element = viewportRef.current
    if (!element) return
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight })
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [viewportRef, setSize])
}

function useWheel(viewportRef: Options['viewportRef'], scaled: boolean, scrollBy: GridScroll['scrollBy']): void {
  useEffect(() => {
    const element = viewportRef.current
    if (!element || !scaled) return
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return
      event.preventDefault()
      scrollBy(0, event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 40 : event.deltaY)
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [viewportRef, scaled, scrollBy])
}
