// Weights as transformers keeps them: model.safetensors, or model-00001-of-00002.safetensors … with an index.
import { join } from 'node:path'
import {
  byLayout,
  encodeHeader,
  rowsOf,
  tensorBytes,
  toBytes,
  type StoredWeight,
  type WeightSource,
} from '../checkpoints/index.ts'
import { InternalError } from '../contract/index.ts'
import { FileWriter, writeText } from './file-writer.ts'
import { piecesOf, rowRanges } from './merged-weights.ts'
import type { ExportWatch } from './watch.ts'

/** The largest file of weights; one larger weight has a file of its own. */
const MAX_SHARD_BYTES = 5e9
const SINGLE = 'model.safetensors'

export interface ShardOptions {
  /** What the files' headers say of their maker: `pt` for transformers. */
  readonly format: string
  readonly maxShardBytes?: number
}

/**
 * Writes weights into a folder, each in its own type, without ever holding more than a piece of one. Throws what the
 * disk, the weights and the watch throw.
 */
export async function writeShards(
  folder: string,
  weights: readonly WeightSource[],
  { format, maxShardBytes = MAX_SHARD_BYTES, ...watch }: ShardOptions & ExportWatch,
): Promise<void> {
  const shards = shardsOf(weights, maxShardBytes)
  const nameOf = (index: number): string =>
    shards.length === 1 ? SINGLE : `model-${fiveDigits(index + 1)}-of-${fiveDigits(shards.length)}.safetensors`
  for (const [index, shard] of shards.entries())
    await FileWriter.write(join(folder, nameOf(index)), watch, (to) => writeShard(to, shard, format))
  if (shards.length === 1) return
  const weightMap = shards.flatMap((shard, index) => shard.map(({ name }) => [name, nameOf(index)] as const))
  const totalSize = weights.reduce((sum, weight) => sum + tensorBytes(weight), 0)
  const index = { metadata: { total_size: totalSize }, weight_map: Object.fromEntries(weightMap.sort(byName)) }
  await writeText(join(folder, `${SINGLE}.index.json`), `${JSON.stringify(index, null, 2)}\n`, watch)
}

const fiveDigits = (value: number): string => String(value).padStart(5, '0')
const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1)

function shardsOf(weights: readonly WeightSource[], maxBytes: number): WeightSource[][] {
  const shards: WeightSource[][] = [[]]
  let bytes = 0
  for (const weight of weights) {
    const length = tensorBytes(weight)
    if (bytes > 0 && bytes + length > maxBytes) {
      shards.push([])
      bytes = 0
    }
    shards.at(-1)?.push(weight)
    bytes += length
  }
  return shards
}

async function writeShard(to: FileWriter, weights: readonly WeightSource[], format: string): Promise<void> {
  const entries = weights.map((weight) => [weight.name, weight] as const).sort(byLayout)
  await to.add(encodeHeader(entries, { format }))
  for (const [, weight] of entries) for await (const bytes of bytesOfWeight(weight)) await to.add(bytes)
}

/** A weight's bytes in the type that it stores: as they are where they are stored so. */
async function* bytesOfWeight(weight: WeightSource | StoredWeight): AsyncGenerator<Uint8Array> {
  if ('readBytes' in weight) {
    for (const range of rowRanges(weight.shape)) yield await weight.readBytes(...range)
    return
  }
  const { dtype } = weight
  if (dtype !== 'float64' && dtype !== 'float32' && dtype !== 'float16' && dtype !== 'bfloat16')
    throw new InternalError(`${weight.name} [${rowsOf(weight.shape)} rows]: ${dtype} is no type of trained weights`)
  for await (const { numbers } of piecesOf(weight)) yield toBytes(dtype, numbers)
}
