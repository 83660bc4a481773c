import { Box } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { ModelDetail, ModelId } from '../../../core/contract/index.ts'
import { Button, EmptyState, List, ListPane, LoadingPane, Tabs } from '../../ui/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { goTo, RememberedPanes, useSession } from '../../session/index.ts'
import { useFormat } from '../../language/index.ts'
import { Card } from './Card.tsx'
import { loadModel, loadModels, useModels } from './models.store.ts'
import { useModelDetail } from './useModelDetail.ts'
import styles from './ModelsRoom.module.css'

export function ModelsRoom() {
  const { t } = useTranslation('models')
  const list = useModels((state) => state.list)
  const wanted = useSession((state) => state.selection.models ?? null)
  const detailOf = useModelDetail()
  const select = useSession((state) => state.select)
  if (list.kind === 'loading') return <LoadingPane />
  if (list.kind === 'failed')
    return (
      <div className={styles.notice}>
        <ErrorNotice error={list.error} onRetry={() => void loadModels()} />
      </div>
    )
  const selected = list.items.find((model) => model.id === wanted) ?? list.items[0]
  const entries = list.items.map((model) => ({
    id: model.id,
    title: model.name,
    detail: detailOf(model),
    icon: <Box size={16} />,
  }))
  return (
    <RememberedPanes
      id="models"
      left={
        <ListPane title={t('title')}>
          <List
            label={t('title')}
            entries={entries}
            selected={selected?.id ?? null}
            onSelect={(id) => select('models', id)}
          />
        </ListPane>
      }
      right={
        selected ? (
          <ModelPane id={selected.id} />
        ) : (
          <EmptyState icon={<Box size={22} />} title={t('empty.title')} text={t('empty.text')} />
        )
      }
    />
  )
}

function ModelPane({ id }: { readonly id: ModelId }) {
  const state = useModels((models) => models.details[id])
  useEffect(() => void loadModel(id), [id])
  if (!state || state.kind === 'loading') return <LoadingPane />
  if (state.kind === 'failed')
    return (
      <div className={styles.notice}>
        <ErrorNotice error={state.error} onRetry={() => void loadModel(id)} />
      </div>
    )
  return <ModelCard detail={state.detail} />
}

function ModelCard({ detail }: { readonly detail: ModelDetail }) {
  const { t } = useTranslation('models')
  const format = useFormat()
  const facts: readonly (readonly [string, string])[] = [
    [t('facts.family'), detail.architecture],
    [
      t('facts.parameters'),
      t('exactly', { short: format.compact(detail.parameterCount), exact: format.number(detail.parameterCount) }),
    ],
    [t('facts.size'), format.bytes(detail.sizeBytes)],
    [t('facts.context'), t('tokens', { count: detail.contextLengthTokens })],
    [t('facts.vocabulary'), t('vocabulary', { count: detail.vocabularySize })],
    [t('facts.licence'), detail.licence],
    [t('facts.folder'), detail.folder],
  ]
  const tabs = [
    {
      id: 'card',
      label: t('card'),
      content: detail.card ? <Card text={detail.card} /> : <p className={styles.none}>{t('noCard')}</p>,
    },
    ...(detail.notice
      ? [{ id: 'notice', label: t('notice'), content: <pre className={styles.pre}>{detail.notice}</pre> }]
      : []),
  ]
  return (
    <article className={styles.page}>
      <header className={styles.header}>
        <div>
          <h2 className={styles.name}>{detail.name}</h2>
          {detail.origin === 'shipped' && <p className={styles.shipped}>{t('shipped')}</p>}
        </div>
        <Button onPress={() => goTo('chat')}>{t('chat')}</Button>
      </header>
      <dl className={styles.facts}>
        {facts
          .filter(([, value]) => value !== '')
          .map(([label, value]) => (
            <div key={label} className={styles.fact}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <Tabs label={detail.name} tabs={tabs} />
    </article>
  )
}
