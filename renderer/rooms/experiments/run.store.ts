import { create } from 'zustand'
import type { AppError, Events, ExperimentDetail, ExperimentId } from '../../../core/contract/index.ts'
import { mergeLog, mergeSteps } from './curve.ts'
import * as api from './experiments.api.ts'
import { drop } from './experiments.store.ts'

type Batch = Events['experiments.metrics']
type RunDetail =
  /** `early`: batches that came before the detail did. */
  | { readonly kind: 'loading'; readonly id: ExperimentId; readonly early: readonly Batch[] }
  | { readonly kind: 'ready'; readonly id: ExperimentId; readonly detail: ExperimentDetail }
  | { readonly kind: 'failed'; readonly id: ExperimentId; readonly error: AppError }

interface OpenRun {
  readonly run: RunDetail | null
}

/** The run in view: what the host told when it was opened, and every batch since. Session scope. */
export const useRun = create<OpenRun>()(() => ({ run: null }))

const add = (detail: ExperimentDetail, batch: Batch): ExperimentDetail => ({
  ...detail,
  steps: mergeSteps(detail.steps, batch.steps),
  evaluations: mergeSteps(detail.evaluations, batch.evaluations),
  log: mergeLog(detail.log, batch.log),
})

function receive(batch: Batch): void {
  useRun.setState(({ run }) => {
    if (!run || run.id !== batch.id || run.kind === 'failed') return { run }
    if (run.kind === 'loading') return { run: { ...run, early: [...run.early, batch] } }
    return { run: { ...run, detail: add(run.detail, batch) } }
  })
}

/** Reads a run from the host; again after a failure. */
export async function loadRun(id: ExperimentId): Promise<void> {
  const result = await api.openExperiment(id)
  if (!result.ok && result.error.code === 'experiment/not-found') drop(id)
  useRun.setState(({ run }) => {
    if (!run || run.id !== id) return { run }
    if (!result.ok) return { run: { kind: 'failed', id, error: result.error } }
    const early = run.kind === 'loading' ? run.early : []
    return { run: { kind: 'ready', id, detail: early.reduce(add, result.value) } }
  })
}

/** Opens a run and follows it; returns what ends that. */
export function followRun(id: ExperimentId): () => void {
  useRun.setState({ run: { kind: 'loading', id, early: [] } })
  const ends = [
    api.onMetrics(receive),
    // Facts such as the count of trained parameters are known only once training has begun.
    watchKind(id, () => void loadRun(id)),
  ]
  void loadRun(id)
  return () => ends.forEach((end) => end())
}

function watchKind(id: ExperimentId, onChange: () => void): () => void {
  let kind: string | null = null
  return api.onChanged((summary) => {
    if (summary.id !== id) return
    if (kind !== null && kind !== summary.state.kind) onChange()
    kind = summary.state.kind
  })
}
