// A GGUF LoRA as an adapter of the studio.
import type { FileHandle } from 'node:fs/promises'
import { UserError } from '../contract/errors.ts'
import type { AdapterConfig, AdapterModule, StoredAdapter } from '../checkpoints/index.ts'
import { readAt } from '../checkpoints/read-bytes.ts'
import type { WeightSource } from '../checkpoints/weight-source.ts'
import { openRegularFile } from '../files/regular-file.ts'
import type { Architecture } from '../models/family.ts'
import type { LinearSpec } from '../models/lora.ts'
import type { Change } from './changes.ts'
import { describeModel, familyFor, ruleOf, type Config } from './families/index.ts'
import { textEntry, type OpenedGguf } from './import-metadata.ts'
import { readGgufHeader, type GgufTensor } from './reader.ts'

const FACTOR = /^(.+)\.lora_([ab])$/

/** True where the file says that it is a LoRA: not one that holds a model. */
export const isGgufAdapter = (opened: OpenedGguf): boolean => textEntry(opened, 'general.type') === 'adapter'

const MAX_NAME = 200

/** The model that a LoRA was trained on, by its id on the Hub, else by its name; '' where the file does not say. */
export function baseOfGgufAdapter(opened: OpenedGguf): string {
  const entry = (key: string) => textEntry(opened, `general.base_model.0.${key}`) ?? ''
  const id = /^https:\/\/huggingface\.co\/([\w.-]+\/[\w.-]+)\/?$/.exec(entry('repo_url'))?.[1]
  return (id ?? entry('name')).slice(0, MAX_NAME)
}

/**
 * Opens a GGUF LoRA for the base model that config.json describes. Throws readGgufHeader's UserErrors, 'gguf/metadata'
 * {file, key} where it is no LoRA or one of another architecture, 'gguf/tensor-unknown' {file, tensor} for a module
 * that the base model does not have or whose shape is another, 'gguf/family' and 'gguf/config' of the base model.
 */
export async function openGgufAdapter(file: string, config: Config): Promise<StoredAdapter> {
  const header = await readGgufHeader(file)
  const opened: OpenedGguf = { file, header, small: new Map() }
  const { architecture } = describeModel(config)
  const family = familyFor(describeModel(config))
  const wanted = { 'general.type': 'adapter', 'adapter.type': 'lora', 'general.architecture': family.architecture }
  for (const [key, text] of Object.entries(wanted))
    if (textEntry(opened, key) !== text) throw new UserError('gguf/metadata', { file, key })
  const places = new Map<string, FactorPlaces>()
  const left = new Set(header.tensors.keys())
  for (const linear of architecture.linears) {
    const found = ruleOf(family, `${linear.path}.weight`)
    const [nameA, nameB] = [`${found?.name}.lora_a`, `${found?.name}.lora_b`]
    const [a, b] = [header.tensors.get(nameA), header.tensors.get(nameB)]
    if (!found || !a || !b) continue
    if (!fits(linear, a, b)) throw new UserError('gguf/tensor-unknown', { file, tensor: nameA })
    left.delete(nameA)
    left.delete(nameB)
    places.set(linear.path, { linear, a, b, change: found.rule.change, nameB })
  }
  const unknown = [...left][0] ?? (places.size === 0 ? '' : undefined)
  if (unknown !== undefined)
    throw new UserError('gguf/tensor-unknown', { file, tensor: FACTOR.exec(unknown)?.[1] ?? unknown })
  return {
    file,
    config: adapterConfig(opened, [...places.values()], architecture.linears),
    modules: new Map([...places].map(([path, at]) => [path, () => readModule(file, at, architecture)])),
    fullWeights: new Map(),
  }
}

interface FactorPlaces {
  readonly linear: LinearSpec
  readonly a: GgufTensor
  readonly b: GgufTensor
  readonly nameB: string
  readonly change: Change
}

async function readModule(
  file: string,
  { linear, a, b, nameB, change }: FactorPlaces,
  architecture: Architecture,
): Promise<AdapterModule> {
  const handle = await openRegularFile(file)
  try {
    const source = sourceOf(nameB, b, await numbersOf(handle, file, b))
    const movedB = change.movesRows ? change.undo(source, architecture) : source
    return {
      rank: a.shape[0]!,
      inputSize: linear.inSize,
      outputSize: linear.outSize,
      a: await numbersOf(handle, file, a),
      b: await movedB.read(0, linear.outSize),
    }
  } finally {
    await handle.close()
  }
}

const fits = ({ inSize, outSize }: LinearSpec, a: GgufTensor, b: GgufTensor): boolean =>
  a.shape.join() === [a.shape[0], inSize].join() && b.shape.join() === [outSize, a.shape[0]].join()

function adapterConfig(
  opened: OpenedGguf,
  places: readonly FactorPlaces[],
  linears: readonly LinearSpec[],
): AdapterConfig {
  const { file, header } = opened
  const paths = new Set(places.map(({ linear }) => linear.path))
  const ranks = new Set(places.map(({ a }) => a.shape[0]!))
  const [rank = 1] = ranks
  if (ranks.size > 1)
    throw new UserError('adapter/unsupported', {
      file,
      setting: 'rank_pattern',
      found: [...ranks].join(', ').slice(0, 60),
    })
  const entry = header.metadata.get('adapter.lora.alpha')
  const alpha = entry === undefined || entry.type === 'array' ? 0 : Number(entry.value)
  if (!Number.isFinite(alpha)) throw new UserError('gguf/metadata', { file, key: 'adapter.lora.alpha' })
  return {
    baseModel: baseOfGgufAdapter(opened) || null,
    rank,
    // llama.cpp multiplies by 1 where there is none.
    alpha: alpha > 0 ? alpha : rank,
    dropout: 0,
    targetModules: [...new Set([...paths].map((path) => path.slice(path.lastIndexOf('.') + 1)))],
    fanInFanOut: linears.some(({ path, transposed }) => transposed === true && paths.has(path)),
  }
}

const numbersOf = async (
  handle: FileHandle,
  file: string,
  { type, offset, length }: GgufTensor,
): Promise<Float32Array<ArrayBuffer>> => type.dequantize(await readAt(handle, file, offset, length))

const sourceOf = (name: string, { shape }: GgufTensor, numbers: Float32Array<ArrayBuffer>): WeightSource => ({
  name,
  shape,
  dtype: 'float32',
  read: (first, count) => Promise.resolve(numbers.slice(first * shape[1]!, (first + count) * shape[1]!)),
})
