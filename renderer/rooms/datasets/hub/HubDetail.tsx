import { ExternalLink } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { HubDataset } from '../../../../core/contract/index.ts'
import { Button } from '../../../ui/index.ts'
import { ErrorNotice, openOutside } from '../../../errors/index.ts'
import { useFormat } from '../../../language/index.ts'
import { Card } from '../../models/index.ts'
import type { HubChoice } from './hub.selectors.ts'
import { HubFiles } from './HubFiles.tsx'
import { HubTokenForm } from './HubTokenForm.tsx'
import { useRowRange } from './useRowRange.ts'
import styles from './HubDialog.module.css'

/** One dataset: its licence and figures, what to take of it, and its card. */
export function HubDetail({ dataset, choice }: { readonly dataset: HubDataset; readonly choice: HubChoice }) {
  const { t } = useTranslation('hub')
  return (
    <article className={styles.detail}>
      <header className={styles.name}>
        <h3>{dataset.id}</h3>
        <Button
          variant="quiet"
          size="small"
          icon={<ExternalLink size={14} />}
          onPress={() => void openOutside(dataset.url)}
        >
          {t('page')}
        </Button>
      </header>
      <Facts dataset={dataset} />
      {dataset.problem ? (
        <>
          <ErrorNotice error={dataset.problem} tone="warning" />
          <HubTokenForm />
        </>
      ) : (
        <HubFiles dataset={dataset} choice={choice} />
      )}
      {(dataset.card !== '' || !dataset.problem) && (
        <section>
          <h4 className={styles.heading}>{t('card')}</h4>
          <div className={styles.card}>
            {dataset.card ? <Card text={dataset.card} /> : <p className={styles.quiet}>{t('noCard')}</p>}
          </div>
        </section>
      )}
    </article>
  )
}

function Facts({ dataset }: { readonly dataset: HubDataset }) {
  const { t } = useTranslation('hub')
  const format = useFormat()
  const rows = useRowRange()
  const { licence, rowClass, downloads, likes, languages, updatedAt } = dataset
  const facts: readonly (readonly [string, string])[] = [
    [t('facts.licence'), licence || t('facts.noLicence')],
    [t('facts.rows'), rowClass && rows(rowClass)],
    [t('facts.languages'), languages.join(', ')],
    [t('facts.downloads'), format.compact(downloads)],
    [t('facts.likes'), format.compact(likes)],
    [t('facts.updated'), updatedAt && format.when(updatedAt)],
  ]
  return (
    <dl className={styles.facts}>
      {facts
        .filter(([, value]) => value !== '')
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
