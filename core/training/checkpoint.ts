import { copyFile, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { readAdapter, readSafetensorsHeader, readTensor, readTensorBytes, syncFolder, writeAdapter, writeFileAtomic, writeSafetensors, type Adapter, type WholeWeight } from '../checkpoints/index.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { UserError, type SettingValues } from '../contract/index.ts'
import type { Architecture } from '../models/family.ts'
import { layOutLora, type LoraLayout, type Place } from '../models/lora.ts'
import type { StateVector } from './optimizers/index.ts'

const STATE = 'state.json'
const OPTIMIZER = 'optimizer.safetensors'
const MODEL = 'model.safetensors'

/** What resuming needs besides the vectors. Everything random follows from the seed and the step. */
const StateFile = z.object({
  step: z.number().int(),
  /** Epochs done, with their fraction; for readers of the file. */
  epoch: z.number().default(0),
  seed: z.number(),
  /** The last step whose evaluation is complete. */
  evaluatedStep: z.number().nullable().default(null),
  bestValidationLoss: z.number().nullable(),
  bestStep: z.number().nullable(),
  lastLoss: z.number().nullable(),
  /** The score by which `best` is chosen: the validation loss, or the metric of the settings. */
  bestScore: z.number().nullable().default(null),
  /** Where memory was short: so many rows are computed at once. */
  microBatchRows: z.number().nullable().default(null),
  /** float16's loss scale. */
  lossScale: z.object({ value: z.number(), goodSteps: z.number(), overflows: z.number() }).nullable().default(null),
})
export type TrainingState = z.infer<typeof StateFile>

/** One of an optimizer's vectors. */
export type StateArray = Float32Array<ArrayBuffer> | Int8Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

/** A run at one step: the flat trainable vector and the optimizer's vectors. */
export interface Snapshot {
  readonly state: TrainingState
  readonly p: Float32Array<ArrayBuffer>
  readonly optimizer: Readonly<Record<string, StateArray>>
}

const aliases = ['last', 'best'] as const
export type CheckpointName = (typeof aliases)[number]

/** Which checkpoints stay: the last and the best, or one of every evaluation too. */
export type KeptCheckpoints = 'named' | 'all'

/**
 * The checkpoint that `last` or `best` names: small text files that hold a folder's name, which work on every disk, also where links do not.
 * Where `last` is damaged, the newest whole checkpoint; null where there is none.
 */
export async function latestCheckpoint(checkpointFolder: string, name: CheckpointName = 'last'): Promise<{ folder: string; step: number } | null> {
  const named = await targetOf(checkpointFolder, name)
  const others = name === 'last' ? (await stepFolders(checkpointFolder)).sort((a, b) => Number(b) - Number(a)) : []
  for (const target of [...(named === null ? [] : [named]), ...others]) {
    const folder = join(checkpointFolder, target)
    const state = await readState(folder).catch(() => null)
    if (state) return { folder, step: state.step }
  }
  return null
}

/** Steps whose checkpoints are there, in order. */
export const checkpointSteps = async (checkpointFolder: string): Promise<number[]> => (await stepFolders(checkpointFolder)).map(Number).sort((a, b) => a - b)

/** The checkpoint of a step; null where it is not there or damaged. */
export async function checkpointAt(checkpointFolder: string, step: number): Promise<{ folder: string; step: number } | null> {
  const folder = join(checkpointFolder, String(step))
  const state = await readState(folder).catch(() => null)
  return state && { folder, step: state.step }
}

/** The checkpoint that chat, exports and later runs use, as the settings say: the best where that was asked for and there is one, else the last. */
export async function usedCheckpoint(checkpointFolder: string, settings: Pick<SettingValues, 'training.save_checkpoint'>): Promise<{ folder: string; step: number } | null> {
  const best = settings['training.save_checkpoint'] === 'best' ? await latestCheckpoint(checkpointFolder, 'best') : null
  return best ?? latestCheckpoint(checkpointFolder)
}

export interface SaveOptions {
  readonly layout: LoraLayout
  readonly config: Adapter['config']
  /** Where every weight is trained: the base model's folder, whose config.json and tokenizer make the checkpoint a model of its own. */
  readonly wholeModel?: { readonly folder: string }
  readonly keep?: KeptCheckpoints
}

/**
 * Writes `<step>/` with the adapter as PEFT reads it (or the whole model), the optimizer and the state, in one move; then names it `last`, and `best` where it
 * is. Checkpoints that neither names any more are removed unless all are kept. Throws UserError for a full or unwritable disk; the earlier checkpoint stays then.
 */
export async function saveCheckpoint(checkpointFolder: string, { layout, config, wholeModel, keep = 'named' }: SaveOptions, { state, p, optimizer }: Snapshot): Promise<string> {
  const name = String(state.step)
  const draft = join(checkpointFolder, `${DRAFT}${name}`)
  const folder = join(checkpointFolder, name)
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { recursive: true })
    if (wholeModel) await writeModel(draft, wholeModel.folder, layout, p)
    else await writeAdapter(draft, { config, modules: modulesOf(layout, p), wholes: wholesOf(layout, p) })
    const vectors = Object.entries(optimizer).map(([key, data]) => [key, { dtype: dtypeOf(data), shape: [data.length], data }] as const)
    await writeSafetensors(join(draft, OPTIMIZER), Object.fromEntries(vectors))
    await writeFileAtomic(join(draft, STATE), JSON.stringify(state, null, 2))
    // The same step again: its first version steps aside for the moment of the move.
    await rename(folder, `${draft}-old`).catch(() => undefined)
    await rename(draft, folder)
    await syncFolder(checkpointFolder)
    await writeFileAtomic(join(checkpointFolder, 'last'), `${name}\n`)
    if (state.bestStep === state.step) await writeFileAtomic(join(checkpointFolder, 'best'), `${name}\n`)
  } catch (error) {
    throw toDiskError(error, checkpointFolder)
  }
  await removeUnnamed(checkpointFolder, keep)
  return folder
}

const dtypeOf = (data: StateArray): 'float32' | 'int8' | 'uint8' => (data instanceof Float32Array ? 'float32' : data instanceof Int8Array ? 'int8' : 'uint8')

/** Whatever a model's folder holds besides weights: small files that say how it is built and how it reads text. */
const DESCRIPTION = /\.(json|model|txt|jinja)$/
const INDEX = /\.index\.json$/

async function writeModel(target: string, modelFolder: string, layout: LoraLayout, p: Float32Array): Promise<void> {
  const tensors = [...wholesOf(layout, p)].map(([name, { shape, data }]) => [name, { dtype: 'float32', shape, data }] as const)
  await writeSafetensors(join(target, MODEL), Object.fromEntries(tensors))
  const files = (await readdir(modelFolder)).filter((file) => DESCRIPTION.test(file) && !INDEX.test(file))
  await Promise.all(files.map((file) => copyFile(join(modelFolder, file), join(target, file))))
}

const DRAFT = '.draft-'

/** Removes checkpoints that no name points to, and drafts of an engine that was killed. */
async function removeUnnamed(checkpointFolder: string, keep: KeptCheckpoints): Promise<void> {
  const named = await Promise.all(aliases.map((alias) => targetOf(checkpointFolder, alias)))
  const drafts = (await readdir(checkpointFolder)).filter((entry) => entry.startsWith(DRAFT))
  const others = keep === 'all' ? [] : (await stepFolders(checkpointFolder)).filter((entry) => !named.includes(entry))
  const unused = [...drafts, ...others]
  for (const entry of unused) {
    // On Windows a chat may be reading one: it goes at the next checkpoint.
    await rm(join(checkpointFolder, entry), { recursive: true, force: true }).catch(() => undefined)
  }
}

const stepFolders = async (checkpointFolder: string): Promise<string[]> => (await readdir(checkpointFolder).catch(() => [])).filter((entry) => /^\d+$/.test(entry))

async function targetOf(checkpointFolder: string, alias: CheckpointName): Promise<string | null> {
  const text = await readFile(join(checkpointFolder, alias), 'utf8').catch(() => null)
  return text === null ? null : basename(text.trim())
}

/** Reads a checkpoint back. Throws UserError `checkpoint/layout` where it belongs to other LoRA settings or another optimizer, or for damaged files. */
export async function readCheckpoint(folder: string, layout: LoraLayout, optimizerState: Readonly<Record<string, StateVector>>): Promise<Snapshot> {
  const p = await readTrainedVector(folder, layout)
  const { tensors } = await readSafetensorsHeader(join(folder, OPTIMIZER))
  const vector = async (name: string, { dtype, length }: StateVector): Promise<StateArray> => {
    const place = tensors.get(name)
    const expected = length(layout.parameterCount)
    if (place?.shape[0] !== expected || place.dtype !== dtype) throw new UserError('checkpoint/layout', { folder, expected, found: place?.shape[0] ?? 0 })
    const { buffer } = await readTensorBytes(folder, place)
    return dtype === 'float32' ? new Float32Array(buffer) : dtype === 'int8' ? new Int8Array(buffer) : new Uint8Array(buffer)
  }
  const vectors = await Promise.all(Object.entries(optimizerState).map(async ([name, of]) => [name, await vector(name, of)] as const))
  return { state: await readState(folder), p, optimizer: Object.fromEntries(vectors) }
}

const readState = async (folder: string): Promise<TrainingState> => StateFile.parse(JSON.parse(await readFile(join(folder, STATE), 'utf8')))

const partOf = (p: Float32Array, { offset, shape }: Place): Float32Array => p.slice(offset, offset + shape[0] * shape[1])

function modulesOf(layout: LoraLayout, p: Float32Array): Adapter['modules'] {
  return new Map(layout.slots.map(({ module, a, b, magnitude }) => [
    module.path,
    { rank: layout.rank, inputSize: module.inSize, outputSize: module.outSize, a: partOf(p, a), b: partOf(p, b), ...(magnitude ? { magnitude: partOf(p, magnitude) } : {}) },
  ]))
}

const wholesOf = ({ wholes }: LoraLayout, p: Float32Array): Map<string, WholeWeight> => new Map(wholes.map(({ name, shape, place }) => [name, { shape, data: partOf(p, place) }]))

/** The flat vector of a checkpoint: of its adapter, or of its whole model. Throws as `readAdapterVector`. */
export async function readTrainedVector(folder: string, layout: LoraLayout): Promise<Float32Array<ArrayBuffer>> {
  if (layout.slots.length > 0) return readAdapterVector(folder, layout)
  const { tensors } = await readSafetensorsHeader(join(folder, MODEL))
  const wholes = await Promise.all([...tensors].map(async ([name, place]) => [name, { shape: place.shape, data: await readTensor(folder, place) }] as const))
  return fill(folder, layout, new Map(), new Map(wholes))
}

/** The flat vector of an adapter's folder. Throws UserError `checkpoint/layout` where a module of the layout is missing or of another size. */
export async function readAdapterVector(folder: string, layout: LoraLayout): Promise<Float32Array<ArrayBuffer>> {
  const { modules, wholes = new Map() } = await readAdapter(folder)
  return fill(folder, layout, modules, wholes)
}

function fill(folder: string, layout: LoraLayout, modules: Adapter['modules'], wholes: NonNullable<Adapter['wholes']>): Float32Array<ArrayBuffer> {
  const p = new Float32Array(layout.parameterCount)
  for (const { module, a, b, magnitude } of layout.slots) {
    const found = modules.get(module.path)
    if (found?.rank !== layout.rank || found.inputSize !== module.inSize || found.outputSize !== module.outSize || (magnitude && !found.magnitude))
      throw new UserError('checkpoint/layout', { folder, expected: `${module.path} r ${layout.rank}`, found: found ? `r ${found.rank}` : '-' })
    p.set(found.a, a.offset)
    p.set(found.b, b.offset)
    if (magnitude && found.magnitude) p.set(found.magnitude, magnitude.offset)
  }
  for (const { name, shape, place } of layout.wholes) {
    const found = wholes.get(name)
    if (found?.shape.join() !== shape.join()) throw new UserError('checkpoint/layout', { folder, expected: `${name} ${shape.join('×')}`, found: found?.shape.join('×') ?? '-' })
    p.set(found.data, place.offset)
  }
  return p
}

/** What an adapter trains, laid out for its base model. Modules that the model lacks are left out. */
export function layoutOfAdapter({ config, modules, wholes = new Map() }: Adapter, { linears }: Pick<Architecture, 'linears'>): LoraLayout {
  const magnitudes = config.decomposed ?? false
  const whole = [...wholes].map(([name, { shape }]) => ({ name, shape }))
  return layOutLora(linears.filter(({ path }) => modules.has(path)), { rank: config.rank, alpha: config.alpha, rankStabilised: config.rankStabilised ?? false, magnitudes, wholes: whole })
}
