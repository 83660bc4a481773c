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
