import { Chart } from 'chart.js'
import type { ChartTheme } from '../../../ui/index.ts'
import { barConfiguration, figureHeight } from './barConfiguration.ts'
import type { Figure, LengthLine } from './figures.ts'

/** A line of text that Excel reads as it is. */
const row = (cells: readonly (string | number)[]): string =>
  cells
    .map((cell) => (/[",\r\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell)))
    .join(',')

export interface CsvHeads {
  readonly lengths: string
  readonly numbers: readonly string[]
}

/** Every table as CSV, one below the other with an empty line between; with a byte order mark, as Excel wants it. */
export function statisticsCsv(figures: readonly Figure[], lines: readonly LengthLine[], heads: CsvHeads): string {
  const lengths = [
    [heads.lengths, ...heads.numbers],
    ...lines.map(({ label, distribution: { count, min, median, mean, p90, p99, max } }) => [
      label,
      count,
      min,
      median,
      mean,
      p90,
      p99,
      max,
    ]),
  ]
  const tables = figures.map(({ title, axis, labels, series }) => [
    [title],
    [axis, ...series.map(({ label }) => label)],
    ...labels.map((label, index) => [label, ...series.map(({ values }) => values[index] ?? 0)]),
  ])
  return `\ufeff${[lengths, ...tables].map((table) => table.map((cells) => `${row(cells)}\r\n`).join('')).join('\r\n')}`
}

const WIDTH = 560
const GAP = 24
const TITLE = 28
const COLUMNS = 2
/** Pixels of the picture for one of the page. */
const SCALE = 2

/** All charts in one picture, two beside each other, as they look in this theme. */
export async function statisticsPicture(
  figures: readonly Figure[],
  theme: ChartTheme,
  formatNumber: (value: number) => string,
): Promise<Blob> {
  const places = arrange(figures)
  const sheet = document.createElement('canvas')
  const height = Math.max(...places.map(({ bottom }) => bottom)) + GAP
  sheet.width = (COLUMNS * (WIDTH + GAP) + GAP) * SCALE
  sheet.height = height * SCALE
  const context = sheet.getContext('2d') as CanvasRenderingContext2D
  context.scale(SCALE, SCALE)
  context.fillStyle = theme.surface
  context.fillRect(0, 0, sheet.width, height)
  for (const { figure, x, y } of places) {
    context.fillStyle = theme.text
    context.font = `500 14px ${theme.font}`
    context.fillText(figure.title, x, y + 16, WIDTH)
    const drawn = drawFigure(figure, theme, formatNumber)
    context.drawImage(drawn, x, y + TITLE, WIDTH, figureHeight(figure))
  }
  return new Promise((resolve, reject) =>
    sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture is too large'))), 'image/png'),
  )
}

/** Two columns; each figure goes where there is room first. */
function arrange(
  figures: readonly Figure[],
): { readonly figure: Figure; readonly x: number; readonly y: number; readonly bottom: number }[] {
  const ends = Array.from({ length: COLUMNS }, () => GAP)
  return figures.map((figure) => {
    const column = ends.indexOf(Math.min(...ends))
    const y = ends[column] as number
    const bottom = y + TITLE + figureHeight(figure)
    ends[column] = bottom + GAP
    return { figure, x: GAP + column * (WIDTH + GAP), y, bottom }
  })
}

function drawFigure(figure: Figure, theme: ChartTheme, formatNumber: (value: number) => string): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = WIDTH
  canvas.height = figureHeight(figure)
  const { options, ...configuration } = barConfiguration(figure, theme, formatNumber)
  const chart = new Chart(canvas, {
    ...configuration,
    options: { ...options, responsive: false, devicePixelRatio: SCALE },
  })
  const copy = document.createElement('canvas')
  copy.width = canvas.width
  copy.height = canvas.height
  copy.getContext('2d')?.drawImage(canvas, 0, 0)
  chart.destroy()
  return copy
}

/** Gives the user a file that was made in the page. */
export function saveFile(name: string, contents: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(contents)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href))
}
