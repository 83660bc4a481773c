import { useEffect } from 'react'
import type { DatasetSummary } from '../../../core/contract/index.ts'
import { useSession } from '../../session/index.ts'
import { isReadable, useDatasets } from '../datasets/index.ts'
import { setValue, useForm } from './form.store.ts'

/** Chooses the dataset that was looked at last, else the newest; leaves a choice that still exists alone. */
export function useDefaultDataset(): void {
  const list = useDatasets((state) => state.list)
  const looked = useSession((state) => state.selection.datasets)
  const chosen = useForm((state) => state.values['dataset.id'])
  useEffect(() => {
    if (list.kind !== 'ready') return
    const has = (id: unknown) => list.items.some((item) => item.id === id)
    if (has(chosen)) return
    const next = has(looked) ? looked : newest(list.items.filter(isReadable))?.id
    if ((next ?? '') !== chosen) setValue('dataset.id', next ?? '')
  }, [list, looked, chosen])
}

const newest = (items: readonly DatasetSummary[]): DatasetSummary | undefined =>
  [...items].sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))[0]
