import { useMemo } from 'react'
import type { SelectItem } from '../../ui/index.ts'
import { isUsable } from './models.selectors.ts'
import { modelItems, useModels } from './models.store.ts'
import { useModelDetail } from './useModelDetail.ts'

/**
 * The models that a run or a conversation may begin with, for a picker: `idOf` gives their ids. Those that cannot be
 * used stand below, each with its reason.
 */
export function useModelItems(idOf: (id: string) => string = same): readonly SelectItem[] {
  const models = useModels(modelItems)
  const detailOf = useModelDetail()
  return useMemo(() => {
    const bases = models.filter(({ kind }) => kind !== 'adapter')
    return [...bases.filter(isUsable), ...bases.filter((model) => !isUsable(model))].map((model) => ({
      id: idOf(model.id),
      label: model.name,
      detail: detailOf(model),
      isDisabled: !isUsable(model),
    }))
  }, [models, detailOf, idOf])
}

const same = (id: string): string => id
