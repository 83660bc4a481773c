import { useEffect, useState } from 'react'
import type { AppError, DatasetInfo, DatasetStatistics, ModelId } from '../../../../core/contract/index.ts'
import * as api from '../datasets.api.ts'
import type { DatasetDocument } from '../document.ts'

export type StatisticsState =
  | { readonly kind: 'counting' }
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'ready'; readonly statistics: DatasetStatistics; readonly isStale: boolean }

const DELAY_MS = 150

/**
 * The statistics of the table as it is now, counted again when it or the model changes; meanwhile the old ones stay.
 */
export function useStatistics(document: DatasetDocument, info: DatasetInfo, modelId: ModelId | null): StatisticsState {
  const [state, setState] = useState<StatisticsState>({ kind: 'counting' })
  useEffect(() => {
    let current = true
    const ask = async () => {
      setState((before) => (before.kind === 'ready' ? { ...before, isStale: true } : { kind: 'counting' }))
      await document.settled()
      const result = await api.statistics(info.id, modelId)
      if (current)
        setState(
          result.ok
            ? { kind: 'ready', statistics: result.value, isStale: false }
            : { kind: 'failed', error: result.error },
        )
    }
    const timer = setTimeout(() => void ask(), DELAY_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [document, info.id, info.version, modelId])
  return state
}
