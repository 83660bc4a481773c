import { opendir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { readJsonObject } from '../files/json-file.ts'
import { MAX_CONFIG_BYTES, MAX_INDEX_BYTES, MAX_SHARDS, MAX_TENSORS } from './limits.ts'
import { readTensor } from './read-tensor.ts'
import { readSafetensorsHeader } from './safetensors-header.ts'
import type { StoredTensor } from './tensor-types.ts'
import { readTorchFile } from './torch-file.ts'

/** A model folder as Hugging Face lays it out, read in place: nothing is copied and no file stays open. */
export interface Checkpoint {
  readonly folder: string
  /** config.json as it stands; the model family checks it. */
  readonly config: Readonly<Record<string, unknown>>
  /** Without the masks and rotary tables that old files hold beside the weights: they follow from config.json. */
  readonly tensors: ReadonlyMap<string, StoredTensor>
}

type Tensors = ReadonlyMap<string, StoredTensor>

/**
 * How weights may lie in a folder: in one file, or in the shards that an index names. The first form that is there is
 * read.
 */
const forms: readonly { readonly single: string; readonly read: (path: string) => Promise<Tensors> }[] = [
  { single: 'model.safetensors', read: async (path) => (await readSafetensorsHeader(path)).tensors },
  { single: 'pytorch_model.bin', read: readTorchFile },
]

const NO_WEIGHT = /\.(attn|attention)\.(bias|masked_bias)$|\.rotary_emb\.inv_freq$/

/**
 * Opens a model folder: config.json and where the tensors of model.safetensors, else pytorch_model.bin, or of its
 * shards lie. Throws UserError 'checkpoint/config-missing', 'checkpoint/weights-missing', 'checkpoint/shard-missing', 'checkpoint/too-many' or one
 * of readSafetensorsHeader's and readTorchFile's, and what `check` throws, before the weights are looked at.
 */
export async function openCheckpoint(
  folder: string,
  check: (config: Checkpoint['config']) => unknown = () => {},
): Promise<Checkpoint> {
  const config = await readJsonObject(join(folder, 'config.json'), {
    missing: 'checkpoint/config-missing',
    maxBytes: MAX_CONFIG_BYTES,
  })
  check(config)
  return { folder, config, tensors: await openWeights(folder) }
}

async function openWeights(folder: string): Promise<Tensors> {
  for (const { single, read } of forms) {
    const index = `${single}.index.json`
    const all = (await exists(join(folder, single)))
      ? read(join(folder, single))
      : (await exists(join(folder, index)))
        ? openShards(folder, index, read)
        : null
    if (all) return new Map([...(await all)].filter(([name]) => !NO_WEIGHT.test(name)))
  }
  throw await noWeights(folder)
}

const SHARD = /^(.+)-\d+-of-\d+\.(safetensors|bin)$/
/** Files beyond so many are not looked at. */
const MAX_FILES = 1_000

/** What is missing of a folder's weights, by what else lies there. */
async function noWeights(folder: string): Promise<UserError> {
  const names: string[] = []
  for await (const { name } of await opendir(folder)) if (names.push(name) >= MAX_FILES) break
  const shard = names.map((name) => SHARD.exec(name)).find((found) => found !== null)
  if (shard) return new UserError('checkpoint/shard-missing', { file: `${shard[1]}.${shard[2]}.index.json`, folder })
  if (names.some((name) => name.endsWith('.gguf'))) return new UserError('model/quantized', { method: 'GGUF' })
  return new UserError('checkpoint/weights-missing', { folder })
}

async function openShards(folder: string, index: string, read: (path: string) => Promise<Tensors>): Promise<Tensors> {
  const indexFile = join(folder, index)
  const shardOf = weightMap(await readJsonObject(indexFile, { maxBytes: MAX_INDEX_BYTES }), indexFile)
  const names = [...new Set(shardOf.values())]
  if (names.length > MAX_SHARDS)
    throw new UserError('checkpoint/too-many', { file: indexFile, found: names.length, max: MAX_SHARDS })
  const shards = new Map<string, Tensors>()
  // One after the other: a header is read in a millisecond, and open files are few.
  for (const name of names) {
    if (!(await exists(join(folder, name)))) throw new UserError('checkpoint/shard-missing', { file: name, folder })
    shards.set(name, await read(join(folder, name)))
  }
  const tensors = new Map<string, StoredTensor>()
  for (const [tensor, shard] of shardOf) {
    const place = shards.get(shard)?.get(tensor)
    if (!place) throw new UserError('checkpoint/tensor-missing', { file: join(folder, shard), tensor })
    tensors.set(tensor, place)
  }
  return tensors
}

function weightMap(index: Record<string, unknown>, file: string): Map<string, string> {
  const map = index['weight_map']
  const entries = Object.entries(typeof map === 'object' && map !== null ? map : {})
  // A shard lies beside its index: a name that leads elsewhere must not open other files of this computer.
  const valid = entries.every(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && entry[1] !== '' && basename(entry[1]) === entry[1],
  )
  if (entries.length === 0 || !valid) throw new UserError('checkpoint/json-invalid', { file })
  if (entries.length > MAX_TENSORS)
    throw new UserError('checkpoint/too-many', { file, found: entries.length, max: MAX_TENSORS })
  return new Map(entries as [string, string][])
}

/** Anything of that name: what is no file is told when it is opened. */
const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    ({ code }: NodeJS.ErrnoException) => code !== 'ENOENT' && code !== 'ENOTDIR',
  )

/**
 * Returns where the tensor lies. With `shape`, also checks it.
 * Throws UserError 'checkpoint/tensor-missing' or 'checkpoint/tensor-shape' with what was expected and found.
 */
export function requireTensor({ folder, tensors }: Checkpoint, name: string, shape?: readonly number[]): StoredTensor {
  const place = tensors.get(name)
  if (!place) throw new UserError('checkpoint/tensor-missing', { file: folder, tensor: name })
  if (shape && shape.join() !== place.shape.join()) {
    throw new UserError('checkpoint/tensor-shape', {
      file: join(folder, place.file),
      tensor: name,
      expected: shape.join(' × '),
      found: place.shape.join(' × '),
    })
  }
  return place
}

/** Returns a weight as float32, row-major. Throws like requireTensor and readTensor. */
export const readWeight = (checkpoint: Checkpoint, name: string): Promise<Float32Array<ArrayBuffer>> =>
  readTensor(checkpoint.folder, requireTensor(checkpoint, name))
