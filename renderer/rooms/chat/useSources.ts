import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useFormat } from '../../language/index.ts'
import { useSession } from '../../session/index.ts'
import { type SelectSection } from '../../ui/index.ts'
import { experimentItems, isTrained, useExperiments } from '../experiments/index.ts'
import { isUsable, useModelItems, useModels } from '../models/index.ts'
import { defaultSources } from './chat.selectors.ts'
import { useChat } from './chat.store.ts'

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

/**
 * Fills empty columns, follows an experiment or model that another room asked to try, and drops sources that no longer exist.
 */
export function useSensibleSources(): void {
  const experiments = useExperiments((state) => state.list)
  const models = useModels((state) => state.list)
  const wanted = useSession((state) => state.selection.chat ?? null)
  const followed = useRef<string | null>(null)
  useEffect(() => {
    if (experiments.kind !== 'ready' || models.kind !== 'ready') return
    const trained = experiments.items.filter(isTrained)
    const usable = models.items.filter(isUsable)
    const exists = (key: string | null) =>
      key !== null &&
      (trained.some(({ id }) => key === `experiment:${id}`) || usable.some(({ id }) => key === modelKey(id)))
    const [left, right] = useChat.getState().sources
    const asked = wanted !== followed.current && (trained.some(({ id }) => id === wanted) || exists(wanted))
    const defaults = defaultSources(trained, usable, wanted)
    followed.current = wanted
    const next = asked ? defaults : ([exists(left) ? left : defaults[0], exists(right) ? right : defaults[1]] as const)
    if (next[0] !== left || next[1] !== right) useChat.setState({ sources: next })
  }, [experiments, models, wanted])
}
