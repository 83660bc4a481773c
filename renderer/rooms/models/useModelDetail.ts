import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { ModelSummary } from '../../../core/contract/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../language/index.ts'

/** One line about a model: how large it is, or why it cannot be used. */
export function useModelDetail(): (model: ModelSummary) => string {
  const { t } = useTranslation('models')
  const format = useFormat()
  const language = useLanguage()
  return useCallback(
    ({ problem, parameterCount, sizeBytes }: ModelSummary) => {
      if (problem) return problem.code === 'model/being-read' ? t('reading') : errorSentence(problem, language)
      return t('summary', { parameters: format.compact(parameterCount), size: format.bytes(sizeBytes) })
    },
    [t, format, language],
  )
}
