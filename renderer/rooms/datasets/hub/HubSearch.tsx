import { Database, Search } from 'lucide-react'
import type { FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { HubDatasetId, type HubDatasetSummary } from '../../../../core/contract/index.ts'
import { Button, SearchField, Spinner } from '../../../ui/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { useFormat } from '../../../language/index.ts'
import { openHubDataset, search, setQuery, useHub } from './hub.store.ts'
import { useRowRange } from './useRowRange.ts'
import styles from './HubDialog.module.css'

/** The tutorial's datasets. */
const SUGGESTIONS = [
  { id: 'kunishou/hh-rlhf-eval-3k-ja', text: 'suggestions.evaluation' },
  { id: 'izumi-lab/llm-japanese-dataset', text: 'suggestions.instructions' },
] as const

/** Search by words or id; before the first search, the datasets of the tutorial. */
export function HubSearch() {
  const { t } = useTranslation('hub')
  const query = useHub((state) => state.query)
  const state = useHub((hub) => hub.search)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void search()
  }
  return (
    <>
      <form className={styles.search} onSubmit={submit}>
        <SearchField
          label={t('search.label')}
          placeholder={t('search.placeholder')}
          value={query}
          onChange={setQuery}
          autoFocus
          className={styles.field as string}
        />
        <Button type="submit" icon={<Search size={15} />}>
          {t('search.run')}
        </Button>
      </form>
      {state.kind === 'idle' && <Suggestions />}
      {state.kind === 'searching' && <Spinner />}
      {state.kind === 'failed' && <ErrorNotice error={state.error} onRetry={() => void search()} />}
      {state.kind === 'found' && <Results items={state.items} />}
    </>
  )
}

function Suggestions() {
  const { t } = useTranslation('hub')
  const entries = SUGGESTIONS.map(({ id, text }) => ({ id, detail: t(text) }))
  return (
    <section>
      <h3 className={styles.heading}>{t('suggestions.title')}</h3>
      <Datasets label={t('suggestions.title')} entries={entries} />
    </section>
  )
}

function Results({ items }: { readonly items: readonly HubDatasetSummary[] }) {
  const { t } = useTranslation('hub')
  const format = useFormat()
  const rows = useRowRange()
  if (items.length === 0) return <p className={styles.quiet}>{t('search.none')}</p>
  const detailOf = ({ licence, rowClass, downloads, likes, gated }: HubDatasetSummary): string =>
    [
      licence || t('facts.noLicence'),
      ...(rowClass ? [rows(rowClass)] : []),
      t('search.downloads', { number: format.compact(downloads) }),
      t('search.likes', { number: format.compact(likes) }),
      ...(gated ? [t('search.gated')] : []),
    ].join(' · ')
  return (
    <Datasets label={t('search.results')} entries={items.map((item) => ({ id: item.id, detail: detailOf(item) }))} />
  )
}

interface Entry {
  readonly id: string
  readonly detail: string
}

/** Buttons, not a list of options: moving through them must not open each. */
function Datasets({ label, entries }: { readonly label: string; readonly entries: readonly Entry[] }) {
  return (
    <ul className={styles.results} aria-label={label}>
      {entries.map(({ id, detail }) => (
        <li key={id}>
          <button type="button" className={styles.result} onClick={() => void openHubDataset(HubDatasetId.parse(id))}>
            <Database size={16} aria-hidden />
            <span>
              <strong>{id}</strong>
              <span className={styles.resultDetail}>{detail}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}
