// A GGUF file as a model folder that the studio opens like any other.
import { randomBytes } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { readAt } from '../checkpoints/read-bytes.ts'
import { byLayout, encodeHeader } from '../checkpoints/safetensors-writer.ts'
import { elementCount, tensorTypes, type TensorType } from '../checkpoints/tensor-types.ts'
import type { WeightSource } from '../checkpoints/weight-source.ts'
import { syncFolder, writeAtomic, writeFileAtomic } from '../files/atomic.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { disk } from '../files/disk.ts'
import { openRegularFile } from '../files/regular-file.ts'
import { architectureOf, type Architecture } from '../models/family.ts'
import { familyOfArchitecture, ruleOfTensor, type Config, type GgufFamily } from './families/index.ts'
import { idEntry, metadataReader, textEntry, type OpenedGguf } from './import-metadata.ts'
import { readGgufHeader, type GgufTensor } from './reader.ts'
import { bytesOf, ggufTypes } from './types/index.ts'
import { tokenizerFiles, type NamedFile } from './vocabulary/import.ts'
import { SYNC_BYTES } from './writer.ts'

/** A GGUF file whose architecture and tokenizer are known. */
export interface GgufModel {
  readonly file: string
  /** general.name; empty where it says none. */
  readonly name: string
  /** llama.cpp's name of its architecture. */
  readonly architecture: string
  /** The type of most of its numbers: F16, Q4_K. */
  readonly type: string
  readonly parameterCount: number
  /** config.json of the folder that it becomes. */
  readonly config: Config
  /** Bytes of the folder's weights. */
  readonly weightBytes: number
  readonly opened: OpenedGguf
  readonly family: GgufFamily
}

export interface ConvertOptions {
  readonly signal?: AbortSignal | undefined
  /** Told of so many bytes of weights more. */
  readonly onBytes?: ((bytes: number) => void) | undefined
}

/** Tables of divisors are no weights, and small. */
const SMALL_TENSOR = /^rope_(freqs|factors_(long|short))\.weight$/
const MAX_SMALL = 65_536

/**
 * Reads a GGUF file's header and says what it would become. Throws readGgufHeader's UserErrors, 'gguf/architecture'
 * {found, supported}, 'gguf/metadata' {file, key}, 'gguf/tensor-unknown' {file, tensor}, 'gguf/tokenizer' {found}, and
 * what architectureOf finds wrong with the config.
 */
export async function readGgufModel(file: string): Promise<GgufModel> {
  const header = await readGgufHeader(file)
  const opened: OpenedGguf = { file, header, small: await smallTensors(file, header.tensors) }
  const type = textEntry(opened, 'general.type') ?? 'model'
  const architecture = textEntry(opened, 'general.architecture') ?? ''
  if (type !== 'model') throw new UserError('gguf/metadata', { file, key: 'general.type' })
  if ((idEntry(opened, 'split.count') ?? 1) > 1) throw new UserError('gguf/metadata', { file, key: 'split.count' })
  const family = familyOfArchitecture(architecture)
  const ids = Object.entries({ bos: 'bos', eos: 'eos', pad: 'padding' }).flatMap(([ours, theirs]) => {
    const id = idEntry(opened, `tokenizer.ggml.${theirs}_token_id`)
    return id === undefined ? [] : [[`${ours}_token_id`, id] as const]
  })
  const config = { ...family.config(metadataReader(opened, architecture)), ...Object.fromEntries(ids) }
  const planned = planWeights(opened, family, architectureOf(config))
  // A tokenizer that cannot be rebuilt is told before anything is written.
  tokenizerFiles(opened)
  return {
    file,
    name: textEntry(opened, 'general.name') ?? '',
    architecture,
    type: commonType(header.tensors),
    parameterCount: planned.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    config,
    weightBytes: planned.reduce((sum, weight) => sum + sizeOf(weight), 0),
    opened,
    family,
  }
}

/**
 * Writes the model folder of a GGUF file, in one move: config.json, model.safetensors with the file's exact values
 * (float16 and bfloat16 as they are, what is quantized as float32), and the tokenizer's files. The folder must not be
 * there yet. A cancelled or failed conversion leaves nothing. Throws as readGgufModel, 'gguf/not-finite', of the disk,
 * and the signal's reason.
 */
export async function convertGguf(file: string, folder: string, options: ConvertOptions = {}): Promise<void> {
  const model = await readGgufModel(file)
  const draft = join(dirname(folder), `.${basename(folder)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await disk.mkdir(draft)
    await writeWeights(model, join(draft, 'model.safetensors'), options)
    for (const { name, content } of [configFile(model.config), ...tokenizerFiles(model.opened)])
      await writeFileAtomic(join(draft, name), content)
    options.signal?.throwIfAborted()
    await disk.rename(draft, folder)
    await syncFolder(dirname(folder))
  } catch (error) {
    await disk.rm(draft, { recursive: true, force: true }).catch(() => undefined)
    throw toDiskError(error, dirname(folder))
  }
}

const configFile = (config: Config): NamedFile => ({
  name: 'config.json',
  content: `${JSON.stringify(config, null, 2)}\n`,
})

async function smallTensors(
  file: string,
  tensors: ReadonlyMap<string, GgufTensor>,
): Promise<Map<string, readonly number[]>> {
  const wanted = [...tensors].filter(([name, { shape }]) => SMALL_TENSOR.test(name) && elementCount(shape) <= MAX_SMALL)
  const small = new Map<string, readonly number[]>()
  if (wanted.length === 0) return small
  const handle = await openRegularFile(file)
  try {
    for (const [name, { type, offset, length }] of wanted)
      small.set(name, Array.from(type.dequantize(await readAt(handle, file, offset, length))))
  } finally {
    await handle.close()
  }
  return small
}

/** A weight of the studio, made of a tensor when the file is open. */
interface PlannedWeight {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: TensorType
  readonly from: (source: WeightSource) => WeightSource
  readonly tensor: GgufTensor
}

const sizeOf = ({ shape, dtype }: PlannedWeight): number => elementCount(shape) * tensorTypes[dtype].bytes

const DTYPES: Partial<Record<string, TensorType>> = { F16: 'float16', BF16: 'bfloat16' }

function planWeights({ file, header }: OpenedGguf, family: GgufFamily, architecture: Architecture): PlannedWeight[] {
  const planned: PlannedWeight[] = []
  for (const [name, tensor] of header.tensors) {
    if (SMALL_TENSOR.test(name)) continue
    const found = ruleOfTensor(family, name)
    if (!found || (tensor.shape.length < 2 && tensor.type.blockSize > 1))
      throw new UserError('gguf/tensor-unknown', { file, tensor: name })
    const from = (source: WeightSource): WeightSource => found.rule.change.undo(source, architecture)
    const { shape } = from({ name, shape: tensor.shape, dtype: 'float32', read: () => Promise.reject(new Error(name)) })
    planned.push({ name: found.name, shape, dtype: DTYPES[tensor.type.name] ?? 'float32', from, tensor })
  }
  return planned
}

function commonType(tensors: ReadonlyMap<string, GgufTensor>): string {
  const counts = new Map<string, number>()
  for (const { type, shape } of tensors.values())
    counts.set(type.name, (counts.get(type.name) ?? 0) + elementCount(shape))
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}

/** Numbers that are read, changed and written at a time. */
const PIECE = 2 ** 20

async function writeWeights(
  { file, opened, family, config }: GgufModel,
  path: string,
  { signal, onBytes }: ConvertOptions,
): Promise<void> {
  const planned = planWeights(opened, family, architectureOf(config))
  const entries = planned.map((weight) => [weight.name, weight] as const).sort(byLayout)
  const handle = await openRegularFile(file)
  try {
    await writeAtomic(path, async (out) => {
      await out.writeFile(encodeHeader(entries, { format: 'pt' }))
      let [written, synced] = [0, 0]
      for (const [, weight] of entries)
        for await (const bytes of bytesOfWeight(weight, handle, file)) {
          signal?.throwIfAborted()
          await out.writeFile(bytes)
          written += bytes.length
          if (written - synced >= SYNC_BYTES) {
            await out.datasync()
            synced = written
          }
          onBytes?.(bytes.length)
        }
    })
  } finally {
    await handle.close()
  }
}

async function* bytesOfWeight(weight: PlannedWeight, handle: FileHandle, file: string): AsyncGenerator<Uint8Array> {
  const source = weight.from(tensorSource(weight.tensor, handle, file))
  const [rows = 0, ...inner] = weight.shape
  const step = Math.max(1, Math.floor(PIECE / elementCount(inner)))
  const write = ggufTypes[weight.dtype === 'float16' ? 'F16' : weight.dtype === 'bfloat16' ? 'BF16' : 'F32'].quantize!
  for (let first = 0; first < rows; first += step) yield write(await source.read(first, Math.min(step, rows - first)))
}

function tensorSource({ type, shape, offset }: GgufTensor, handle: FileHandle, file: string): WeightSource {
  const rowBytes = bytesOf(type, elementCount(shape.slice(1)))
  return {
    name: '',
    shape,
    dtype: 'float32',
    read: async (first, count) =>
      type.dequantize(await readAt(handle, file, offset + first * rowBytes, count * rowBytes)),
  }
}
