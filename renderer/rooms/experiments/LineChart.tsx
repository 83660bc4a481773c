import {
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  ScatterController,
  Tooltip,
  type ChartConfiguration,
} from 'chart.js'
import { memo, useEffect, useRef } from 'react'
import { useChartTheme, type ChartTheme } from '../../ui/index.ts'
import type { Point } from './curve.ts'
import styles from './Curves.module.css'

Chart.register(Filler, LinearScale, LineController, LineElement, PointElement, ScatterController, Tooltip)

export interface Series {
  readonly label: string
  readonly points: readonly Point[]
  /** `line`: 藍; `marks`: 朱 points on a thin line. */
  readonly draw: 'line' | 'marks'
}

interface LineChartProps {
  /** Read aloud in place of the picture. */
  readonly label: string
  readonly series: readonly Series[]
  readonly maxX: number
  readonly height: number
  readonly formatY: (value: number) => string
  readonly formatX: (value: number) => string
}

/** A chart that is made once and only fed afterwards; no animation, so that ten updates a second cost little. */
export const LineChart = memo(function LineChart({ label, series, maxX, height, formatX, formatY }: LineChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const chart = useRef<Chart<'line', Point[]> | null>(null)
  const theme = useChartTheme()

  useEffect(() => {
    if (!canvas.current) return
    chart.current = new Chart(canvas.current, configuration(theme, formatX, formatY))
    return () => {
      chart.current?.destroy()
      chart.current = null
    }
  }, [theme, formatX, formatY])

  useEffect(() => {
    const drawn = chart.current
    if (!drawn) return
    drawn.data.datasets = series.map((each) => ({
      ...look(each, theme),
      label: each.label,
      data: each.points as Point[],
    }))
    const x = drawn.options.scales?.['x']
    if (x) x.max = Math.max(1, maxX)
    drawn.update('none')
  }, [series, maxX, theme, formatX, formatY])

  return (
    <div className={styles.canvas} style={{ height }}>
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  )
})

function look({ draw, points }: Series, theme: ChartTheme) {
  if (draw === 'line')
    return {
      borderColor: theme.accent,
      borderWidth: 1.75,
      pointRadius: points.length === 1 ? 3 : 0,
      pointHitRadius: 6,
      backgroundColor: theme.accent,
      tension: 0,
    }
  return {
    borderColor: theme.shuLine,
    borderWidth: 1,
    borderDash: [3, 3],
    backgroundColor: theme.shu,
    pointRadius: 4,
    pointBorderColor: theme.surface,
    pointBorderWidth: 1.5,
    clip: 8,
    order: -1,
  }
}

function configuration(
  theme: ChartTheme,
  formatX: (value: number) => string,
  formatY: (value: number) => string,
): ChartConfiguration<'line', Point[]> {
  const font = { family: theme.font, size: 11 }
  const axis = { border: { display: false }, grid: { color: theme.grid, tickLength: 0 } }
  return {
    type: 'line',
    data: { datasets: [] },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      layout: { autoPadding: false, padding: { right: 10, top: 8 } },
      parsing: false,
      normalized: true,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          ...axis,
          type: 'linear',
          min: 0,
          ticks: {
            color: theme.text,
            font,
            padding: 6,
            maxTicksLimit: 9,
            maxRotation: 0,
            precision: 0,
            includeBounds: false,
          },
        },
        y: {
          ...axis,
          type: 'linear',
          beginAtZero: true,
          ticks: { color: theme.text, font, padding: 8, maxTicksLimit: 6, callback: (value) => formatY(Number(value)) },
          afterFit: (scale) => void (scale.width = 56),
        },
      },
      plugins: {
        // The legend of charts elsewhere is registered for all; ours is text above the chart.
        legend: { display: false },
        tooltip: {
          animation: false,
          titleFont: font,
          bodyFont: font,
          boxWidth: 8,
          boxHeight: 8,
          callbacks: {
            title: ([item]) => (item ? formatX(item.parsed.x ?? 0) : ''),
            label: (item) => `${item.dataset.label ?? ''} ${formatY(item.parsed.y ?? 0)}`,
          },
        },
      },
    },
  }
}
