import { memo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isActive, type Evaluation, type ExperimentId, type RunState } from '../../../core/contract/index.ts'
import { Button, Select } from '../../ui/index.ts'
import { useFormat } from '../../language/index.ts'
import { resume } from './actions.ts'
import styles from './Evaluations.module.css'

/** In the order in which they are shown; others are left out. */
const METRICS = ['perplexity', 'tokenPerplexity', 'bleu', 'chrf', 'exactMatch'] as const

function Metrics({ metrics }: { readonly metrics: Evaluation['metrics'] }) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const known = METRICS.filter((name) => metrics[name] !== undefined)
  if (known.length === 0) return null
  return (
    <dl className={styles.metrics}>
      {known.map((name) => (
        <div key={name}>
          <dt>{t(`metrics.${name}`)}</dt>
          <dd>{format.number(Math.round((metrics[name] as number) * 100) / 100)}</dd>
        </div>
      ))}
    </dl>
  )
}

function Samples({ samples }: { readonly samples: Evaluation['samples'] }) {
  const { t } = useTranslation('experiments')
  return (
    <ol className={styles.list}>
      {samples.map((sample, index) => (
        <li key={index} className={styles.sample}>
          <p className={styles.question}>{sample.prompt}</p>
          <dl className={styles.pair}>
            <dt>{t('run.answer')}</dt>
            <dd className={styles.answer}>
              {sample.answer || t('run.emptyAnswer')}
              {sample.answer.trim() === sample.expected.trim() && <span className={styles.same}>{t('run.same')}</span>}
            </dd>
            <dt>{t('run.expected')}</dt>
            <dd>{sample.expected}</dd>
          </dl>
        </li>
      ))}
    </ol>
  )
}

/** The sample answers of one evaluation: the latest, or an earlier one to see how they changed. */
export const Evaluations = memo(function Evaluations({
  id,
  evaluations,
  checkpoints,
  stateKind,
}: {
  readonly id: ExperimentId
  readonly evaluations: readonly Evaluation[]
  /** Steps that can be gone on from. */
  readonly checkpoints: readonly number[]
  readonly stateKind: RunState['kind']
}) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const [picked, setPicked] = useState<string | null>(null)
  const shown = evaluations.find(({ step }) => String(step) === picked) ?? evaluations.at(-1)
  if (!shown)
    return (
      <p className={styles.none}>
        {t(isActive({ kind: stateKind } as RunState) ? 'run.answersSoon' : 'run.noAnswers')}
      </p>
    )
  const items = [...evaluations]
    .reverse()
    .map(({ step, epoch, validationLoss }) => ({
      id: String(step),
      label: t('run.evaluation', { epoch: format.number(Math.round(epoch * 10) / 10), step: format.number(step) }),
      ...(validationLoss !== null && { detail: t('run.evaluationLoss', { loss: format.loss(validationLoss) }) }),
    }))
  return (
    <div className={styles.evaluations}>
      <Select
        label={t('run.whichEvaluation')}
        labelHidden
        items={items}
        value={String(shown.step)}
        onChange={(id) => setPicked(id === items[0]?.id ? null : id)}
        className={styles.pick as string}
      />
      <Metrics metrics={shown.metrics} />
      {!isActive({ kind: stateKind } as RunState) &&
        shown !== evaluations.at(-1) &&
        checkpoints.includes(shown.step) && (
          <div>
            <Button size="small" onPress={() => void resume(id, shown.step)}>
              {t('run.resumeHere')}
            </Button>
          </div>
        )}
      {shown.samples.length === 0 && <p className={styles.none}>{t('run.noSamples')}</p>}
      <Samples samples={shown.samples} />
    </div>
  )
})
