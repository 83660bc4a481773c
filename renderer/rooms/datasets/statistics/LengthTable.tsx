import { useTranslation } from 'react-i18next'
import { useFormat } from '../../../language/index.ts'
import type { LengthLine } from './figures.ts'
import styles from './StatisticsPane.module.css'

/** The numbers of a distribution that are shown, in this order. */
export const NUMBERS = ['count', 'min', 'median', 'mean', 'p90', 'p99', 'max'] as const

/** How long the texts are, in numbers. */
export function LengthTable({ lines }: { readonly lines: readonly LengthLine[] }) {
  const { t } = useTranslation('statistics')
  const format = useFormat()
  return (
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={t('lengths')}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('lengths')}</th>
            {NUMBERS.map((number) => (
              <th key={number} scope="col">
                {t(`number.${number}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ id, label, distribution }) => (
            <tr key={id}>
              <th scope="row">{label}</th>
              {NUMBERS.map((number) => (
                <td key={number}>{format.number(Math.round(distribution[number] * 10) / 10)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
