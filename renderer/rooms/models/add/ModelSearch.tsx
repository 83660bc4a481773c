import { Box, Check, CircleHelp, Layers2, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { HubModelSummary } from '../../../../core/contract/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { HubNote, HubResults, HubSearchForm, HubTokenForm } from '../../../hub/index.ts'
import { useFormat } from '../../../language/index.ts'
import { Badge, Spinner } from '../../../ui/index.ts'
import { BestFit } from '../FitBadge.tsx'
import { inspect, search, setQuery, useAdd } from './add.store.ts'
import styles from './Add.module.css'

const supports = {
  base: { tone: 'good', icon: <Check size={13} /> },
  adapter: { tone: 'neutral', icon: <Layers2 size={13} /> },
  no: { tone: 'bad', icon: <X size={13} /> },
  unknown: { tone: 'neutral', icon: <CircleHelp size={13} /> },
} as const

/** Search by words, id or link; what is found can be looked at. */
export function ModelSearch() {
  const { t } = useTranslation('models')
  const query = useAdd((state) => state.query)
  const state = useAdd((add) => add.search)
  return (
    <div className={styles.tab}>
      <HubSearchForm
        label={t('add.search.label')}
        placeholder={t('add.search.placeholder')}
        value={query}
        onChange={setQuery}
        onSearch={() => void search()}
      />
      {state.kind === 'idle' && <HubNote>{t('add.search.lead')}</HubNote>}
      {state.kind === 'searching' && <Spinner />}
      {state.kind === 'failed' && <ErrorNotice error={state.error} onRetry={() => void search()} />}
      {state.kind === 'found' && <Results items={state.items} />}
      <HubTokenForm />
    </div>
  )
}

function Results({ items }: { readonly items: readonly HubModelSummary[] }) {
  const { t } = useTranslation('models')
  const { t: hub } = useTranslation('hub')
  const format = useFormat()
  if (items.length === 0) return <HubNote>{t('add.search.none')}</HubNote>
  const detailOf = ({ parameterCount, downloadBytes, ...about }: HubModelSummary): string => {
    const { family, licence, downloads, likes, gated, updatedAt } = about
    return [
      ...(parameterCount === null ? [] : [t('add.parameters', { number: format.compact(parameterCount) })]),
      ...(downloadBytes === null ? [] : [t('add.curated.download', { size: format.bytes(downloadBytes) })]),
      ...(family === '' ? [] : [family]),
      licence || hub('facts.noLicence'),
      hub('search.downloads', { number: format.compact(downloads) }),
      hub('search.likes', { number: format.compact(likes) }),
      ...(updatedAt ? [format.when(updatedAt)] : []),
      ...(gated ? [t('add.gated')] : []),
    ].join(' · ')
  }
  const open = (id: string) => {
    const item = items.find((each) => each.id === id)
    if (item) void inspect(item.id, item.revision)
  }
  return (
    <HubResults
      label={t('add.search.results')}
      icon={<Box size={16} />}
      entries={items.map((item) => ({ id: item.id, detail: detailOf(item), aside: <Usable item={item} /> }))}
      onOpen={open}
    />
  )
}

/** Whether it can be used, and how well it fits here where that is known. */
function Usable({ item: { support, fit } }: { readonly item: HubModelSummary }) {
  const { t } = useTranslation('models')
  if (support !== 'base' || !fit) return <Badge {...supports[support]}>{t(`add.support.${support}`)}</Badge>
  return (
    <>
      <BestFit fit={fit} use="training" />
      <BestFit fit={fit} use="chat" />
    </>
  )
}
