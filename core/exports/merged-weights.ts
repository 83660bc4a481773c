import { dirname } from 'node:path'
import {
  adapterScale,
  isSameTensor,
  rowsOf,
  storedWeight,
  type AdapterModule,
  type StoredAdapter,
  type StoredTensor,
  type StoredWeight,
  type WeightSource,
} from '../checkpoints/index.ts'
import { UserError } from '../contract/index.ts'
import type { LinearSpec } from '../models/lora.ts'
import type { BaseModel } from './base-model.ts'
import { loraRows, type LoraRows } from './lora-rows.ts'

/** A weight of the merged model. One that the training did not change can be read as its bytes too. */
export type MergedWeight = WeightSource | StoredWeight

export interface MergedModel {
  /** By the names and in the order of the base model's files, in the types that these store. */
  readonly weights: readonly MergedWeight[]
  /** The output layer was tied to the embedding table, and has been trained into another one. */
  readonly untied: boolean
}

/** Weights are read in pieces of so many numbers. */
const PIECE_NUMBERS = 1 << 20

/**
 * The base model's weights with an adapter merged, as PEFT's merge_and_unload does: W + s B A is summed with more digits
 * than float32 has and rounded once to the type that the base stores. Nothing is read before a weight is.
 * Throws UserError 'checkpoint/layout' where the adapter belongs to another model.
 */
export async function mergedModel(base: BaseModel, adapter: StoredAdapter): Promise<MergedModel> {
  const linears = new Map(base.architecture.linears.map((spec) => [spec.path, spec]))
  for (const path of adapter.modules.keys()) if (!linears.has(path)) throw foreign(adapter, path)
  for (const name of adapter.fullWeights.keys()) if (!isKnown(base, name)) throw foreign(adapter, name)
  const untied = await isNewlyUntied(base, adapter)
  const weights: MergedWeight[] = []
  const nameIn = new Map([...base.storedNames].map(([name, stored]) => [stored, name]))
  for (const [stored, place] of base.tensors) {
    if (stored === base.tiedCopy) continue
    const name = nameIn.get(stored) ?? stored
    const path = name.replace(/\.weight$/, '')
    const weight = storedWeight(base.folder, stored, place)
    const readModule = name.endsWith('.weight') ? adapter.modules.get(path) : undefined
    const whole = adapter.fullWeights.get(name)
    if (whole) weights.push(trained(adapter, weight, whole))
    else if (readModule) weights.push(adapted(adapter, { weight, spec: linears.get(path) as LinearSpec, readModule }))
    else weights.push(weight)
  }
  return { weights: untied ? [...weights, newHead(base, adapter)] : weights, untied }
}

const foreign = ({ file }: StoredAdapter, name: string): UserError =>
  new UserError('checkpoint/layout', { folder: dirname(file), expected: '-', found: name })

const isKnown = ({ storedNames, architecture: { outputLayers, tied } }: BaseModel, name: string): boolean =>
  storedNames.has(name) || (tied && outputLayers.includes(name))

/** A weight that was trained itself, in the type that the base stores. */
function trained({ file }: StoredAdapter, weight: StoredWeight, place: StoredTensor): MergedWeight {
  if (place.shape.join() !== weight.shape.join())
    throw new UserError('checkpoint/tensor-shape', {
      file,
      tensor: weight.name,
      expected: weight.shape.join(' × '),
      found: place.shape.join(' × '),
    })
  const { name, shape, dtype } = weight
  return { name, shape, dtype, read: storedWeight(dirname(file), name, place).read }
}

/** Everything of a base model's weight, and the linear layer that it belongs to. */
interface Adapted {
  readonly weight: StoredWeight
  readonly spec: LinearSpec
  readonly readModule: () => Promise<AdapterModule>
}

function adapted(adapter: StoredAdapter, { weight, spec, readModule }: Adapted): MergedWeight {
  const { name, shape, dtype } = weight
  const { transposed = false, inSize, outSize } = spec
  let opened: Promise<LoraRows> | null = null
  async function open(): Promise<LoraRows> {
    const module = await readModule()
    if (module.inputSize !== inSize || module.outputSize !== outSize) throw foreign(adapter, name)
    const rows = loraRows(module, { transposed, scale: adapterScale(adapter.config) })
    if (rows.needsNorms) for await (const { first, numbers } of piecesOf(weight)) rows.addNorms(numbers, first)
    return rows
  }
  return {
    name,
    shape,
    dtype,
    async read(first, count) {
      const rows = await (opened ??= open())
      const numbers = await weight.read(first, count)
      rows.merge(numbers, first)
      // The matrices of a whole adapter would not be small.
      if (first + count >= rowsOf(shape)) opened = null
      return numbers
    },
  }
}

/** A weight's numbers from its first row to its last, in pieces that a moment suffices for. */
export async function* piecesOf(
  weight: WeightSource,
): AsyncGenerator<{ readonly first: number; readonly numbers: Float32Array<ArrayBuffer> }> {
  for (const [first, count] of rowRanges(weight.shape)) yield { first, numbers: await weight.read(first, count) }
}

/** The pieces as first row and number of rows. */
export function* rowRanges(shape: readonly number[]): Generator<[first: number, count: number]> {
  const rows = rowsOf(shape)
  const numbersOfRow = shape.slice(1).reduce((product, size) => product * size, 1)
  const step = Math.max(1, Math.floor(PIECE_NUMBERS / Math.max(1, numbersOfRow)))
  for (let first = 0; first < rows; first += step) yield [first, Math.min(step, rows - first)]
}

/** The output layers' name for a tied table that the adapter holds as a table of its own; null without one. */
const headIn = ({ architecture: { outputLayers, tied } }: BaseModel, adapter: StoredAdapter): string | null =>
  tied ? (outputLayers.find((name) => adapter.fullWeights.has(name)) ?? null) : null

/** PEFT keeps a tied table twice: as the embedding and as the output layer, the same or not. */
async function isNewlyUntied(base: BaseModel, adapter: StoredAdapter): Promise<boolean> {
  const head = headIn(base, adapter)
  if (head === null || base.storedNames.has(head)) return false
  const [table, own] = [adapter.fullWeights.get(base.architecture.embedding), adapter.fullWeights.get(head)]
  return !table || !own || !(await isSameTensor(dirname(adapter.file), table, own))
}

function newHead(base: BaseModel, adapter: StoredAdapter): MergedWeight {
  const name = headIn(base, adapter) as string
  const table = base.tensors.get(base.storedNames.get(base.architecture.embedding) ?? '') as StoredTensor
  const weight = storedWeight(base.folder, base.tiedCopy ?? name, table)
  return trained(adapter, weight, adapter.fullWeights.get(name) as StoredTensor)
}
