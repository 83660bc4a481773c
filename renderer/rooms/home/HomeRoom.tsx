import { ArrowRight, Check } from 'lucide-react'
import { useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExperimentSummary } from '../../../core/contract/index.ts'
import { Button, cx, List, LoadingPane, Spinner, type ListEntry } from '../../ui/index.ts'
import { ErrorNotice, toastError } from '../../errors/index.ts'
import { goTo } from '../../session/index.ts'
import { useFormat } from '../../language/index.ts'
import { useChat } from '../chat/index.ts'
import { createDataset, useDatasets } from '../datasets/index.ts'
import { experimentItems, isTrained, openForm, StateBadge, useExperiments } from '../experiments/index.ts'
import { FasterDevice, loadSystem, MachineFacts, useSystem } from '../settings/index.ts'
import {
  currentDataset,
  runToWatch,
  tutorialSteps,
  type StepId,
  type TutorialFacts,
  type TutorialStep,
} from './home.selectors.ts'
import styles from './HomeRoom.module.css'

/** ホーム: where you are in the tutorial, this machine, recent experiments. */
export function HomeRoom() {
  const { t } = useTranslation('home')
  return (
    <div className={styles.room}>
      <div className={styles.page}>
        <header className={styles.header}>
          <h1 className={styles.heading}>{t('heading')}</h1>
          <p className={styles.lead}>{t('lead')}</p>
        </header>
        <Tutorial />
        <div className={styles.side}>
          <Machine />
          <Recent />
        </div>
      </div>
    </div>
  )
}

function useTutorialFacts(): TutorialFacts | null {
  const datasets = useDatasets((state) => state.list)
  const experiments = useExperiments(experimentItems)
  const known = useExperiments((state) => state.list.kind !== 'loading')
  const hasTried = useChat((state) => state.hasTried)
  return useMemo(
    () =>
      datasets.kind === 'loading' || !known
        ? null
        : { datasets: datasets.kind === 'ready' ? datasets.items : [], experiments, hasTried },
    [datasets, experiments, known, hasTried],
  )
}

function Tutorial() {
  const { t } = useTranslation('home')
  const facts = useTutorialFacts()
  const steps = facts ? tutorialSteps(facts) : []
  return (
    <section aria-labelledby="steps" className={styles.tutorial}>
      <h2 id="steps" className={styles.title}>
        {t('stepsTitle')}
      </h2>
      {!facts && <Spinner />}
      {facts && (
        <ol className={styles.steps}>
          {steps.map((step, index) => (
            <Step key={step.id} step={step} number={index + 1} facts={facts} />
          ))}
        </ol>
      )}
    </section>
  )
}

function Step({
  step: { id, state },
  number,
  facts,
}: {
  readonly step: TutorialStep
  readonly number: number
  readonly facts: TutorialFacts
}) {
  const { t } = useTranslation('home')
  const act = actFor(id, facts)
  return (
    <li className={cx(styles.step, styles[state])} aria-current={state === 'now' ? 'step' : undefined}>
      <span className={styles.number} aria-label={state === 'done' ? t('done') : undefined}>
        {state === 'done' ? <Check size={15} /> : number}
      </span>
      <div className={styles.text}>
        <h3 className={styles.name}>{t(`steps.${id}.title`)}</h3>
        <p className={styles.help}>{t(`steps.${id}.text`)}</p>
      </div>
      <Button
        variant={state === 'now' ? 'primary' : 'secondary'}
        onPress={act.run}
        {...(state === 'now' && { icon: <ArrowRight size={15} /> })}
      >
        {t(act.label)}
      </Button>
    </li>
  )
}

async function create(from: 'sample' | 'template'): Promise<void> {
  const result = await createDataset(from)
  if (result.ok) goTo('datasets', result.value.id)
  else toastError(result.error)
}

/** The one button of a step: does it, or opens where it is done. */
function actFor(id: StepId, facts: TutorialFacts) {
  const dataset = currentDataset(facts)
  const run = runToWatch(facts.experiments)
  const trained = facts.experiments.find(isTrained)
  switch (id) {
    case 'data':
      return dataset
        ? ({ label: 'steps.data.again', run: () => goTo('datasets', dataset.id) } as const)
        : ({ label: 'steps.data.act', run: () => void create('sample') } as const)
    case 'settings':
      return { label: 'steps.settings.act', run: () => openForm(dataset?.id) } as const
    case 'train':
      return run
        ? ({ label: 'steps.train.again', run: () => goTo('experiments', run.id) } as const)
        : ({ label: 'steps.train.act', run: () => openForm(dataset?.id) } as const)
    case 'chat':
      return { label: trained ? 'steps.chat.act' : 'steps.chat.before', run: () => goTo('chat', trained?.id) } as const
    case 'own':
      return { label: 'steps.own.act', run: () => void create('template') } as const
  }
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h2 className={styles.title}>{title}</h2>
      {children}
    </section>
  )
}

function Machine() {
  const { t } = useTranslation('home')
  const system = useSystem((state) => state.system)
  return (
    <Section title={t('machine')}>
      {system.kind === 'loading' && <LoadingPane />}
      {system.kind === 'failed' && <ErrorNotice error={system.error} onRetry={() => void loadSystem()} />}
      {system.kind === 'ready' && (
        <>
          <MachineFacts info={system.info} />
          <FasterDevice info={system.info} />
        </>
      )}
    </Section>
  )
}

const RECENT = 5

function Recent() {
  const { t } = useTranslation('home')
  const format = useFormat()
  const list = useExperiments((state) => state.list)
  const experiments = useExperiments(experimentItems)
  return (
    <Section title={t('recent')}>
      {list.kind === 'failed' && <ErrorNotice error={list.error} />}
      {list.kind === 'ready' && experiments.length === 0 && <p className={styles.none}>{t('noRecent')}</p>}
      {experiments.length > 0 && (
        <div className={styles.recent}>
          <List
            label={t('recent')}
            entries={experiments
              .slice(0, RECENT)
              .map((item) => recentEntry(item, format.when(item.createdAt), format.loss))}
            selected={null}
            onSelect={(id) => goTo('experiments', id)}
          />
        </div>
      )}
    </Section>
  )
}

const recentEntry = (item: ExperimentSummary, when: string, loss: (value: number | null) => string): ListEntry => ({
  id: item.id,
  title: item.name,
  aside: <span className={styles.when}>{when}</span>,
  detail: (
    <span className={styles.detail}>
      <StateBadge kind={item.state.kind} quiet />
      {item.progress?.loss != null && <Loss value={loss(item.progress.validationLoss ?? item.progress.loss)} />}
    </span>
  ),
})

function Loss({ value }: { readonly value: string }) {
  const { t } = useTranslation('home')
  return <span>{t('loss', { value })}</span>
}
