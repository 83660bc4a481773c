import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import {
  isActive,
  type AppError,
  type ExperimentDetail,
  type ExperimentSummary,
  type LogLine,
  type SettingKey,
} from '../../../core/contract/index.ts'
import { text } from '../../../texts/index.ts'
import { Button, LoadingPane, Notice, Tabs } from '../../ui/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { errorSentence, logSentence, useLanguage } from '../../language/index.ts'
import { showGpuPack } from '../settings/index.ts'
import { startFromItsSettings } from './actions.ts'
import { Curves } from './Curves.tsx'
import { Evaluations } from './Evaluations.tsx'
import { RunHeader } from './RunHeader.tsx'
import { RunLog } from './RunLog.tsx'
import { RunProgressPanel } from './RunProgressPanel.tsx'
import { RunSettings } from './RunSettings.tsx'
import { followRun, loadRun, useRun } from './run.store.ts'
import styles from './RunView.module.css'

/** One experiment: where it is, its curves, its answers, its log, its settings. */
export function RunView({ summary }: { readonly summary: ExperimentSummary }) {
  const run = useRun((state) => (state.run?.id === summary.id ? state.run : null))
  useEffect(() => followRun(summary.id), [summary.id])
  return (
    <article className={styles.run} aria-label={summary.name}>
      <RunHeader summary={summary} />
      {summary.problem ? <ProblemNotice problem={summary.problem} /> : <StateNotice summary={summary} />}
      {(!run || run.kind === 'loading') && <LoadingPane />}
      {run?.kind === 'failed' && <ErrorNotice error={run.error} onRetry={() => void loadRun(summary.id)} />}
      {run?.kind === 'ready' &&
        (summary.adopted ? (
          <AdoptedBody summary={summary} detail={run.detail} />
        ) : (
          <Body summary={summary} detail={run.detail} />
        ))}
    </article>
  )
}

/** What an adapter's files say of how it was trained. */
const ADOPTED: ReadonlySet<SettingKey> = new Set<SettingKey>([
  'general.llm_backbone',
  'dataset.sample_format',
  'training.lora_r',
  'training.lora_alpha',
  'training.lora_dropout',
  'training.use_rslora',
  'training.use_dora',
])

/** An adapter that was trained elsewhere has no curves, answers or log. */
function AdoptedBody({ summary, detail }: BodyProps) {
  const { t } = useTranslation('experiments')
  const licence = summary.adopted?.licence ?? ''
  return (
    <>
      <Notice tone="info">
        {t('run.adoptedHelp')}
        {licence !== '' && t('run.adoptedLicence', { licence })}
      </Notice>
      <RunSettings settings={detail.settings} only={ADOPTED} />
    </>
  )
}

interface BodyProps {
  readonly summary: ExperimentSummary
  readonly detail: ExperimentDetail
}

function Body({ summary, detail }: BodyProps) {
  const { t } = useTranslation('experiments')
  const tabs = [
    {
      id: 'answers',
      label: t('run.answers'),
      content: (
        <Evaluations
          id={summary.id}
          evaluations={detail.evaluations}
          checkpoints={detail.checkpoints}
          stateKind={summary.state.kind}
        />
      ),
    },
    { id: 'log', label: t('run.log'), content: <RunLog log={detail.log} /> },
    { id: 'settings', label: t('run.settings'), content: <RunSettings settings={detail.settings} /> },
  ]
  return (
    <>
      {isActive(summary.state) && <Slowdowns log={detail.log} />}
      <RunProgressPanel summary={summary} steps={detail.steps} evaluations={detail.evaluations} />
      <Curves
        steps={detail.steps}
        evaluations={detail.evaluations}
        totalSteps={summary.progress?.totalSteps ?? 0}
        active={summary.state.kind === 'preparing' || summary.state.kind === 'training'}
      />
      <Tabs label={summary.name} tabs={tabs} />
    </>
  )
}

/** What makes a run slower than it could be, as the log told last. */
function Slowdowns({ log }: { readonly log: readonly LogLine[] }) {
  const { t } = useTranslation('settings')
  const language = useLanguage()
  // Told before the run is prepared; a resumed run is prepared anew and may have them by now.
  const told = log.findLastIndex(({ code }) => code === 'run/no-kernels')
  const kernels = log.slice(told).filter(({ code }) => code === 'run/prepared').length > 1 ? undefined : log[told]
  const parts = log.findLast(({ code }) => code === 'run/micro-batch')
  const toGpuPack = (
    <Button size="small" onPress={showGpuPack}>
      {t('machine.toGpuPack')}
    </Button>
  )
  return (
    <>
      {kernels && (
        <Notice tone="warning" actions={toGpuPack}>
          {logSentence(kernels, language)}
        </Notice>
      )}
      {parts && <Notice tone="info">{logSentence(parts, language)}</Notice>}
    </>
  )
}

/** What of its folder is damaged, while the rest can be used. */
function ProblemNotice({ problem }: { readonly problem: AppError }) {
  const language = useLanguage()
  return <Notice tone="warning">{errorSentence(problem, language)}</Notice>
}

/** What happened to a run that ended otherwise than planned, and what to do now. */
function StateNotice({ summary: { state } }: { readonly summary: ExperimentSummary }) {
  const { t } = useTranslation('experiments')
  const language = useLanguage()
  if (state.kind === 'failed')
    return (
      <Notice
        tone="error"
        actions={
          <Button size="small" onPress={startFromItsSettings}>
            {t('run.changeSettings')}
          </Button>
        }
      >
        {errorSentence(state.error, language)}
      </Notice>
    )
  if (state.kind === 'interrupted')
    return <Notice tone="warning">{t('run.interrupted', { reason: text(language).facts.reason[state.reason] })}</Notice>
  if (state.kind === 'stopped') return <Notice tone="info">{t('run.stopped')}</Notice>
  return null
}
