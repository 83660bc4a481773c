import { isActive, type DatasetSummary, type ExperimentSummary } from '../../../core/contract/index.ts'

export const stepIds = ['data', 'settings', 'train', 'chat', 'own'] as const
export type StepId = (typeof stepIds)[number]

export interface TutorialFacts {
  readonly datasets: readonly DatasetSummary[]
  readonly experiments: readonly ExperimentSummary[]
  /** A trained model has answered in the chat. */
  readonly hasTried: boolean
}

export interface TutorialStep {
  readonly id: StepId
  readonly state: 'done' | 'now' | 'later'
}

const isDone: Record<StepId, (facts: TutorialFacts) => boolean> = {
  data: ({ datasets, experiments }) => datasets.length > 0 || experiments.length > 0,
  settings: ({ experiments }) => experiments.length > 0,
  train: ({ experiments }) => experiments.some(({ state }) => state.kind === 'finished'),
  chat: ({ hasTried }) => hasTried,
  own: ({ experiments }) =>
    new Set(experiments.filter(({ state }) => state.kind === 'finished').map(({ datasetId }) => datasetId)).size > 1,
}

/** The tutorial's five steps: which are done, and which is the one to do now (the first that is not). */
export function tutorialSteps(facts: TutorialFacts): TutorialStep[] {
  const now = stepIds.find((id) => !isDone[id](facts))
  return stepIds.map((id) => ({ id, state: isDone[id](facts) ? 'done' : id === now ? 'now' : 'later' }))
}

/** The run to look at for the step 学習: the one under way, else the newest. */
export const runToWatch = (experiments: readonly ExperimentSummary[]): ExperimentSummary | undefined =>
  experiments.find(({ state }) => isActive(state)) ?? experiments[0]

/** The dataset that the steps mean: the last trained one that still exists, else the newest. */
export function currentDataset({ datasets, experiments }: TutorialFacts): DatasetSummary | undefined {
  const trained = datasets.find(({ id }) => id === experiments[0]?.datasetId)
  return (
    trained ??
    datasets.filter(({ problem }) => problem === undefined).sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))[0]
  )
}
