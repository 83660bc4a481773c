export const HEADER_PX = 36

/** Height of a line of text at 100 %. */
const LINE_PX = 18
const FONT_PX = 13
/** Above and below the text of a cell; Grid.module.css draws with the same number. */
const PADDING_PX = 8

export interface Measures {
  readonly rowPx: number
  readonly linePx: number
  readonly fontPx: number
  readonly lines: number
  readonly zoom: number
}

/** What a row takes when it shows so many lines; whole pixels, so that rows lie exactly below each other. */
export function measuresOf({ lines, zoom }: { readonly lines: number; readonly zoom: number }): Measures {
  const linePx = Math.round(LINE_PX * zoom)
  return { rowPx: lines * linePx + PADDING_PX, linePx, fontPx: FONT_PX * zoom, lines, zoom }
}

/** Between the menu and the point it was asked for at, and between it and the window's edges. */
const MENU_GAP_PX = 2
const EDGE_GAP_PX = 14

/**
 * How far below its point a menu begins: so much higher that it ends inside the window. One that is taller than the
 * window begins at its top, and scrolls.
 */
export function menuOffset(pointPx: number, heightPx: number, windowPx: number): number {
  const beyond = pointPx + MENU_GAP_PX + heightPx + EDGE_GAP_PX - windowPx
  return MENU_GAP_PX - Math.max(0, Math.min(beyond, pointPx + MENU_GAP_PX - EDGE_GAP_PX))
}
