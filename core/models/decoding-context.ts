import type { Builder } from '../graph/builder.ts'
import type { Shape, Value } from '../graph/ir.ts'
import {
  add,
  cachePositions,
  cacheSize,
  cachedConvolution,
  cast,
  concat,
  gather,
  groupQueryAttention,
  mul,
  reshape,
  rotary as rotate,
  slice,
} from '../graph/ops/index.ts'
import type { Architecture, ModelSource } from './architecture.ts'
import type { ModelContext, TrainableValues } from './context.ts'
import { weightsAndLinears, type ComputeType } from './linear.ts'
import { longTextLimit } from './rotary.ts'
import { rotaryInputs } from './training-context.ts'

export interface CachePlace {
  readonly name: string
  readonly shape: Shape
  /** The last rows before a convolution, instead of keys or values. */
  readonly isRows: boolean
}

/**
 * What decoding keeps of the tokens before, in B sequences of S places: keys and values k0, v0 … [B,K,S,D] of padded
 * heads, and the last rows before a short convolution c0 … [B,k-1,width].
 */
export function cachesOf({ layerCount, kvHeads, headSize, width, convolutions }: Architecture): CachePlace[] {
  return Array.from({ length: layerCount }, (_, layer) => layer).flatMap((layer): CachePlace[] => {
    const kernel = convolutions?.[layer] ?? null
    if (kernel !== null) return [{ name: `c${layer}`, shape: ['B', kernel - 1, width], isRows: true }]
    return ['k', 'v'].map((name) => ({
      name: `${name}${layer}`,
      shape: ['B', kvHeads, 'S', paddedSize(headSize)],
      isRows: false,
    }))
  })
}

/** GroupQueryAttention takes heads of such a multiple only: zeros follow where there are fewer numbers. */
const HEAD_MULTIPLE = 8

const paddedSize = (headSize: number): number => Math.ceil(headSize / HEAD_MULTIPLE) * HEAD_MULTIPLE

/** What a call of decoding is given, besides the adapter. */
export interface DecodingInputs {
  readonly ids: Value
  readonly last: Value
  readonly lengths: Value
  /** Cosines and sines of every rotary table. */
  readonly tables: readonly (readonly [Value, Value])[]
  /** [B,1] int64: 1 for texts that turn as long ones; null where length makes no difference. */
  readonly isLong: Value | null
  /** By the names of `cachesOf`. */
  readonly caches: ReadonlyMap<string, Value>
  readonly total: Value
}

interface DecodingType {
  readonly compute: ComputeType
  /** For single tokens only, without the input `total`. */
  readonly forCapture: boolean
}

/** The inputs of `decodingProgram`, made in the program's order. */
export function decodingInputs(
  b: Builder,
  architecture: Architecture,
  { compute, forCapture }: DecodingType,
): DecodingInputs {
  const ids = b.input('ids', 'int32', ['B', 'T'])
  const last = b.input('last', 'int32', ['B'])
  const lengths = b.input('lengths', 'int32', ['B'])
  const tables = rotaryInputs(b, architecture).map(
    (pair) => pair.map((table) => cast(table, compute)) as [Value, Value],
  )
  const isLong = longTextLimit(architecture) === null ? null : b.input('is_long', 'int64', ['B', 1])
  const caches = new Map(cachesOf(architecture).map(({ name, shape }) => [name, b.input(name, compute, shape)]))
  // GroupQueryAttention takes it as an upper bound.
  const total = forCapture ? cacheSize(caches.get('k0') as Value) : b.input('total', 'int32', [1])
  return { ids, last, lengths, tables, isLong, caches, total }
}

export interface DecodingContextOptions extends DecodingType {
  readonly model: ModelSource
  readonly b: Builder
  readonly inputs: DecodingInputs
  readonly trainable: TrainableValues | null
}

/** New tokens on top of a cache; the caches after the call become outputs. */
export function decodingContext(options: DecodingContextOptions): ModelContext {
  const { model, b, inputs, trainable, compute, forCapture } = options
  const { ids, last, lengths, total } = inputs
  const positions = () => (forCapture ? reshape(cast(lengths, 'int64'), ['B', 1]) : cachePositions(ids, lengths, total))
  const { rows: rowsOf, ...basics } = weightsAndLinears(b, model.weights, trainable, compute)
  const parts: CachedParts = {
    architecture: model.architecture,
    inputs,
    positions,
    keep: (name, value) => b.output(`${name}_out`, value),
  }
  return {
    ...basics,
    embed: (table, count, width) => rowsOf(table, [count, width], ids),
    embedPositions: (table, count, width) => rowsOf(table, [count, width], positions()),
    layer: (x, f) => f(x),
    feedForward: (x, f) => f(x),
    dropout: (x) => x,
    select: (x) => gather(x, last),
    attention: cachedAttention(parts),
    convolution: convolutionWithCache(parts),
  }
}

interface CachedParts {
  readonly architecture: Architecture
  readonly inputs: DecodingInputs
  /** Where the new tokens lie. */
  readonly positions: () => Value
  /** Gives a cache out as it is after the call. */
  readonly keep: (name: string, value: Value) => void
}

const cachedAttention = ({
  architecture: { heads, kvHeads, headSize, rotaries },
  inputs: { tables, isLong, caches, lengths, total },
  positions,
  keep,
}: CachedParts): ModelContext['attention'] =>
  function attention(layer, q, k, v, { rotary = 0, scale = headSize ** -0.5, softcap = 0, window }) {
    const [pastK, pastV] = [caches.get(`k${layer}`) as Value, caches.get(`v${layer}`) as Value]
    const table = rotary === null ? null : (tables[rotary] as readonly [Value, Value])
    const size = rotary === null ? 0 : (rotaries[rotary]?.size ?? 0)
    // GroupQueryAttention turns whole heads itself, of such sizes, by their positions.
    const turnsInside = size === headSize && headSize % 16 === 0 && isLong === null
    const turns = () => (isLong === null ? positions() : add(mul(positions(), 2), isLong))
    const padded = paddedSize(headSize)
    const wide = (x: Value, count: number) => reshape(x, ['B', 'T', count * headSize])
    const filled = (x: Value, count: number) =>
      padded === headSize
        ? x
        : reshape(zeroFilled(reshape(x, ['B', 'T', count, headSize]), padded), ['B', 'T', count * padded])
    const turned = (x: Value, count: number) =>
      table && !turnsInside ? rotate(wide(x, count), turns(), ...table, { heads: count, size }) : wide(x, count)
    const inputs = [
      filled(turned(q, heads), heads),
      filled(turned(k, kvHeads), kvHeads),
      filled(wide(v, kvHeads), kvHeads),
      pastK,
      pastV,
      lengths,
      total,
      ...(turnsInside && table ? table : []),
    ]
    const [out, newK, newV] = groupQueryAttention(inputs, { heads, kvHeads, scale, softcap, window: window ?? -1 })
    keep(`k${layer}`, newK)
    keep(`v${layer}`, newV)
    const attended =
      padded === headSize ? out : slice(reshape(out, ['B', 'T', heads, padded]), { axis: 3, start: 0, end: headSize })
    return reshape(attended, ['N', heads * headSize])
  }

/** x [B,T,H,D] with zeros after each head's numbers: [B,T,H,size]. Pad takes bf16 on no provider. */
function zeroFilled(x: Value, size: number): Value {
  const headSize = x.shape[3] as number
  const missing = size - headSize
  const whole = new Array<number>(Math.floor(missing / headSize)).fill(headSize)
  const counts = missing % headSize === 0 ? whole : [...whole, missing % headSize]
  return concat([x, ...counts.map((end) => mul(slice(x, { axis: 3, start: 0, end }), 0))], 3)
}

const convolutionWithCache = ({
  architecture: { width },
  inputs: { caches, lengths, total },
  keep,
}: CachedParts): ModelContext['convolution'] =>
  function convolution(layer, x, w) {
    const [y, state] = cachedConvolution(
      reshape(x, ['B', 'T', width]),
      caches.get(`c${layer}`) as Value,
      w,
      lengths,
      total,
    )
    keep(`c${layer}`, state)
    return reshape(y, ['N', width])
  }
