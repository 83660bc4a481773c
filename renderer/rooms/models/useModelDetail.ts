import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { ModelSummary } from '../../../core/contract/index.ts'
import { useFormat } from '../../language/index.ts'

/** One line about a model: how large it is, or why that is not known. */
export function useModelDetail(): (model: ModelSummary) => string {
  const { t } = useTranslation('models')
  const format = useFormat()
  return useCallback(
    ({ problem, parameterCount, sizeBytes }: ModelSummary) => {
      if (problem) return t(problem.code === 'model/being-read' ? 'reading' : 'damaged')
      return t('summary', { parameters: format.compact(parameterCount), size: format.bytes(sizeBytes) })
    },
    [t, format],
  )
}
