// LoRA adapters as Python's PEFT keeps them: W' = W + scale · B A with A [r, in], B [out, r]; with DoRA also m [out];
// and weights that were trained as a whole.
import { dirname, join } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { writeFileAtomic } from '../files/atomic.ts'
import { isThere } from '../files/is-there.ts'
import { parseAdapterConfig, peftConfig, type AdapterConfig } from './adapter-config.ts'
import { readJsonObject } from '../files/json-file.ts'
import { readTensor } from './read-tensor.ts'
import { readSafetensorsHeader } from './safetensors-header.ts'
import { writeSafetensors, type TensorData } from './safetensors-writer.ts'
import type { StoredTensor } from './tensor-types.ts'
import { readTorchFile } from './torch-file.ts'

/**
 * Both factors of one adapted linear layer, float32, row-major: `a` is [rank, inputSize], `b` is [outputSize, rank].
 */
export interface AdapterModule {
  readonly rank: number
  readonly inputSize: number
  readonly outputSize: number
  readonly a: Float32Array
  readonly b: Float32Array
  /** DoRA's [outputSize]; only in such adapters. */
  readonly magnitude?: Float32Array
}

/** A weight that was trained itself. */
export interface FullWeight {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

export interface Adapter {
  readonly config: AdapterConfig
  /** By module path in the base model, e.g. `model.layers.0.self_attn.q_proj`. */
  readonly modules: ReadonlyMap<string, AdapterModule>
  /** By name in the base model, e.g. `model.embed_tokens.weight`; none unless given. */
  readonly fullWeights?: ReadonlyMap<string, FullWeight>
}

export const ADAPTER_WEIGHTS = 'adapter_model.safetensors'
export const ADAPTER_CONFIG = 'adapter_config.json'

const PREFIX = 'base_model.model.'
const FACTOR = /^base_model\.model\.(.+)\.lora_(?:([AB])\.weight|(magnitude_vector)(?:\.weight)?)$/
const WHOLE = /^base_model\.model\.((?!.*\.lora_).+\.(?:weight|bias))$/

/**
 * Writes adapter_model.safetensors and adapter_config.json into an existing folder, each in one move. Throws UserError
 * for a full or unwritable disk.
 */
export async function writeAdapter(
  folder: string,
  { config, modules, fullWeights = new Map() }: Adapter,
): Promise<void> {
  const tensors: Record<string, TensorData> = {}
  for (const [path, { rank, inputSize, outputSize, a, b, magnitude }] of modules) {
    tensors[`${PREFIX}${path}.lora_A.weight`] = { dtype: 'float32', shape: [rank, inputSize], data: a }
    tensors[`${PREFIX}${path}.lora_B.weight`] = { dtype: 'float32', shape: [outputSize, rank], data: b }
    if (magnitude)
      tensors[`${PREFIX}${path}.lora_magnitude_vector`] = { dtype: 'float32', shape: [outputSize], data: magnitude }
  }
  for (const [name, { shape, data }] of fullWeights) tensors[`${PREFIX}${name}`] = { dtype: 'float32', shape, data }
  await writeSafetensors(join(folder, ADAPTER_WEIGHTS), tensors)
  await writeFileAtomic(join(folder, ADAPTER_CONFIG), `${JSON.stringify(peftConfig(config), null, 2)}\n`)
}

/** A LoRA adapter whose numbers are still on the disk. */
export interface StoredAdapter {
  /** The file of its numbers. */
  readonly file: string
  readonly config: AdapterConfig
  /** By module path in the base model; each reads its numbers. Throws as readAdapter. */
  readonly modules: ReadonlyMap<string, () => Promise<AdapterModule>>
  /** By name in the base model. */
  readonly fullWeights: ReadonlyMap<string, StoredTensor>
}

/** How an adapter's numbers may lie in a folder; the first form that is there is read. */
const forms: readonly {
  readonly name: string
  readonly read: (path: string) => Promise<ReadonlyMap<string, StoredTensor>>
}[] = [
  { name: ADAPTER_WEIGHTS, read: async (path) => (await readSafetensorsHeader(path)).tensors },
  // As PEFT wrote it before 0.7.
  { name: 'adapter_model.bin', read: readTorchFile },
]

/** Where the numbers of a PEFT adapter lie, by the names that PEFT gives them. Throws as readAdapter. */
export async function openAdapterTensors(
  folder: string,
): Promise<{ readonly file: string; readonly tensors: ReadonlyMap<string, StoredTensor> }> {
  const there = await Promise.all(forms.map(({ name }) => isThere(join(folder, name))))
  const { name, read } = forms.find((_, index) => there[index]) ?? forms[0]!
  const file = join(folder, name)
  return { file, tensors: await read(file) }
}

/** Opens a PEFT LoRA adapter. Throws as readAdapter, besides for what is wrong with a module's numbers. */
export async function openAdapter(folder: string): Promise<StoredAdapter> {
  const configFile = join(folder, ADAPTER_CONFIG)
  const config = parseAdapterConfig(await readJsonObject(configFile), configFile)
  const { file, tensors } = await openAdapterTensors(folder)
  const { factors, fullWeights } = placesOf(file, tensors, (config.savedModules ?? []).length > 0)
  const read = (path: string, places: FactorPlaces) => () => readModule({ folder, file, path }, places)
  return { file, config, fullWeights, modules: new Map([...factors].map(([path, at]) => [path, read(path, at)])) }
}

/**
 * Reads a PEFT LoRA adapter, as float32.
 * Throws UserError 'file/not-found', 'adapter/unsupported', 'adapter/tensor-unknown', 'checkpoint/tensor-missing',
 * 'checkpoint/tensor-shape' or one of readSafetensorsHeader's and readTorchFile's.
 */
export const readAdapter = async (folder: string): Promise<Adapter> => loadAdapter(await openAdapter(folder))

/** Every number of an adapter. Throws as readAdapter. */
export async function loadAdapter(stored: StoredAdapter): Promise<Adapter> {
  const folder = dirname(stored.file)
  const modules = new Map<string, AdapterModule>()
  for (const [path, read] of stored.modules) modules.set(path, await read())
  const fullWeights = new Map<string, FullWeight>()
  for (const [name, place] of stored.fullWeights)
    fullWeights.set(name, { shape: place.shape, data: await readTensor(folder, place) })
  return { config: stored.config, modules, ...(fullWeights.size > 0 ? { fullWeights } : {}) }
}

type FactorPlaces = { A?: StoredTensor; B?: StoredTensor; magnitude_vector?: StoredTensor }

function placesOf(
  file: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  hasWholes: boolean,
): { factors: Map<string, FactorPlaces>; fullWeights: Map<string, StoredTensor> } {
  const factors = new Map<string, FactorPlaces>()
  const fullWeights = new Map<string, StoredTensor>()
  for (const [name, place] of tensors) {
    const [, path, factor, vector] = FACTOR.exec(name) ?? []
    const whole = hasWholes ? WHOLE.exec(name)?.[1] : undefined
    if (path) factors.set(path, { ...factors.get(path), [(factor ?? vector) as keyof FactorPlaces]: place })
    else if (whole) fullWeights.set(whole, place)
    else throw new UserError('adapter/tensor-unknown', { file, tensor: name })
  }
  return { factors, fullWeights }
}

async function readModule(
  { folder, file, path }: { readonly folder: string; readonly file: string; readonly path: string },
  { A, B, magnitude_vector: magnitude }: FactorPlaces,
): Promise<AdapterModule> {
  if (!A || !B)
    throw new UserError('checkpoint/tensor-missing', { file, tensor: `${PREFIX}${path}.lora_${A ? 'B' : 'A'}.weight` })
  const [rank = 0, inputSize = 0] = A.shape
  const [outputSize = 0, rankOfB = 0] = B.shape
  if (A.shape.length !== 2 || B.shape.length !== 2 || rank !== rankOfB) {
    throw new UserError('checkpoint/tensor-shape', {
      file,
      tensor: `${PREFIX}${path}.lora_B.weight`,
      expected: `${outputSize} × ${rank}`,
      found: B.shape.join(' × '),
    })
  }
  return {
    rank,
    inputSize,
    outputSize,
    a: await readTensor(folder, A),
    b: await readTensor(folder, B),
    ...(magnitude ? { magnitude: await readTensor(folder, magnitude) } : {}),
  }
}
