import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { ChatColumn, ExperimentSummary, ModelSummary } from '../../../core/contract/index.ts'
import { useFormat } from '../../language/index.ts'
import { useSession } from '../../session/index.ts'
import { type SelectSection } from '../../ui/index.ts'
import { experimentItems, isTrained, useExperiments } from '../experiments/index.ts'
import { isUsable, useModelItems, useModels } from '../models/index.ts'
import { defaultColumns, sourceKey } from './chat.selectors.ts'
import { conversationIdIn, newConversation, openConversation, useChat } from './chat.store.ts'

/** Every source that can answer, grouped for a picker. */
export function useSourceSections(): readonly SelectSection[] {
  const { t } = useTranslation('chat')
  const format = useFormat()
  const experiments = useExperiments(experimentItems)
  const models = useModelItems(modelKey)
  return useMemo(
    () => [
      {
        label: t('sources.experiments'),
        items: experiments
          .filter(isTrained)
          .map(({ id, name, modelName, createdAt }) => ({
            id: `experiment:${id}`,
            label: name,
            detail: t('sources.experiment', { model: modelName, when: format.when(createdAt) }),
          })),
      },
      { label: t('sources.models'), items: models },
    ],
    [experiments, models, t, format],
  )
}

const modelKey = (id: string): string => `model:${id}`

/** What a column's source is called now; null where it is gone. While the lists load nothing counts as gone. */
export function useNameOf(): (column: ChatColumn) => string | null {
  const sections = useSourceSections()
  const runsLoad = useExperiments(({ list }) => list.kind !== 'ready')
  const modelsLoad = useModels(({ list }) => list.kind !== 'ready')
  const isLoading = runsLoad || modelsLoad
  return useMemo(() => {
    const names = new Map(sections.flatMap(({ items }) => items).map(({ id, label }) => [id, label]))
    return ({ source, name }) => names.get(sourceKey(source)) ?? (isLoading ? name : null)
  }, [sections, isLoading])
}

/** Opens the conversation that is selected, or a new one with what another room asked to try. */
export function useSelected(): void {
  const experiments = useExperiments((state) => state.list)
  const models = useModels((state) => state.list)
  const selected = useSession((state) => state.selection.chat ?? null)
  const followed = useRef<string | null>(null)
  const id = conversationIdIn(selected)
  useEffect(() => {
    if (id) void openConversation(id)
  }, [id])
  useEffect(() => {
    if (id || experiments.kind !== 'ready' || models.kind !== 'ready') return
    const [trained, usable] = [experiments.items.filter(isTrained), models.items.filter(isUsable)]
    const exists = existing(trained, usable)
    const isAsked = selected !== null && selected !== followed.current && exists(keyOfWanted(selected))
    followed.current = selected
    const kept = useChat.getState().columns.filter(({ source }) => exists(sourceKey(source)))
    if (isAsked || useChat.getState().opened.kind !== 'new')
      newConversation(isAsked || kept.length === 0 ? defaultColumns(trained, usable, selected) : kept)
    else if (kept.length === 0 || kept.length < useChat.getState().columns.length)
      useChat.setState({ columns: kept.length > 0 ? kept : defaultColumns(trained, usable, selected) })
  }, [experiments, models, selected, id])
}

const keyOfWanted = (selected: string): string => (selected.startsWith('model:') ? selected : `experiment:${selected}`)

function existing(trained: readonly ExperimentSummary[], usable: readonly ModelSummary[]): (key: string) => boolean {
  const keys = new Set([...trained.map(({ id }) => `experiment:${id}`), ...usable.map(({ id }) => modelKey(id))])
  return (key) => keys.has(key)
}

/** How the one who gave an answer is called: with its checkpoint, and whether its adapter was off. */
export function useAnswerName(): (column: ChatColumn) => string {
  const { t } = useTranslation('chat')
  const nameOf = useNameOf()
  return (column) => {
    const name = nameOf(column) ?? t('sources.deleted', { name: column.name })
    const { source } = column
    if (source.kind === 'model') return name
    if (source.adapter === 'off') return `${name}${t('separator')}${t('columns.withoutAdapter')}`
    return source.step === undefined ? name : t('sources.checkpoint', { name, step: source.step })
  }
}
