import { access } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ADAPTER_CONFIG,
  openAdapter,
  storedWeight,
  tensorBytes,
  type StoredAdapter,
  type WeightSource,
} from '../checkpoints/index.ts'
import { isActive, UserError, type ExperimentId } from '../contract/index.ts'
import type { ModelService } from '../local-models/service.ts'
import type { ExperimentRecord } from '../runs/record-file.ts'
import type { ExperimentService } from '../runs/service.ts'
import { experimentFiles } from '../runs/store.ts'
import { checkpointAt, usedCheckpoint, type FoundCheckpoint } from '../training/checkpoint-folder.ts'
import { openBaseModel, type BaseModel } from './base-model.ts'
import { mergedModel } from './merged-weights.ts'

/** A run's checkpoint, opened to be written in another form. */
export interface ExportSource {
  readonly record: ExperimentRecord & { readonly folder: string }
  readonly step: number
  readonly checkpointFolder: string
  /** The base model; the checkpoint itself where every weight was trained. */
  readonly model: BaseModel
  /** Null where every weight was trained. */
  readonly adapter: StoredAdapter | null
  /** Where the base model's licence lies. */
  readonly licenceFolder: string
  /** Of the run's last step; null where it was not measured. */
  readonly losses: { readonly training: number | null; readonly validation: number | null }
  /** The model's, as it calls it (`apache-2.0`); empty where it does not say. */
  readonly licence: string
}

/** The services that know runs and models. */
export interface SourceServices {
  readonly experiments: ExperimentService
  readonly models: ModelService
}

/**
 * Opens what a run has learnt: the checkpoint that its settings name, or that of a step. The base model is found by its
 * id, and tried by the reader. Throws UserError 'experiment/not-found', 'experiment/busy' while it trains,
 * 'experiment/untrained', 'experiment/no-checkpoint', or what is wrong with its files or its model.
 */
export async function openSource(
  { experiments, models }: SourceServices,
  id: ExperimentId,
  wantedStep?: number,
): Promise<ExportSource> {
  const record = await experiments.record(id)
  const { state, progress } = (await experiments.list({})).find((summary) => summary.id === id) ?? {}
  if (state && isActive(state)) throw new UserError('experiment/busy', { name: record.name })
  const { folder: checkpointFolder, step } = await checkpointOf(record, wantedStep)
  const isAdapter = await access(join(checkpointFolder, ADAPTER_CONFIG)).then(
    () => true,
    () => false,
  )
  if (!isAdapter) await models.check(checkpointFolder)
  const baseFolder = await models.locate(record.model).catch((error: unknown) => {
    if (isAdapter) throw error
    // Where every weight was trained, the base need not be here any more.
    return checkpointFolder
  })
  return {
    record,
    step,
    checkpointFolder,
    model: await openBaseModel(isAdapter ? baseFolder : checkpointFolder),
    adapter: isAdapter ? await openAdapter(checkpointFolder) : null,
    licenceFolder: baseFolder,
    losses: { training: progress?.loss ?? null, validation: progress?.validationLoss ?? null },
    licence: (await models.find(record.model.id).catch(() => null))?.licence ?? '',
  }
}

async function checkpointOf(record: ExportSource['record'], step: number | undefined): Promise<FoundCheckpoint> {
  const { checkpoints } = experimentFiles(record.folder)
  if (step === undefined) {
    const found = await usedCheckpoint(checkpoints, record.settings)
    if (!found) throw new UserError('experiment/untrained', { name: record.name })
    return found
  }
  const found = await checkpointAt(checkpoints, step)
  if (!found) throw new UserError('experiment/no-checkpoint', { name: record.name, step })
  return found
}

/**
 * The weights of what was trained as those of one model: the base's with the adapter merged, or the checkpoint's own.
 * Throws as mergedModel.
 */
export async function weightsOf({
  model,
  adapter,
}: Pick<ExportSource, 'model' | 'adapter'>): Promise<{
  readonly weights: readonly WeightSource[]
  readonly untied: boolean
}> {
  if (adapter) return mergedModel(model, adapter)
  const weights = [...model.tensors].map(([name, place]) => storedWeight(model.folder, name, place))
  return { weights, untied: false }
}

/** What weights take on the disk. */
export const bytesOfWeights = (weights: readonly WeightSource[]): number =>
  weights.reduce((sum, weight) => sum + tensorBytes(weight), 0)

/** The base model's id on the Hub where its folder is called after it (`owner--name`), else the folder's name. */
export const baseIdOf = ({ record }: Pick<ExportSource, 'record'>): string => {
  const [, owner, name] = /^([^-].*?)--(.+)$/.exec(record.model.id) ?? []
  return owner && name ? `${owner}/${name}` : record.model.id
}
