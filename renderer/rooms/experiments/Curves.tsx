import { memo, useCallback, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Evaluation, StepMetric } from '../../../core/contract/index.ts'
import { useFormat } from '../../language/index.ts'
import { learningRatePoints, lossPoints, thinPoints, validationPoints } from './curve.ts'
import { LineChart, type Series } from './LineChart.tsx'
import styles from './Curves.module.css'

interface CurvesProps {
  readonly steps: readonly StepMetric[]
  readonly evaluations: readonly Evaluation[]
  readonly totalSteps: number
  readonly active: boolean
}

/** More points than this cannot be told apart on a screen. */
const MAX_POINTS = 800

const formatRate = (value: number): string =>
  value === 0 || value >= 0.00001 ? String(Number(value.toPrecision(2))) : value.toExponential(0)

/** What a line or a dot of a chart stands for. */
function Key({ mark, label }: { readonly mark: 'line' | 'dot'; readonly label: string }) {
  return (
    <span className={styles.key}>
      <i className={styles[mark]} />
      {label}
    </span>
  )
}

/** Loss (training line, validation marks) above the learning rate, on one scale of steps. */
export const Curves = memo(function Curves({ steps, evaluations, totalSteps, active }: CurvesProps) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const loss = useMemo<Series[]>(
    () => [
      { label: t('run.loss'), points: thinPoints(lossPoints(steps), MAX_POINTS), draw: 'line' },
      { label: t('run.validationLoss'), points: validationPoints(evaluations), draw: 'marks' },
    ],
    [steps, evaluations, t],
  )
  const rate = useMemo<Series[]>(
    () => [{ label: t('run.learningRate'), points: thinPoints(learningRatePoints(steps), MAX_POINTS), draw: 'line' }],
    [steps, t],
  )
  const formatX = useCallback((step: number) => t('run.atStep', { step: format.number(step) }), [t, format])
  const formatAxis = useCallback(
    (value: number) => (Number.isInteger(value) ? String(value) : format.loss(value)),
    [format],
  )
  const maxX = Math.max(totalSteps, steps.at(-1)?.step ?? 0)
  if (steps.length === 0) return <p className={styles.none}>{t(active ? 'run.curveSoon' : 'run.noCurve')}</p>
  return (
    <div className={styles.curves}>
      <figure className={styles.figure}>
        <figcaption className={styles.caption}>
          <Key mark="line" label={t('run.loss')} />
          {evaluations.some(({ validationLoss }) => validationLoss !== null) && (
            <Key mark="dot" label={t('run.validationLoss')} />
          )}
        </figcaption>
        <LineChart
          label={t('run.lossChart')}
          series={loss}
          maxX={maxX}
          height={216}
          formatX={formatX}
          formatY={formatAxis}
        />
      </figure>
      <figure className={styles.figure}>
        <figcaption className={styles.caption}>
          <Key mark="line" label={t('run.learningRate')} />
          <span className={styles.axis}>{t('run.stepAxis')}</span>
        </figcaption>
        <LineChart
          label={t('run.learningRateChart')}
          series={rate}
          maxX={maxX}
          height={104}
          formatX={formatX}
          formatY={formatRate}
        />
      </figure>
    </div>
  )
})
