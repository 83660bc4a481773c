import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  readAdapter,
  readSafetensorsHeader,
  readTensor,
  readTensorBytes,
  writeAdapter,
  writeSafetensors,
  type Adapter,
  type FullWeight,
} from '../checkpoints/index.ts'
import { writeFileAtomic } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { UserError } from '../contract/index.ts'
import { TEXT_MODEL } from '../models/checkpoint-names.ts'
import { textConfigOf, type Architecture } from '../models/family.ts'
import { layOutLora, type LoraLayout, type VectorSlice } from '../models/lora.ts'
import {
  MODEL_FILE,
  newDraft,
  placeCheckpoint,
  readState,
  STATE_FILE,
  stateText,
  type KeptCheckpoints,
  type TrainingState,
} from './checkpoint-folder.ts'
import type { StateVector } from '../optimization/index.ts'

const OPTIMIZER = 'optimizer.safetensors'

/** One of an optimizer's vectors. */
export type StateArray = Float32Array<ArrayBuffer> | Int8Array<ArrayBuffer> | Uint8Array<ArrayBuffer>

/** A run at one step: the flat trainable vector and the optimizer's vectors. */
export interface Snapshot {
  readonly state: TrainingState
  readonly p: Float32Array<ArrayBuffer>
  readonly optimizer: Readonly<Record<string, StateArray>>
}

export interface SaveOptions {
  readonly layout: LoraLayout
  readonly config: Adapter['config']
  /** Of the base model; none of its weights is tied unless given. */
  readonly architecture?: TiedTables
  /**
   * Where every weight is trained: the base model's folder, whose config.json and tokenizer make the checkpoint a model
   * of its own.
   */
  readonly wholeModel?: { readonly folder: string }
  readonly keep?: KeptCheckpoints
}

/**
 * Writes `<step>/` with the adapter as PEFT reads it (or the whole model), the optimizer and the state, in one move;
 * then names it `last`, and `best` where it is. Checkpoints that neither names any more are removed unless all are
 * kept. Throws UserError for a full or unwritable disk; the earlier checkpoint stays then.
 */
export async function saveCheckpoint(
  checkpointFolder: string,
  options: SaveOptions,
  snapshot: Snapshot,
): Promise<string> {
  let draft: string | null = null
  try {
    draft = await newDraft(checkpointFolder, snapshot.state.step)
    await writeDraft(draft, options, snapshot)
    return await placeCheckpoint(checkpointFolder, draft, { state: snapshot.state, keep: options.keep ?? 'named' })
  } catch (error) {
    if (draft !== null) await disk.rm(draft, { recursive: true, force: true }).catch(() => undefined)
    throw toDiskError(error, checkpointFolder)
  }
}

/** Every file is synced, and the draft with them. */
async function writeDraft(
  draft: string,
  { layout, config, architecture, wholeModel }: SaveOptions,
  { state, p, optimizer }: Snapshot,
): Promise<void> {
  if (wholeModel) await writeModel(draft, wholeModel.folder, layout, p)
  else
    await writeAdapter(draft, {
      config,
      modules: modulesOf(layout, p),
      fullWeights: savedWeightsOf(layout, architecture, p),
    })
  const vectors = Object.entries(optimizer).map(
    ([key, data]) => [key, { dtype: dtypeOf(data), shape: [data.length], data }] as const,
  )
  await writeSafetensors(join(draft, OPTIMIZER), Object.fromEntries(vectors))
  await writeFileAtomic(join(draft, STATE_FILE), stateText(state))
}

const dtypeOf = (data: StateArray): 'float32' | 'int8' | 'uint8' =>
  data instanceof Float32Array ? 'float32' : data instanceof Int8Array ? 'int8' : 'uint8'

/** Whatever a model's folder holds besides weights: small files that say how it is built and how it reads text. */
const DESCRIPTION = /\.(json|model|txt|jinja)$/
const INDEX = /\.index\.json$/

/** A model of text and images is trained, and kept, as its model of text. */
const asTextName = (name: string): string => name.replace(new RegExp(`^${TEXT_MODEL}\\.`), 'model.')

function textConfigIn(bytes: Buffer): Buffer {
  const config = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
  const text = textConfigOf(config)
  return text === config ? bytes : Buffer.from(`${JSON.stringify(text, null, 2)}\n`)
}

async function writeModel(target: string, modelFolder: string, layout: LoraLayout, p: Float32Array): Promise<void> {
  const tensors = [...fullWeightsOf(layout, p)].map(
    ([name, { shape, data }]) => [asTextName(name), { dtype: 'float32', shape, data }] as const,
  )
  await writeSafetensors(join(target, MODEL_FILE), Object.fromEntries(tensors))
  const files = (await readdir(modelFolder)).filter((file) => DESCRIPTION.test(file) && !INDEX.test(file))
  for (const file of files) {
    const bytes = await readFile(join(modelFolder, file))
    await writeFileAtomic(join(target, file), file === 'config.json' ? textConfigIn(bytes) : bytes)
  }
}

/**
 * Reads a checkpoint back. Throws UserError `checkpoint/layout` where it belongs to other LoRA settings or another
 * optimizer, or for damaged files.
 */
export async function readCheckpoint(
  folder: string,
  layout: LoraLayout,
  optimizerState: Readonly<Record<string, StateVector>>,
): Promise<Snapshot> {
  const p = await readTrainedVector(folder, layout)
  const { tensors } = await readSafetensorsHeader(join(folder, OPTIMIZER))
  const vector = async (name: string, { dtype, length }: StateVector): Promise<StateArray> => {
    const place = tensors.get(name)
    const expected = length(layout.parameterCount)
    if (place?.shape[0] !== expected || place.dtype !== dtype)
      throw new UserError('checkpoint/layout', { folder, expected, found: place?.shape[0] ?? 0 })
    const { buffer } = await readTensorBytes(folder, place)
    return dtype === 'float32'
      ? new Float32Array(buffer)
      : dtype === 'int8'
        ? new Int8Array(buffer)
        : new Uint8Array(buffer)
  }
  const vectors = await Promise.all(
    Object.entries(optimizerState).map(async ([name, of]) => [name, await vector(name, of)] as const),
  )
  return { state: await readState(folder), p, optimizer: Object.fromEntries(vectors) }
}

const partOf = (p: Float32Array, { offset, shape }: VectorSlice): Float32Array =>
  p.slice(offset, offset + shape[0] * shape[1])

function modulesOf(layout: LoraLayout, p: Float32Array): Adapter['modules'] {
  return new Map(
    layout.slots.map(({ module, a, b, magnitude }) => [
      module.path,
      {
        rank: layout.rank,
        inputSize: module.inSize,
        outputSize: module.outSize,
        a: partOf(p, a),
        b: partOf(p, b),
        ...(magnitude ? { magnitude: partOf(p, magnitude) } : {}),
      },
    ]),
  )
}

const fullWeightsOf = ({ fullWeights }: LoraLayout, p: Float32Array): Map<string, FullWeight> =>
  new Map(fullWeights.map(({ name, shape, place }) => [name, { shape, data: partOf(p, place) }]))

type TiedTables = Pick<Architecture, 'embedding' | 'outputLayers' | 'tied'>

/**
 * The names under which an adapter holds a trained table once more, each with the name that it is trained by. A tied
 * table has those of the output layer too: PEFT gives each of the two modules a copy of its own. An output layer has
 * every name that versions of transformers give it: `embed_out` of GPT-NeoX is `lm_head` since version 5.
 */
function furtherNamesOf({ fullWeights }: LoraLayout, architecture: TiedTables | undefined): Map<string, string> {
  if (!architecture) return new Map()
  const { embedding, outputLayers, tied } = architecture
  const names = new Set(fullWeights.map(({ name }) => name))
  const trained = outputLayers.find((name) => names.has(name)) ?? (tied && names.has(embedding) ? embedding : null)
  return new Map(trained === null ? [] : outputLayers.filter((name) => !names.has(name)).map((name) => [name, trained]))
}

/** The weights of an adapter that are trained themselves, under all their names. */
function savedWeightsOf(
  layout: LoraLayout,
  architecture: TiedTables | undefined,
  p: Float32Array,
): Map<string, FullWeight> {
  const weights = fullWeightsOf(layout, p)
  for (const [name, trained] of furtherNamesOf(layout, architecture))
    weights.set(name, weights.get(trained) as FullWeight)
  return weights
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

/** PEFT's `modules_to_save`: the last parts of the paths of the modules whose weights are trained themselves. */
export function savedModulesOf(layout: LoraLayout, architecture: TiedTables): string[] {
  const names = [...layout.fullWeights.map(({ name }) => name), ...furtherNamesOf(layout, architecture).keys()]
  return [...new Set(names.map((name) => lastPart(name.replace(/\.(weight|bias)$/, ''))))]
}

/**
 * PEFT's `target_modules`: the last parts of the modules' paths; whole paths where the model has a part for images too,
 * whose modules may have the same names.
 */
export const targetModulesOf = ({ slots }: LoraLayout, { embedding }: Pick<Architecture, 'embedding'>): string[] => [
  ...new Set(slots.map(({ module: { path } }) => (embedding.startsWith(`${TEXT_MODEL}.`) ? path : lastPart(path)))),
]

/** The flat vector of a checkpoint: of its adapter, or of its whole model. Throws as `readAdapterVector`. */
export async function readTrainedVector(folder: string, layout: LoraLayout): Promise<Float32Array<ArrayBuffer>> {
  if (layout.slots.length > 0) return readAdapterVector(folder, layout)
  const { tensors } = await readSafetensorsHeader(join(folder, MODEL_FILE))
  const fullWeights = new Map<string, FullWeight>()
  for (const { name } of layout.fullWeights) {
    const place = tensors.get(asTextName(name))
    if (place) fullWeights.set(name, { shape: place.shape, data: await readTensor(folder, place) })
  }
  return fill(folder, layout, new Map(), fullWeights)
}

/**
 * The flat vector of an adapter's folder. Throws UserError `checkpoint/layout` where a module of the layout is missing
 * or of another size.
 */
export async function readAdapterVector(folder: string, layout: LoraLayout): Promise<Float32Array<ArrayBuffer>> {
  const { modules, fullWeights = new Map() } = await readAdapter(folder)
  return fill(folder, layout, modules, fullWeights)
}

function fill(
  folder: string,
  layout: LoraLayout,
  modules: Adapter['modules'],
  fullWeights: NonNullable<Adapter['fullWeights']>,
): Float32Array<ArrayBuffer> {
  const p = new Float32Array(layout.parameterCount)
  for (const { module, a, b, magnitude } of layout.slots) {
    const found = modules.get(module.path)
    if (
      found?.rank !== layout.rank ||
      found.inputSize !== module.inSize ||
      found.outputSize !== module.outSize ||
      (magnitude && !found.magnitude)
    )
      throw new UserError('checkpoint/layout', {
        folder,
        expected: `${module.path} r ${layout.rank}`,
        found: found ? `r ${found.rank}` : '-',
      })
    p.set(found.a, a.offset)
    p.set(found.b, b.offset)
    if (magnitude && found.magnitude) p.set(found.magnitude, magnitude.offset)
  }
  for (const { name, shape, place } of layout.fullWeights) {
    const found = fullWeights.get(name)
    if (found?.shape.join() !== shape.join())
      throw new UserError('checkpoint/layout', {
        folder,
        expected: `${name} ${shape.join('×')}`,
        found: found?.shape.join('×') ?? '-',
      })
    p.set(found.data, place.offset)
  }
  return p
}

/** What an adapter trains, laid out for its base model. Modules that the model lacks are left out. */
export function layoutOfAdapter(
  { config, modules, fullWeights = new Map() }: Adapter,
  { linears }: Pick<Architecture, 'linears'>,
): LoraLayout {
  const magnitudes = config.decomposed ?? false
  const whole = [...fullWeights].map(([name, { shape }]) => ({ name, shape }))
  return layOutLora(
    linears.filter(({ path }) => modules.has(path)),
    {
      rank: config.rank,
      alpha: config.alpha,
      rankStabilised: config.rankStabilised ?? false,
      magnitudes,
      fullWeights: whole,
    },
  )
}
