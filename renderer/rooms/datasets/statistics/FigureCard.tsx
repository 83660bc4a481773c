import { ChartColumn, Table2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { IconButton } from '../../../ui/index.ts'
import { useFormat } from '../../../language/index.ts'
import { BarChart } from './BarChart.tsx'
import { figureHeight, formatValue } from './barConfiguration.ts'
import type { Figure } from './figures.ts'
import styles from './StatisticsPane.module.css'

/** One figure as a chart or as a table. */
export function FigureCard({ figure }: { readonly figure: Figure }) {
  const { t } = useTranslation('statistics')
  const [asTable, setAsTable] = useState(false)
  const facts = { title: figure.title }
  return (
    <section className={styles.card} aria-label={figure.title}>
      <header className={styles.cardHead}>
        <h3>{figure.title}</h3>
        <IconButton
          size="small"
          icon={asTable ? <ChartColumn size={15} /> : <Table2 size={15} />}
          label={asTable ? t('asChart', facts) : t('asTable', facts)}
          onPress={() => setAsTable(!asTable)}
        />
      </header>
      {asTable ? <FigureTable figure={figure} /> : <BarChart figure={figure} label={t('chart', facts)} />}
    </section>
  )
}

function FigureTable({ figure }: { readonly figure: Figure }) {
  const format = useFormat()
  return (
    <div
      className={styles.scroll}
      style={{ maxHeight: figureHeight(figure) }}
      tabIndex={0}
      role="region"
      aria-label={figure.title}
    >
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{figure.axis}</th>
            {figure.series.map(({ label }) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {figure.labels.map((label, index) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {figure.series.map((series) => (
                <td key={series.label}>{formatValue(figure, series.values[index] ?? 0, format.number)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
