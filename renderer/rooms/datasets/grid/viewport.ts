/**
 * Scroll mathematics of the grid. Chromium cannot make an element taller than 33,554,400 px, so above `MAX_SCROLL_PX`
 * the scrollbar's position stands for a larger virtual offset: virtual = scrollTop × scale. All lengths are CSS pixels.
 */
export const MAX_SCROLL_PX = 15_000_000

export interface Geometry {
  readonly rowCount: number
  readonly rowHeight: number
  /** Height of the area that shows rows: without the header and the horizontal scrollbar. */
  readonly height: number
}

export interface RowSpan {
  readonly first: number
  /** Included; smaller than `first` where nothing is visible. */
  readonly last: number
}

export const contentHeight = (g: Geometry): number => g.rowCount * g.rowHeight

/** Height of the element that gives the scrollbar its length. */
export const scrollHeight = (g: Geometry): number => Math.min(contentHeight(g), MAX_SCROLL_PX)

/** Virtual pixels for one pixel of the scrollbar; 1 where the content fits the limit. */
export function scrollScale(g: Geometry): number {
  const track = scrollHeight(g) - g.height
  return track <= 0 ? 1 : (contentHeight(g) - g.height) / track
}

export const clampTop = (g: Geometry, top: number): number => Math.max(0, Math.min(contentHeight(g) - g.height, top))

export const toVirtualTop = (g: Geometry, scrollTop: number): number => clampTop(g, scrollTop * scrollScale(g))

export const toScrollTop = (g: Geometry, virtualTop: number): number => Math.round(virtualTop / scrollScale(g))

/** Rows that touch the visible area, and `overscan` more on both sides. */
export function visibleRows(g: Geometry, virtualTop: number, overscan: number): RowSpan {
  const first = Math.floor(virtualTop / g.rowHeight) - overscan
  const last = Math.ceil((virtualTop + g.height) / g.rowHeight) - 1 + overscan
  return { first: Math.max(0, first), last: Math.min(g.rowCount - 1, last) }
}

/** The nearest offset at which the row is wholly visible. */
export function revealRow(g: Geometry, virtualTop: number, row: number): number {
  const start = row * g.rowHeight
  if (start < virtualTop || g.rowHeight > g.height) return clampTop(g, start)
  if (start + g.rowHeight > virtualTop + g.height) return clampTop(g, start + g.rowHeight - g.height)
  return virtualTop
}

export const rowAt = (g: Geometry, virtualTop: number, y: number): number =>
  Math.max(0, Math.min(g.rowCount - 1, Math.floor((virtualTop + y) / g.rowHeight)))

export const MIN_COLUMN_PX = 64
const AUTO_MIN_PX = 180

/**
 * Widths of all columns: the chosen ones as they are; the others share what is left of `available`, at least 180 px
 * each.
 */
export function columnWidths(chosen: readonly (number | undefined)[], available: number): number[] {
  const taken = chosen.reduce<number>((sum, width) => sum + (width ?? 0), 0)
  const automatic = chosen.filter((width) => width === undefined).length
  const share = Math.max(AUTO_MIN_PX, Math.floor((available - taken) / Math.max(1, automatic)))
  return chosen.map((width) => (width === undefined ? share : Math.max(MIN_COLUMN_PX, width)))
}

/** Left edge of each column, and the right edge of the last as one entry more. */
export function columnEdges(widths: readonly number[]): number[] {
  const edges = [0]
  for (const width of widths) edges.push((edges.at(-1) ?? 0) + width)
  return edges
}

/** Index of the edge nearest to x: before which column something dropped there comes to lie. */
export const edgeNear = (edges: readonly number[], x: number): number =>
  edges.reduce(
    (nearest, edge, index) => (Math.abs(edge - x) < Math.abs((edges[nearest] ?? 0) - x) ? index : nearest),
    0,
  )

/** Index of the column under x (from the left edge of the first column), clamped to the table. */
export function columnAt(edges: readonly number[], x: number): number {
  const right = edges.findIndex((edge) => edge > x)
  if (right === 0) return 0
  return right < 0 ? Math.max(0, edges.length - 2) : right - 1
}

/**
 * The nearest horizontal offset at which the column is visible beside the frozen ones; a column wider than the view
 * shows its left edge.
 */
export function revealColumn(edges: readonly number[], column: number, left: number, area: number, frozen = 0): number {
  if (column < frozen) return left
  const covered = edges[frozen] ?? 0
  const width = area - covered
  const start = (edges[column] ?? 0) - covered
  const end = (edges[column + 1] ?? 0) - covered
  if (start < left || end - start > width) return start
  return end > left + width ? end - width : left
}
