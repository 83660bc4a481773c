// What a model is, by its config.json and the beginnings of its weight files: before its weights are fetched.
import { join } from 'node:path'
import {
  elementCount,
  parseSafetensorsHeader,
  readJsonObject,
  type Checkpoint,
  type StoredTensor,
} from '../checkpoints/index.ts'
import { MAX_CONFIG_BYTES, MAX_DIRECTORY_BYTES } from '../checkpoints/limits.ts'
import { toAppError, UserError, type AppError } from '../contract/errors.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { checkMatrices, namedAs } from '../models/checkpoint-names.ts'
import { architectureOf, textConfigOf, type Architecture } from '../models/family.ts'
import { refuseQuantizedTensors } from '../models/quantized.ts'
import { sketchWeights } from '../models/weight-sketch.ts'
import { hasTemplate } from '../tokenizers/index.ts'
import { commonType, nameOf } from './describe.ts'
import type { Inspection, ReaderParams } from './protocol.ts'

/** Says what a model is; what keeps the studio from opening it is told as its `problem`. Throws UserError as readJsonObject. */
export async function inspectModel({ folder, headers }: ReaderParams['inspect']): Promise<Inspection> {
  const config = await readJsonObject(join(folder, 'config.json'), {
    missing: 'checkpoint/config-missing',
    maxBytes: MAX_CONFIG_BYTES,
  })
  const architecture = tried(() => architectureOf(config))
  const tensors = await triedLater(() => readHeaders(folder, headers))
  const weights =
    architecture.value && tensors.value ? tried(() => checkWeights(architecture.value!, tensors.value!)) : null
  const problem = architecture.problem ?? tensors.problem ?? weights?.problem ?? null
  return {
    architecture: nameOf(config['architectures']),
    family: textOf(config['model_type']),
    parameterCount: architecture.value ? parameterCountOf(architecture.value) : null,
    contextLengthTokens: architecture.value?.contextLength ?? null,
    vocabularySize: architecture.value?.vocabularySize ?? null,
    dtype: commonType([...(tensors.value ?? new Map<string, StoredTensor>()).values()]) || typeOf(config),
    quantization: problem?.code === 'model/quantized' ? textOf(problem.facts['method']) : null,
    hasChatTemplate: await hasTemplate(folder).catch(() => false),
    madeFrom: textOf(config['_name_or_path']),
    problem,
  }
}

/** A checkpoint of the weights that config.json tells of, all of one type; none of them can be read. */
export async function sketchCheckpoint(folder: string, dtype: 'float32' | 'float16' | 'bfloat16'): Promise<Checkpoint> {
  const config = await readJsonObject(join(folder, 'config.json'), {
    missing: 'checkpoint/config-missing',
    maxBytes: MAX_CONFIG_BYTES,
  })
  const tensors = new Map(
    [...sketchWeights(architectureOf(config))].map(([name, shape]): [string, StoredTensor] => [
      name,
      { dtype, shape, file: '', offset: 0, length: 0 },
    ]),
  )
  return { folder, config, tensors }
}

type Tried<T> = { readonly value: T; readonly problem: null } | { readonly value: null; readonly problem: AppError }

function tried<T>(look: () => T): Tried<T> {
  try {
    return { value: look(), problem: null }
  } catch (error) {
    if (error instanceof UserError) return { value: null, problem: toAppError(error) }
    throw error
  }
}
const triedLater = async <T>(look: () => Promise<T>): Promise<Tried<T>> => {
  try {
    return { value: await look(), problem: null }
  } catch (error) {
    return tried((): T => {
      throw error
    })
  }
}

/** The tensors of these files; of some shards of many those of the ones that are there. */
async function readHeaders(folder: string, headers: ReaderParams['inspect']['headers']) {
  const all = new Map<string, StoredTensor>()
  for (const { file, fileBytes } of headers) {
    const start = await readRegularFile(join(folder, `${file}.header`), { maxBytes: MAX_DIRECTORY_BYTES + 8 })
    for (const [name, tensor] of parseSafetensorsHeader(start, file, fileBytes).tensors) all.set(name, tensor)
  }
  refuseQuantizedTensors(all)
  return all
}

/** Throws UserError where a tensor has another shape than config.json says; only some of them may be there. */
function checkWeights(architecture: Architecture, tensors: ReadonlyMap<string, StoredTensor>): void {
  const there = namedAs(tensors, architecture)
  const sketch = new Map([...sketchWeights(architecture)].map(([name, shape]) => [name, { ...NOWHERE, shape }]))
  for (const [name, { shape }] of there) if (sketch.has(name)) sketch.set(name, { ...NOWHERE, shape })
  checkMatrices({ architecture, weights: sketch })
}

const NOWHERE = { dtype: 'float32', file: '', offset: 0, length: 0 } as const

const parameterCountOf = (architecture: Architecture): number =>
  [...sketchWeights(architecture).values()].reduce((sum, shape) => sum + elementCount(shape), 0)

const MAX_TEXT_LENGTH = 200
const textOf = (value: unknown): string => (typeof value === 'string' ? value.slice(0, MAX_TEXT_LENGTH) : '')

/** The type that config.json names; transformers writes float32 by leaving it out. */
function typeOf(config: Readonly<Record<string, unknown>>): string {
  const text = tried(() => textConfigOf(config)).value ?? config
  return textOf(text['dtype'] ?? text['torch_dtype'] ?? config['dtype'] ?? config['torch_dtype'])
}
