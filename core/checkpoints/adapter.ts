// LoRA adapters as Python's PEFT keeps them: W' = W + scale · B A with A [r, in], B [out, r].
import { join } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { writeFileAtomic } from './atomic.ts'
import { parseAdapterConfig, peftConfig, type AdapterConfig } from './adapter-config.ts'
import { readJsonObject } from './json-file.ts'
import { readTensor } from './read-tensor.ts'
import { readSafetensorsHeader } from './safetensors-header.ts'
import { writeSafetensors, type TensorData } from './safetensors-writer.ts'
import type { TensorPlace } from './tensor-types.ts'

/** Both factors of one adapted linear layer, float32, row-major: `a` is [rank, inputSize], `b` is [outputSize, rank]. */
export interface AdapterModule {
  readonly rank: number
  readonly inputSize: number
  readonly outputSize: number
  readonly a: Float32Array
  readonly b: Float32Array
}

export interface Adapter {
  readonly config: AdapterConfig
  /** By module path in the base model, e.g. `model.layers.0.self_attn.q_proj`. */
  readonly modules: ReadonlyMap<string, AdapterModule>
}

export const ADAPTER_WEIGHTS = 'adapter_model.safetensors'
export const ADAPTER_CONFIG = 'adapter_config.json'

const PREFIX = 'base_model.model.'
const FACTOR = /^base_model\.model\.(.+)\.lora_([AB])\.weight$/

/** Writes adapter_model.safetensors and adapter_config.json into an existing folder, each in one move. Throws UserError for a full or unwritable disk. */
export async function writeAdapter(folder: string, { config, modules }: Adapter): Promise<void> {
  const tensors: Record<string, TensorData> = {}
  for (const [path, { rank, inputSize, outputSize, a, b }] of modules) {
    tensors[`${PREFIX}${path}.lora_A.weight`] = { dtype: 'float32', shape: [rank, inputSize], data: a }
    tensors[`${PREFIX}${path}.lora_B.weight`] = { dtype: 'float32', shape: [outputSize, rank], data: b }
  }
  await writeSafetensors(join(folder, ADAPTER_WEIGHTS), tensors)
  await writeFileAtomic(join(folder, ADAPTER_CONFIG), `${JSON.stringify(peftConfig(config), null, 2)}\n`)
}

/**
 * Reads a PEFT LoRA adapter, widened to float32.
 * Throws UserError 'file/not-found', 'adapter/unsupported', 'adapter/tensor-unknown', 'checkpoint/tensor-missing', 'checkpoint/tensor-shape' or one of readSafetensorsHeader's.
 */
export async function readAdapter(folder: string): Promise<Adapter> {
  const configFile = join(folder, ADAPTER_CONFIG)
  const config = parseAdapterConfig(await readJsonObject(configFile), configFile)
  const factors = await readFactors(folder)
  const modules = new Map<string, AdapterModule>()
  for (const [path, pair] of factors) modules.set(path, await readModule(folder, path, pair))
  return { config, modules }
}

type FactorPlaces = { A?: TensorPlace; B?: TensorPlace }

async function readFactors(folder: string): Promise<Map<string, FactorPlaces>> {
  const file = join(folder, ADAPTER_WEIGHTS)
  const factors = new Map<string, FactorPlaces>()
  for (const [name, place] of (await readSafetensorsHeader(file)).tensors) {
    const [, path, factor] = FACTOR.exec(name) ?? []
    if (!path) throw new UserError('adapter/tensor-unknown', { file, tensor: name })
    factors.set(path, { ...factors.get(path), [factor as 'A' | 'B']: place })
  }
  return factors
}

async function readModule(folder: string, path: string, { A, B }: FactorPlaces): Promise<AdapterModule> {
  const file = join(folder, ADAPTER_WEIGHTS)
  if (!A || !B) throw new UserError('checkpoint/tensor-missing', { file, tensor: `${PREFIX}${path}.lora_${A ? 'B' : 'A'}.weight` })
  const [rank = 0, inputSize = 0] = A.shape
  const [outputSize = 0, rankOfB = 0] = B.shape
  if (A.shape.length !== 2 || B.shape.length !== 2 || rank !== rankOfB) {
    throw new UserError('checkpoint/tensor-shape', { file, tensor: `${PREFIX}${path}.lora_B.weight`, expected: `${outputSize} × ${rank}`, found: B.shape.join(' × ') })
  }
  return { rank, inputSize, outputSize, a: await readTensor(folder, A), b: await readTensor(folder, B) }
}
