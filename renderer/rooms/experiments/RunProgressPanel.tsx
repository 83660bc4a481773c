import { memo, useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { isActive, type Evaluation, type ExperimentSummary, type StepMetric } from '../../../core/contract/index.ts'
import { cx, ProgressBar } from '../../ui/index.ts'
import { useFormat } from '../../language/index.ts'
import { judge } from './verdict.ts'
import styles from './RunProgressPanel.module.css'

interface Props {
  readonly summary: ExperimentSummary
  readonly steps: readonly StepMetric[]
  readonly evaluations: readonly Evaluation[]
}

/** How far the run is, how fast, and what the loss means. */
export const RunProgressPanel = memo(function RunProgressPanel({ summary, steps, evaluations }: Props) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const { progress, state } = summary
  const active = isActive(state)
  const waiting = state.kind === 'preparing' || !progress || progress.totalSteps === 0
  const share =
    state.kind === 'finished' ? 1 : progress && progress.totalSteps > 0 ? progress.step / progress.totalSteps : 0
  if (!active && (!progress || progress.step === 0)) return null
  return (
    <section className={styles.panel} aria-label={t('run.progress')}>
      <div className={styles.top}>
        <span className={styles.percent}>{waiting && active ? t('run.preparing') : format.percent(share)}</span>
        <Remaining summary={summary} />
      </div>
      <ProgressBar
        label={t('progress', { name: summary.name })}
        value={waiting && active ? null : share}
        thick
        tone={active || state.kind === 'finished' ? 'accent' : 'quiet'}
      />
      {progress && (
        <dl className={styles.numbers}>
          <Reading label={t('run.epoch')}>
            {t('run.of', {
              value: format.number(Math.floor(progress.epoch)),
              total: format.number(progress.totalEpochs),
            })}
          </Reading>
          <Reading label={t('run.step')}>
            {t('run.of', { value: format.number(progress.step), total: format.number(progress.totalSteps) })}
          </Reading>
          <Reading label={t('run.stepsPerSecond')}>{format.number(Number(progress.stepsPerSecond.toFixed(1)))}</Reading>
          <Reading label={t('run.tokensPerSecond')}>{format.number(Math.round(progress.tokensPerSecond))}</Reading>
          <Reading label={t('run.loss')}>{format.loss(progress.loss)}</Reading>
          {progress.validationLoss !== null && (
            <Reading label={t('run.validationLoss')} tone="shu">
              {format.loss(progress.validationLoss)}
            </Reading>
          )}
        </dl>
      )}
      <VerdictLine steps={steps} evaluations={evaluations} />
    </section>
  )
})

function Remaining({ summary: { state, progress } }: { readonly summary: ExperimentSummary }) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  if (!progress) return null
  const elapsed = t('run.elapsed', { time: format.duration(progress.elapsedSeconds) })
  if (state.kind === 'training' && progress.remainingSeconds !== null)
    return (
      <span className={styles.remaining}>
        <strong>{t('remaining', { time: format.duration(progress.remainingSeconds) })}</strong>
        <span className={styles.quiet}>{elapsed}</span>
      </span>
    )
  return <span className={styles.quiet}>{elapsed}</span>
}

function Reading({
  label,
  tone,
  children,
}: {
  readonly label: string
  readonly tone?: 'shu'
  readonly children: ReactNode
}) {
  return (
    <div className={styles.number}>
      <dt>{label}</dt>
      <dd className={cx(tone === 'shu' && styles.shu)}>{children}</dd>
    </div>
  )
}

function VerdictLine({ steps, evaluations }: Omit<Props, 'summary'>) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const judged = useMemo(() => judge(steps, evaluations), [steps, evaluations])
  if (!judged) return null
  const troubled = judged.verdict === 'rising' || judged.verdict === 'broken' || judged.verdict === 'overfit'
  return (
    <p className={cx(styles.verdict, troubled && styles.troubled)} role="status" aria-live="off">
      <strong>
        {t('verdict.sentence', {
          of: t(judged.of === 'validation' ? 'run.validationLoss' : 'run.loss'),
          loss: format.loss(judged.loss),
          word: t(`verdict.${judged.verdict}.word`),
        })}
      </strong>
      <span className={styles.advice}>{t(`verdict.${judged.verdict}.advice`)}</span>
    </p>
  )
}
