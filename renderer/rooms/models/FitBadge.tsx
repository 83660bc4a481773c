import { Check, TriangleAlert, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { settingTexts, type Fit, type FitPrecision, type ModelFit } from '../../../core/contract/index.ts'
import { useLanguage } from '../../language/index.ts'
import { Badge } from '../../ui/index.ts'
import { bestFit, type FitUse } from './models.selectors.ts'

const looks = {
  fits: { tone: 'good', icon: <Check size={13} /> },
  tight: { tone: 'warning', icon: <TriangleAlert size={13} /> },
  no: { tone: 'bad', icon: <X size={13} /> },
} as const satisfies Record<Fit, object>

/** Whether it goes into this machine's memory, in a word. */
export function FitBadge({ fit }: { readonly fit: Fit }) {
  const { t } = useTranslation('models')
  return <Badge {...looks[fit]}>{t(`fit.${fit}`)}</Badge>
}

/** The same at best, for one use; the precision is named where it is not the stored one. */
export function BestFit({ fit: of, use }: { readonly fit: ModelFit; readonly use: FitUse }) {
  const { t } = useTranslation('models')
  const best = bestFit(of, use)
  if (!best) return null
  const { fit, precision } = best
  const facts = { use: t(`fit.${use}`), fit: t(`fit.${fit}`) }
  return (
    <Badge {...looks[fit]}>
      {precision === 'as-stored' || fit === 'no'
        ? t('fit.summary', facts)
        : t('fit.summaryAs', { ...facts, precision })}
    </Badge>
  )
}

/** What a precision is called in the form of 実験. */
export function usePrecisionName(): (precision: FitPrecision) => string {
  const language = useLanguage()
  const { options } = settingTexts('architecture.backbone_dtype', language)
  return (precision) => options?.[precision] ?? precision
}
