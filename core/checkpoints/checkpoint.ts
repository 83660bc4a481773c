import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { readJsonObject } from './json-file.ts'
import { readTensor } from './read-tensor.ts'
import { readSafetensorsHeader } from './safetensors-header.ts'
import type { TensorPlace } from './tensor-types.ts'

/** A model folder as Hugging Face lays it out, read in place: nothing is copied and no file stays open. */
export interface Checkpoint {
  readonly folder: string
  /** config.json as it stands; the model family checks it. */
  readonly config: Readonly<Record<string, unknown>>
  readonly tensors: ReadonlyMap<string, TensorPlace>
}

const SINGLE = 'model.safetensors'
const INDEX = 'model.safetensors.index.json'

/**
 * Opens a model folder: config.json and the headers of model.safetensors or of the shards in model.safetensors.index.json.
 * Throws UserError 'checkpoint/config-missing', 'checkpoint/weights-missing', 'checkpoint/weights-format' or one of readSafetensorsHeader's.
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const config = await readJsonObject(join(folder, 'config.json'), 'checkpoint/config-missing')
  return { folder, config, tensors: await openWeights(folder) }
}

async function openWeights(folder: string): Promise<ReadonlyMap<string, TensorPlace>> {
  if (await exists(join(folder, SINGLE))) return (await readSafetensorsHeader(join(folder, SINGLE))).tensors
  if (await exists(join(folder, INDEX))) return openShards(folder)
  const torch = await Promise.all(['pytorch_model.bin', 'pytorch_model.bin.index.json'].map((name) => exists(join(folder, name))))
  if (torch.includes(true)) throw new UserError('checkpoint/weights-format', { folder, found: 'pytorch_model.bin' })
  throw new UserError('checkpoint/weights-missing', { folder })
}

async function openShards(folder: string): Promise<ReadonlyMap<string, TensorPlace>> {
  const indexFile = join(folder, INDEX)
  const shardOf = weightMap(await readJsonObject(indexFile), indexFile)
  const names = [...new Set(shardOf.values())]
  const shards = new Map(await Promise.all(names.map(async (name) => [name, (await readSafetensorsHeader(join(folder, name))).tensors] as const)))
  const tensors = new Map<string, TensorPlace>()
  for (const [tensor, shard] of shardOf) {
    const place = shards.get(shard)?.get(tensor)
    if (!place) throw new UserError('checkpoint/tensor-missing', { file: join(folder, shard), tensor })
    tensors.set(tensor, place)
  }
  return tensors
}

function weightMap(index: Record<string, unknown>, file: string): Map<string, string> {
  const entries = Object.entries((index['weight_map'] ?? {}) as Record<string, unknown>)
  // A shard lies beside its index: a name that leads elsewhere must not open other files of this computer.
  const valid = entries.every((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '' && basename(entry[1]) === entry[1])
  if (entries.length === 0 || !valid) throw new UserError('checkpoint/json-invalid', { file })
  return new Map(entries as [string, string][])
}

const exists = (file: string): Promise<boolean> => stat(file).then((found) => found.isFile(), () => false)

/**
 * Returns where the tensor lies. With `shape`, also checks it.
 * Throws UserError 'checkpoint/tensor-missing' or 'checkpoint/tensor-shape' with what was expected and found.
 */
export function requireTensor({ folder, tensors }: Checkpoint, name: string, shape?: readonly number[]): TensorPlace {
  const place = tensors.get(name)
  if (!place) throw new UserError('checkpoint/tensor-missing', { file: folder, tensor: name })
  if (shape && shape.join() !== place.shape.join()) {
    throw new UserError('checkpoint/tensor-shape', { file: join(folder, place.file), tensor: name, expected: shape.join(' × '), found: place.shape.join(' × ') })
  }
  return place
}

/** Returns a weight widened to float32, row-major. Throws like requireTensor and readTensor. */
export const readWeight = (checkpoint: Checkpoint, name: string): Promise<Float32Array<ArrayBuffer>> =>
  readTensor(checkpoint.folder, requireTensor(checkpoint, name))
