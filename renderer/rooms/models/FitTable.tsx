import { useTranslation } from 'react-i18next'
import type { Fit, ModelFit } from '../../../core/contract/index.ts'
import { text } from '../../../texts/index.ts'
import { useFormat, useLanguage } from '../../language/index.ts'
import { FitBadge, usePrecisionName } from './FitBadge.tsx'
import styles from './FitTable.module.css'

/** What training and a conversation need of this machine's memory, in each precision. */
export function FitTable({ fit }: { readonly fit: ModelFit }) {
  const { t } = useTranslation('models')
  const format = useFormat()
  const language = useLanguage()
  const precisionName = usePrecisionName()
  const { device, memoryBytes, availableBytes, isApproximate, needs } = fit
  const isTight = needs.some(({ training, chat }) => training === 'tight' || chat === 'tight')
  const notes = [
    t('fit.help'),
    ...(isTight ? [t('fit.tightHelp')] : []),
    ...(isApproximate ? [t('fit.approximate')] : []),
  ]
  return (
    <section className={styles.fit} aria-label={t('fit.title')}>
      <h3 className={styles.title}>{t('fit.title')}</h3>
      <p className={styles.machine}>
        {t('fit.machine', {
          device: text(language).devices.names[device],
          memory: format.bytes(memoryBytes),
          available: format.bytes(availableBytes),
        })}
      </p>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('fit.precision')}</th>
            <th scope="col">{t('fit.training')}</th>
            <th scope="col">{t('fit.chat')}</th>
          </tr>
        </thead>
        <tbody>
          {needs.map(({ precision, trainingBytes, training, chatBytes, chat }) => (
            <tr key={precision}>
              <th scope="row">{precisionName(precision)}</th>
              <Need bytes={trainingBytes} fit={training} />
              <Need bytes={chatBytes} fit={chat} />
            </tr>
          ))}
        </tbody>
      </table>
      {notes.map((note) => (
        <p key={note} className={styles.notes}>
          {note}
        </p>
      ))}
    </section>
  )
}

function Need({ bytes, fit }: { readonly bytes: number; readonly fit: Fit }) {
  const format = useFormat()
  return (
    <td>
      <span className={styles.need}>
        <span className={styles.bytes}>{format.bytes(bytes)}</span>
        <FitBadge fit={fit} />
      </span>
    </td>
  )
}
