import { Chart } from 'chart.js'
import { memo, useEffect, useRef } from 'react'
import { useChartTheme } from '../../../ui/index.ts'
import { useFormat } from '../../../language/index.ts'
import { barConfiguration, figureHeight } from './barConfiguration.ts'
import type { Figure } from './figures.ts'
import styles from './StatisticsPane.module.css'

/** The picture of a figure; its table says the same to those who do not see it. */
export const BarChart = memo(function BarChart({ figure, label }: { readonly figure: Figure; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const theme = useChartTheme()
  const format = useFormat()
  useEffect(() => {
    if (!canvas.current) return
    const chart = new Chart(canvas.current, barConfiguration(figure, theme, format.number))
    return () => chart.destroy()
  }, [figure, theme, format])
  return (
    <div className={styles.canvas} style={{ height: figureHeight(figure) }}>
      <canvas ref={canvas} role="img" aria-label={label} />
    </div>
  )
})
