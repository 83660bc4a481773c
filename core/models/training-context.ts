import type { Builder } from '../graph/builder.ts'
import type { Value } from '../graph/ir.ts'
import {
  add,
  and,
  attention as attentionKernel,
  cast,
  dropoutMask,
  equal,
  gather,
  greaterOrEqual,
  less,
  matmul,
  mul,
  reshape,
  rotary as rotate,
  shiftRows,
  slice,
  softmax,
  split,
  transpose,
  where,
} from '../graph/ops/index.ts'
import { isFusedHead } from '../graph/ops/attention.ts'
import { softcapped } from './activations.ts'
import type { Architecture, ModelSource } from './architecture.ts'
import type { AttentionOptions, ModelContext, TrainableValues } from './context.ts'
import { weightsAndLinears, type ComputeType } from './linear.ts'
import { longTextLimit, rotaryNames } from './rotary.ts'

/** A number that no score reaches: what masked positions get before the softmax. */
const MASKED = -1e30
/** Products of two odd int32 numbers, divided by it, lie between -1 and 1. */
const INT32_RANGE = 2 ** 31

/** A micro-batch as a program's inputs. */
export interface Batch {
  readonly ids: Value
  readonly positions: Value
  /** Rows of the rotary tables: the positions, unless long texts turn otherwise (`turnOf`). */
  readonly turns: Value
  readonly segments: Value
  readonly targets: Value
  readonly labels: Value
  readonly weights: Value
}

/** The random numbers of a training step, as far as it needs them. */
export interface Randomness {
  /** [N,1] int32: one for each token. */
  readonly rows: Value
  /** [sites, width] int32 for the dropout of hidden states, where the model has some. */
  readonly hidden: Value | null
  readonly attention: { readonly p: number; readonly rows: Value; readonly columns: Value } | null
  /** NEFTune: columns [width] int32, and how far the embeddings of each token may move [N,1]. */
  readonly noise: { readonly columns: Value; readonly scale: Value } | null
}

export interface TrainingContextOptions {
  readonly model: ModelSource
  readonly b: Builder
  readonly batch: Batch
  readonly trainable: TrainableValues | null
  readonly compute: ComputeType
  /** Recomputes each layer in the backward pass. */
  readonly recompute?: boolean
  /** Recomputes attention's probabilities in the backward pass. */
  readonly recomputeAttention?: boolean
  /** Recomputes feed-forward parts in the backward pass. */
  readonly recomputeFeedForward?: boolean
  /** Attention as one custom operator, where it takes the model's heads; fp16 and bf16 only. */
  readonly fused?: boolean
  /** Null outside of training. */
  readonly random?: Randomness | null
}

/**
 * Whole sequences at once; attention is spelled out so that it can be differentiated, or is one op with a gradient of
 * its own.
 */
export function trainingContext({
  model: { architecture, weights },
  b,
  batch,
  trainable,
  compute,
  recompute = false,
  recomputeAttention = false,
  recomputeFeedForward = false,
  fused = false,
  random = null,
}: TrainingContextOptions): ModelContext {
  const tables = rotaryInputs(b, architecture)
  const masks = new AttentionMasks(b, batch, architecture.heads / architecture.kvHeads)
  let site = 0
  const hiddenMask = (x: Value, columns: Value, rows: Value, p: number) => {
    const own = reshape(slice(columns, { axis: 0, start: site, end: site + 1 }), [architecture.width])
    site++
    return cast(dropoutMask(x.shape[0] === 'M' ? gather(rows, batch.targets) : rows, own, { p }), x.dtype)
  }
  const { rows: rowsOf, ...basics } = weightsAndLinears(b, weights, trainable, compute)
  return {
    ...basics,
    embed(table, count, width) {
      const x = rowsOf(table, [count, width], batch.ids)
      return random?.noise ? add(x, cast(noiseOf(random.rows, random.noise), x.dtype)) : x
    },
    embedPositions: (table, count, width) => rowsOf(table, [count, width], batch.positions),
    layer: (x, f) => (recompute ? b.region(() => f(x)) : f(x)),
    feedForward: (x, f) => (recomputeFeedForward && !recompute ? b.region(() => f(x)) : f(x)),
    dropout: (x, p) =>
      random?.hidden && p > 0 ? mul(mul(x, hiddenMask(x, random.hidden, random.rows, p)), 1 / (1 - p)) : x,
    select: (x) => gather(x, batch.targets, { unique: true }),
    convolution: (_, x, w) => convolution(batch, x, w),
    attention(layer, q, k, v, options) {
      if (fused && isFusedHead(architecture.headSize) && !options.softcap)
        return fusedAttention(
          { batch, architecture, tables, random: random?.attention ?? null, layer },
          [q, k, v],
          options,
        )
      const dropout = random?.attention
        ? { p: random.attention.p, mask: attentionKept(architecture, random.attention, layer) }
        : null
      return attention(
        { b, batch, architecture, tables, masks, dropout, recomputed: recomputeAttention && !recompute },
        [q, k, v],
        options,
      )
    },
  }
}

interface AttentionParts {
  readonly b: Builder
  readonly batch: Batch
  readonly architecture: Architecture
  readonly tables: readonly (readonly [Value, Value])[]
  readonly masks: AttentionMasks
  readonly dropout: { readonly p: number; readonly mask: Value } | null
  readonly recomputed: boolean
}

// softmax(Q Kᵀ scale) V per key head; the G queries that share a key lie one below the other: Q [B, K, G·T, D], K and V
// [B, K, T, D].
function attention(
  { b, batch, architecture, tables, masks, dropout, recomputed }: AttentionParts,
  [q, k, v]: readonly [Value, Value, Value],
  { rotary = 0, scale, softcap, window }: AttentionOptions,
): Value {
  const { heads, kvHeads, headSize } = architecture
  const groups = heads / kvHeads
  const turn = (x: Value, count: number) => turned({ batch, architecture, tables }, x, count, rotary)
  const perKeyHead = (x: Value) => transpose(reshape(x, ['B', 'T', kvHeads, headSize]), [0, 2, 1, 3])
  const keys = perKeyHead(turn(k, kvHeads))
  const queries = reshape(transpose(reshape(turn(q, heads), ['B', 'T', kvHeads, groups, headSize]), [0, 2, 3, 1, 4]), [
    'B',
    kvHeads,
    'G·T',
    headSize,
  ])
  const mask = masks.of(window)
  const values = perKeyHead(v)
  const attend = () => {
    const scores = cast(matmul(queries, keys, { transY: true, alpha: scale ?? headSize ** -0.5 }), 'float32')
    const probabilities = softmax(add(softcap ? softcapped(scores, softcap) : scores, mask))
    return matmul(cast(dropout ? mul(probabilities, dropout.mask) : probabilities, q.dtype), values, {
      alpha: 1 / (1 - (dropout?.p ?? 0)),
    })
  }
  const attended = recomputed ? b.region(attend) : attend()
  return reshape(transpose(reshape(attended, ['B', kvHeads, groups, 'T', headSize]), [0, 3, 1, 2, 4]), [
    'N',
    heads * headSize,
  ])
}

/** q or k [N, heads · D] with its positions turned in, as [B, T, heads · D]. */
function turned(
  { batch, architecture: { headSize, rotaries }, tables }: Pick<AttentionParts, 'batch' | 'architecture' | 'tables'>,
  x: Value,
  heads: number,
  rotary: number | null,
): Value {
  const wide = reshape(x, ['B', 'T', heads * headSize])
  if (rotary === null) return wide
  const [cos, sin] = tables[rotary] as readonly [Value, Value]
  return rotate(wide, batch.turns, cast(cos, x.dtype), cast(sin, x.dtype), {
    heads,
    size: rotaries[rotary]?.size ?? headSize,
  })
}

interface FusedParts extends Pick<AttentionParts, 'batch' | 'architecture' | 'tables'> {
  readonly random: Randomness['attention']
  readonly layer: number
}

function fusedAttention(
  { batch, architecture, tables, random, layer }: FusedParts,
  [q, k, v]: readonly [Value, Value, Value],
  { rotary = 0, scale, window }: AttentionOptions,
): Value {
  const { heads, kvHeads, headSize } = architecture
  const flat = (x: Value, count: number) =>
    reshape(turned({ batch, architecture, tables }, x, count, rotary), ['N', count * headSize])
  const joined = rotary === null ? joinedValue(q, k, v) : null
  const qkv = joined ? [joined, joined, joined] : rotary === null ? [q, k, v] : [flat(q, heads), flat(k, kvHeads), v]
  const randoms = random ? [random.rows, columnsOf(random, layer)] : []
  const plan = {
    heads,
    keyHeads: kvHeads,
    headSize,
    scale: scale ?? headSize ** -0.5,
    window: window ?? 0,
    p: random?.p ?? 0,
  }
  return attentionKernel([...qkv, batch.positions, batch.segments, ...randoms], plan)[0]
}

/** The value that q, k and v were cut from side by side, if they were: it need not be cut then. */
function joinedValue(...parts: readonly [q: Value, k: Value, v: Value]): Value | null {
  const { source } = parts[0]
  if (source.kind !== 'node' || !source.node.op.cutsInput) return null
  const {
    inputs: [joined],
    outputs,
  } = source.node
  return joined && outputs.length === parts.length && parts.every((part, index) => part === outputs[index])
    ? joined
    : null
}

// y[t] = Σ w[k-1-j] x[t-j] over the tokens of the same segment
function convolution({ positions }: Batch, x: Value, w: Value): Value {
  const kernel = w.shape[1] as number
  const columns = split(w, new Array<number>(kernel).fill(1), 1).map((column) =>
    reshape(column, [w.shape[0] as number]),
  )
  const taps = columns.map((column, index) => {
    const back = kernel - 1 - index
    if (back === 0) return mul(x, column)
    const begun = cast(reshape(greaterOrEqual(positions, back), ['N', 1]), x.dtype)
    return mul(mul(shiftRows(x, back), begun), column)
  })
  return taps.reduce((left, right) => add(left, right))
}

/** [B, K, G·T, T]: which probabilities of a layer are kept. */
const attentionKept = ({ kvHeads }: Architecture, random: NonNullable<Randomness['attention']>, layer: number): Value =>
  dropoutMask(reshape(random.rows, ['B', kvHeads, 'G·T', 1]), columnsOf(random, layer), { p: random.p })

const columnsOf = ({ columns }: NonNullable<Randomness['attention']>, layer: number): Value =>
  reshape(slice(columns, { axis: 0, start: layer, end: layer + 1 }), ['T'])

// x + u · α/√(T·C), u uniform in (-1, 1)  (NEFTune, Jain et al. 2023)
const noiseOf = (rows: Value, { columns, scale }: NonNullable<Randomness['noise']>): Value =>
  mul(mul(cast(mul(rows, columns), 'float32'), 1 / INT32_RANGE), scale)

/** cos and sin of every rotary scheme [S, size/2] as inputs; two rows a position where long texts turn otherwise. */
export function rotaryInputs(b: Builder, architecture: Architecture): (readonly [Value, Value])[] {
  const rows = longTextLimit(architecture) === null ? 'S' : '2·S'
  return architecture.rotaries.map(
    ({ size }, index) => rotaryNames(index).map((name) => b.input(name, 'float32', [rows, size / 2])) as [Value, Value],
  )
}

/**
 * Masks [B,1,G·T,T] by window: 0 where the query may see the key, a huge negative number elsewhere; the same for each
 * of the G queries that share a key.
 */
class AttentionMasks {
  readonly #b: Builder
  readonly #batch: Batch
  readonly #groups: number
  readonly #made = new Map<number | undefined, Value>()

  constructor(b: Builder, batch: Batch, groups: number) {
    this.#b = b
    this.#batch = batch
    this.#groups = groups
  }

  of(window: number | undefined): Value {
    const known = this.#made.get(window)
    if (known) return known
    const mask = this.#b.outside(() => this.#make(window))
    this.#made.set(window, mask)
    return mask
  }

  #make(window: number | undefined): Value {
    const b = this.#b
    const { segments, positions } = this.#batch
    const row = (x: Value) => reshape(x, ['B', 'T', 1])
    const column = (x: Value) => reshape(x, ['B', 1, 'T'])
    const causal = and(equal(row(segments), column(segments)), greaterOrEqual(row(positions), column(positions)))
    const visible = window === undefined ? causal : and(causal, less(row(positions), add(column(positions), window)))
    const once = reshape(where(visible, 0, MASKED), ['B', 1, 'T', 'T'])
    const repeated = add(once, b.constant(new Array<number>(this.#groups).fill(0), 'float32', [this.#groups, 1, 1]))
    return reshape(repeated, ['B', 1, 'G·T', 'T'])
  }
}
