import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Legend,
  LinearScale,
  Tooltip,
  type ChartConfiguration,
} from 'chart.js'
import type { ChartTheme } from '../../../ui/index.ts'
import type { Figure } from './figures.ts'

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, Tooltip)

const COLUMNS_HEIGHT = 200
const ROW_HEIGHT = 22
const AXIS_HEIGHT = 32
const LEGEND_HEIGHT = 24
const LONGEST_LABEL = 14

/** How high a figure is drawn, in pixels: named bars need a line each. */
export function figureHeight({ shape, labels, series }: Figure): number {
  if (shape === 'columns') return COLUMNS_HEIGHT
  return (
    labels.length * Math.max(ROW_HEIGHT, series.length * 11 + 6) + AXIS_HEIGHT + (series.length > 1 ? LEGEND_HEIGHT : 0)
  )
}

/** How a value of the figure reads. */
export const formatValue = ({ unit }: Figure, value: number, formatNumber: (value: number) => string): string =>
  unit === 'share' ? `${formatNumber(Math.round(value * 1000) / 10)}%` : formatNumber(value)

interface Drawing {
  readonly figure: Figure
  readonly theme: ChartTheme
  readonly formatNumber: (value: number) => string
}

/** A bar chart of the figure in the theme's colours, without animation. */
export function barConfiguration(
  figure: Figure,
  theme: ChartTheme,
  formatNumber: (value: number) => string,
): ChartConfiguration<'bar', number[], string> {
  const drawing: Drawing = { figure, theme, formatNumber }
  const isRows = figure.shape === 'rows'
  const values = valueScale(drawing)
  const names = nameScale(drawing)
  return {
    type: 'bar',
    data: { labels: [...figure.labels], datasets: barsOf(drawing) },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      indexAxis: isRows ? 'y' : 'x',
      layout: { padding: { right: 12, top: 4 } },
      interaction: { mode: 'index', axis: isRows ? 'y' : 'x', intersect: false },
      scales: isRows ? { x: values, y: names } : { x: names, y: values },
      plugins: pluginsOf(drawing),
    },
  }
}

const fontOf = (theme: ChartTheme) => ({ family: theme.font, size: 11 })

const valueScale = ({ figure, theme, formatNumber }: Drawing) => ({
  border: { display: false },
  grid: { color: theme.grid, tickLength: 0 },
  beginAtZero: true,
  ticks: {
    color: theme.text,
    font: fontOf(theme),
    padding: 6,
    maxTicksLimit: 6,
    maxRotation: 0,
    ...(figure.unit === 'count' ? { precision: 0 } : {}),
    callback: (value: string | number) => formatValue(figure, Number(value), formatNumber),
  },
})

const nameScale = ({ figure, theme }: Drawing) => ({
  border: { display: false },
  grid: { display: false },
  ticks: {
    color: theme.text,
    font: fontOf(theme),
    padding: 6,
    maxRotation: 0,
    autoSkip: figure.shape !== 'rows',
    callback: (_: string | number, index: number) => clipped((figure.shortLabels ?? figure.labels)[index] ?? ''),
  },
})

function barsOf({ figure, theme }: Drawing) {
  const isRows = figure.shape === 'rows'
  const colours = [theme.accent, theme.second, theme.third]
  return figure.series.map(({ label, values: data }, index) => ({
    label,
    data: [...data],
    backgroundColor: colours[index % colours.length],
    borderRadius: 2,
    maxBarThickness: isRows ? 14 : 40,
    categoryPercentage: isRows ? 0.8 : 1,
    barPercentage: isRows ? 0.85 : 0.92,
  }))
}

type Plugins = NonNullable<ChartConfiguration<'bar', number[], string>['options']>['plugins']

function pluginsOf({ figure, theme, formatNumber }: Drawing): Plugins {
  const font = fontOf(theme)
  return {
    legend: {
      display: figure.series.length > 1,
      position: 'top',
      align: 'start',
      labels: { color: theme.text, font, boxWidth: 10, boxHeight: 10, padding: 12 },
    },
    tooltip: {
      animation: false,
      titleFont: font,
      bodyFont: font,
      boxWidth: 8,
      boxHeight: 8,
      callbacks: {
        label: (item) => `${item.dataset.label ?? ''} ${formatValue(figure, Number(item.raw), formatNumber)}`,
      },
    },
  }
}

const clipped = (label: string): string =>
  label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label
