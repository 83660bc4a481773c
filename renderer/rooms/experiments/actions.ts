import i18next from 'i18next'
import type { AppError, ExperimentId, ExperimentSummary, Result } from '../../../core/contract/index.ts'
import { goTo, useSession } from '../../session/index.ts'
import { toast } from '../../ui/index.ts'
import { toastError } from '../../errors/index.ts'
import * as api from './experiments.api.ts'
import { drop, upsert } from './experiments.store.ts'
import { fillForm } from './form.store.ts'
import { toRaw } from './form.ts'
import { useRun } from './run.store.ts'

/**
 * Shows a failure as a toast; returns whether it went well. An experiment that somebody else has removed is gone: the
 * list says so.
 */
function settled<T>(
  result: Result<T, AppError>,
  id?: ExperimentId,
): result is { readonly ok: true; readonly value: T } {
  if (result.ok) return true
  if (id !== undefined && result.error.code === 'experiment/not-found') drop(id)
  else toastError(result.error)
  return false
}

export async function stop(id: ExperimentId): Promise<void> {
  settled(await api.stopExperiment(id), id)
}

/** Goes on from the last checkpoint, or from that of a step. */
export async function resume(id: ExperimentId, step?: number): Promise<void> {
  const result = await api.resumeExperiment(id, step)
  if (settled(result, id)) upsert(result.value)
}

export async function rename(id: ExperimentId, name: string): Promise<AppError | null> {
  const result = await api.renameExperiment(id, name)
  if (!result.ok) return result.error
  upsert(result.value)
  return null
}

/** Moves the experiment to the trash and offers to bring it back. */
export async function remove({ id, name }: ExperimentSummary): Promise<void> {
  if (!settled(await api.removeExperiment(id), id)) return
  if (useSession.getState().selection.experiments === id) useSession.getState().select('experiments', null)
  toast(i18next.t('experiments:removed', { name }), { label: i18next.t('common:undo'), run: () => void restore(id) })
}

/** Opens the form with the settings of the run in view. */
export function startFromItsSettings(): void {
  const { run } = useRun.getState()
  if (run?.kind !== 'ready') return
  fillForm({ ...toRaw(run.detail.settings), 'general.experiment_name': '' })
  goTo('experiments', null)
}

/** Shows the dataset that the run began with; where it has changed since, one made of the rows that it had then. */
export async function openItsDataset(id: ExperimentId): Promise<void> {
  const result = await api.restoreDataset(id)
  if (settled(result, id)) goTo('datasets', result.value.id)
}

async function restore(id: ExperimentId): Promise<void> {
  const result = await api.restoreExperiment(id)
  if (!settled(result)) return
  upsert(result.value)
  goTo('experiments', id)
}
