// A LoRA adapter that was trained elsewhere, as a run that has ended: to be asked, trained further, merged, exported.
import { join } from 'node:path'
import {
  baseOfAdapter,
  DatasetId,
  defaultSettings,
  UserError,
  type ExperimentSummary,
  type ModelId,
  type ModelSummary,
  type SettingValues,
} from '../contract/index.ts'
import { syncFile, syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { bringAdapter, type AdapterPlace } from '../local-models/adapter-files.ts'
import type { ModelReader } from '../reader/client.ts'
import { newDraft, placeCheckpoint, STATE_FILE, stateText } from '../training/checkpoint-folder.ts'
import type { Mirror } from './mirror.ts'
import { chooseDevice, newId, type PreparationOptions } from './preparation.ts'
import { unknownState } from './queries.ts'

export interface AdoptionOptions extends PreparationOptions {
  readonly reader: Pick<ModelReader, 'call'>
  readonly mirror: Mirror
}

/** Stands for rows that nobody has. */
const NO_DATASET = { id: DatasetId.parse('d19700101-000000'), name: '', version: 0 }
const STEP = 0

/**
 * Makes a run of an adapter in the list of models, on the model that it was trained on. Throws UserError
 * 'adapter/not-adapter', 'adapter/base-missing' {adapter, base} where that is not here, 'adapter/other-base', and what
 * is wrong with the files of either.
 */
export async function adopt(
  options: AdoptionOptions,
  { adapterId, baseId }: { readonly adapterId: ModelId; readonly baseId?: ModelId | undefined },
): Promise<ExperimentSummary> {
  const { models, store, clock, mirror } = options
  const all = await models.list({})
  const adapter = all.find(({ id }) => id === adapterId)
  // What cannot be read is not known to be one.
  if (adapter?.problem) throw new UserError(adapter.problem.code, adapter.problem.facts)
  if (adapter?.kind !== 'adapter') throw new UserError('adapter/not-adapter', { model: adapter?.name ?? adapterId })
  const base = await models.find(baseId ?? baseIn(all, adapter))
  const place = { folder: base.folder, stamp: '', adapter: adapter.folder }
  const facts = await options.reader.call('adapter', place)
  const settings: SettingValues = {
    ...defaultSettings(),
    'general.experiment_name': adapter.name,
    'general.llm_backbone': base.id,
    'dataset.sample_format': base.hasChatTemplate ? 'template' : 'h2o',
    'training.lora': true,
    'training.lora_r': facts.rank,
    'training.lora_alpha': facts.alpha,
    'training.lora_dropout': facts.dropout,
    'training.use_rslora': facts.rankStabilised,
    'training.use_dora': facts.decomposed,
  }
  const device = await chooseDevice(settings, options.devices)
  const created = clock()
  const id = await newId(options, created)
  const record = await store.create(id, async ({ checkpoints }) => {
    await keepCheckpoint({ folder: adapter.folder, baseFolder: base.folder }, checkpoints)
    return {
      record: {
        id,
        name: adapter.name,
        createdAt: created.toISOString(),
        dataset: NO_DATASET,
        model: { id: base.id, name: base.name, folder: base.folder },
        device,
        rows: { train: 0, validation: 0 },
        adopted: { from: adapter.hub?.id ?? adapter.id, licence: adapter.licence },
        settings,
      },
      state: { ...unknownState, state: { kind: 'finished' }, trainableParameterCount: facts.parameterCount },
    }
  })
  return mirror.announce(record)
}

function baseIn(all: readonly ModelSummary[], adapter: ModelSummary): ModelId {
  const found = baseOfAdapter(adapter, all)
  if (!found) throw new UserError('adapter/base-missing', { adapter: adapter.name, base: adapter.baseModel || '–' })
  return found.id
}

async function keepCheckpoint(place: AdapterPlace, checkpoints: string): Promise<void> {
  const draft = await newDraft(checkpoints, STEP)
  await bringAdapter(place, draft)
  const state = {
    step: STEP,
    epoch: 0,
    seed: 0,
    evaluatedStep: null,
    bestValidationLoss: null,
    bestStep: null,
    lastLoss: null,
    bestScore: null,
    microBatchRows: null,
    lossScale: null,
  }
  await disk.writeFile(join(draft, STATE_FILE), stateText(state))
  await syncFile(join(draft, STATE_FILE))
  await syncFolder(draft)
  await placeCheckpoint(checkpoints, draft, { state, keep: 'named' })
}
