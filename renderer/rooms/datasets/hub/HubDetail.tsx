import { useTranslation } from 'react-i18next'
import type { HubDataset } from '../../../../core/contract/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { useFormat } from '../../../language/index.ts'
import { HubCard, HubFacts, HubHeading, HubTokenForm, type HubFact } from '../../../hub/index.ts'
import type { HubChoice } from './hub.selectors.ts'
import { reopenKeptBack } from './hub.store.ts'
import { HubFiles } from './HubFiles.tsx'
import { useRowRange } from './useRowRange.ts'
import styles from './HubDialog.module.css'

/** One dataset: its licence and figures, what to take of it, and its card. */
export function HubDetail({ dataset, choice }: { readonly dataset: HubDataset; readonly choice: HubChoice }) {
  const { t } = useTranslation('hub')
  return (
    <article className={styles.detail}>
      <HubHeading id={dataset.id} url={dataset.url} />
      <Facts dataset={dataset} />
      {dataset.problem ? (
        <>
          <ErrorNotice error={dataset.problem} tone="warning" />
          <HubTokenForm onChanged={reopenKeptBack} />
        </>
      ) : (
        <HubFiles dataset={dataset} choice={choice} />
      )}
      {(dataset.card !== '' || !dataset.problem) && (
        <HubCard title={t('card')} text={dataset.card} none={t('noCard')} />
      )}
    </article>
  )
}

function Facts({ dataset }: { readonly dataset: HubDataset }) {
  const { t } = useTranslation('hub')
  const format = useFormat()
  const rows = useRowRange()
  const { licence, rowClass, downloads, likes, languages, updatedAt } = dataset
  const facts: readonly HubFact[] = [
    [t('facts.licence'), licence || t('facts.noLicence')],
    [t('facts.rows'), rowClass && rows(rowClass)],
    [t('facts.languages'), languages.join(', ')],
    [t('facts.downloads'), format.compact(downloads)],
    [t('facts.likes'), format.compact(likes)],
    [t('facts.updated'), updatedAt && format.when(updatedAt)],
  ]
  return <HubFacts facts={facts} />
}
