import { Database } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { HubDatasetId, type HubDatasetSummary } from '../../../../core/contract/index.ts'
import { Spinner } from '../../../ui/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { HubNote, HubResults, HubSearchForm, HubSection, type HubEntry } from '../../../hub/index.ts'
import { useFormat } from '../../../language/index.ts'
import { openHubDataset, search, setQuery, useHub } from './hub.store.ts'
import { useRowRange } from './useRowRange.ts'

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
  return (
    <>
      <HubSearchForm
        label={t('search.label')}
        placeholder={t('search.placeholder')}
        value={query}
        onChange={setQuery}
        onSearch={() => void search()}
        autoFocus
      />
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
    <HubSection title={t('suggestions.title')}>
      <Datasets label={t('suggestions.title')} entries={entries} />
    </HubSection>
  )
}

function Results({ items }: { readonly items: readonly HubDatasetSummary[] }) {
  const { t } = useTranslation('hub')
  const format = useFormat()
  const rows = useRowRange()
  if (items.length === 0) return <HubNote>{t('search.none')}</HubNote>
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

const Datasets = ({ label, entries }: { readonly label: string; readonly entries: readonly HubEntry[] }) => (
  <HubResults
    label={label}
    icon={<Database size={16} />}
    entries={entries}
    onOpen={(id) => void openHubDataset(HubDatasetId.parse(id))}
  />
)
