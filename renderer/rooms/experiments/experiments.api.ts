import type {
  AppError,
  DatasetInfo,
  Events,
  ExperimentDetail,
  ExperimentId,
  ExperimentPlan,
  ExperimentSummary,
  Result,
} from '../../../core/contract/index.ts'

type Answer<T> = Promise<Result<T, AppError>>

export const listExperiments = (): Answer<readonly ExperimentSummary[]> => window.studio.call('experiments.list', {})
export const openExperiment = (id: ExperimentId): Answer<ExperimentDetail> =>
  window.studio.call('experiments.open', { id })
export const planExperiment = (settings: Record<string, unknown>): Answer<ExperimentPlan> =>
  window.studio.call('experiments.plan', { settings })
export const startExperiment = (settings: Record<string, unknown>): Answer<ExperimentSummary> =>
  window.studio.call('experiments.start', { settings })
export const stopExperiment = (id: ExperimentId): Answer<null> => window.studio.call('experiments.stop', { id })
export const resumeExperiment = (id: ExperimentId, step?: number): Answer<ExperimentSummary> =>
  window.studio.call('experiments.resume', { id, ...(step === undefined ? {} : { step }) })
export const renameExperiment = (id: ExperimentId, name: string): Answer<ExperimentSummary> =>
  window.studio.call('experiments.rename', { id, name })
export const removeExperiment = (id: ExperimentId): Answer<null> => window.studio.call('experiments.remove', { id })
export const restoreExperiment = (id: ExperimentId): Answer<ExperimentSummary> =>
  window.studio.call('experiments.restore', { id })
export const restoreDataset = (id: ExperimentId): Answer<DatasetInfo> =>
  window.studio.call('experiments.restoreDataset', { id, orSame: true })
/** A browser shows no folders of this computer. */
export const canOpenFolders = (): boolean => window.studio.host === 'desktop'
export const onChanged = (listener: (summary: ExperimentSummary) => void): (() => void) =>
  window.studio.on('experiments.changed', listener)
export const onRemoved = (listener: (removed: { readonly id: ExperimentId }) => void): (() => void) =>
  window.studio.on('experiments.removed', listener)
export const onMetrics = (listener: (batch: Events['experiments.metrics']) => void): (() => void) =>
  window.studio.on('experiments.metrics', listener)
export const onLibrary = (listener: () => void): (() => void) => window.studio.on('system.library', listener)
