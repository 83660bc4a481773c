// What a run needs before the engine may begin: its folder with the rows, or what an earlier part of it left.
import { UserError, type DeviceKind, type ExperimentId, type SettingValues } from '../contract/index.ts'
import type { DatasetService } from '../datasets/service.ts'
import type { DeviceReport } from '../engine/engine-protocol.ts'
import { toDiskError } from '../files/disk-errors.ts'
import type { ModelService } from '../local-models/service.ts'
import { checkPrecision } from '../training/precision.ts'
import { findTrainable } from '../planning/plan.ts'
import { snapshotRows } from '../planning/snapshot.ts'
import { checkpointAt, latestCheckpoint, rewindCheckpoints, usedCheckpoint } from '../training/checkpoint-folder.ts'
import { rewindHistory } from '../training/history.ts'
import { localTime, newExperimentId } from './naming.ts'
import { unknownState, type Queries } from './queries.ts'
import type { ExperimentRecord, RunStateFile } from './record-file.ts'
import { experimentFiles, type ExperimentStore } from './store.ts'
import type { LaunchOptions } from './supervisor.ts'

export interface PreparationOptions {
  readonly store: ExperimentStore
  readonly queries: Queries
  readonly datasets: DatasetService
  readonly models: ModelService
  readonly devices: () => Promise<DeviceReport>
  readonly clock: () => Date
  readonly isClosing: () => boolean
}

/**
 * The folder of the checkpoint that a run begins with, where its settings name another experiment; else null. Throws
 * UserError 'experiment/untrained'.
 */
export async function startOf(
  { store, queries }: Pick<PreparationOptions, 'store' | 'queries'>,
  values: SettingValues,
): Promise<string | null> {
  const id = values['training.start_from']
  if (id === '') return null
  const earlier = await queries.record(id as ExperimentId)
  const checkpoint = await usedCheckpoint(experimentFiles(store.folderOf(earlier.id)).checkpoints, earlier.settings)
  if (!checkpoint) throw new UserError('experiment/untrained', { name: earlier.name })
  return checkpoint.folder
}

/** Makes the folder of a new experiment with a copy of its rows. Throws UserError for what the user can fix. */
export async function createDraft(options: PreparationOptions, values: SettingValues): Promise<ExperimentRecord> {
  const { store, datasets, clock, isClosing } = options
  const model = await options.models.find(values['general.llm_backbone'])
  const dataset = await findTrainable(values, datasets)
  const device = await chooseDevice(values, options.devices)
  checkPrecision(device, values)
  const created = clock()
  const draft = {
    id: await newId(options, created),
    name: values['general.experiment_name'] || `${dataset.name} ${localTime(created)}`,
    createdAt: created.toISOString(),
    dataset: { id: dataset.id, name: dataset.name, sources: [...dataset.sources] },
    model: { id: model.id, name: model.name, folder: model.folder },
    device,
    settings: values,
  }
  return store.create(draft.id, async (files) => {
    const { version, columns, taken } = await datasets.keepRows(dataset.id, files.dataset, (all) =>
      snapshotRows(all, values, files).catch((error: unknown) => {
        throw toDiskError(error, store.folder)
      }),
    )
    if (isClosing()) throw new UserError('experiment/closing')
    return {
      record: { ...draft, dataset: { ...draft.dataset, version, columns: [...columns] }, rows: taken },
      state: { ...unknownState, state: { kind: 'preparing' }, hostPid: process.pid },
    }
  })
}

export async function newId({ queries }: PreparationOptions, date: Date): Promise<ExperimentId> {
  for (;;) {
    const id = newExperimentId(date)
    if (!(await queries.ids()).includes(id)) return id
  }
}

export async function chooseDevice(values: SettingValues, devices: () => Promise<DeviceReport>): Promise<DeviceKind> {
  const report = await devices()
  const wanted = values['environment.device']
  if (wanted === 'auto') return report.recommended.kind
  const found = report.devices.find((device) => device.kind === wanted)
  if (!found?.available)
    throw new UserError('device/unavailable', {
      device: wanted,
      why: found?.reason ?? 'platform',
      setting: 'environment.device',
    })
  return found.kind
}

/** Makes a checkpoint the end of what the run has told, and says what it goes on with. */
export async function rewind(
  options: Pick<PreparationOptions, 'store' | 'queries'>,
  record: ExperimentRecord,
  { file, step }: { readonly file: RunStateFile; readonly step: number | undefined },
): Promise<LaunchOptions> {
  const { store } = options
  const files = experimentFiles(store.folderOf(record.id))
  const checkpoint =
    step === undefined ? await latestCheckpoint(files.checkpoints) : await checkpointAt(files.checkpoints, step)
  if (step !== undefined && !checkpoint) throw new UserError('experiment/no-checkpoint', { name: record.name, step })
  const startFrom = checkpoint ? null : await startOf(options, record.settings)
  const { isEvaluated } = await rewindCheckpoints(files.checkpoints, checkpoint)
  await rewindHistory(files, checkpoint && { step: checkpoint.step, isEvaluated })
  const { evaluations } = await store.readHistory(record.id)
  const progress = checkpoint && file.progress && { ...file.progress, step: checkpoint.step, remainingSeconds: null }
  return {
    resumeFrom: checkpoint?.folder ?? null,
    startFrom,
    earlier: { progress, validationLoss: evaluations.at(-1)?.validationLoss ?? null },
  }
}
