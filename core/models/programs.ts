import { Builder } from '../graph/builder.ts'
import { gradients } from '../graph/autodiff.ts'
import type { Graph, Value } from '../graph/ir.ts'
import type { LoraValues, ModelContext, Weights } from './context.ts'
import type { Architecture } from './family.ts'
import { cutLora, loraInputs, weightsAndLinears } from './linear.ts'
import type { LoraLayout } from './lora.ts'

/** A number that no score reaches: what masked positions get before the softmax. */
const MASKED = -1e30

export interface ModelSource {
  readonly architecture: Architecture
  readonly weights: Weights
}

/**
 * One micro-batch forward and backward. B sequences of T tokens, M counted positions, P trainable numbers.
 * Inputs: ids, segments [B,T] int32 and positions [B,T] int64 (packed samples: a token sees earlier tokens of its own segment); cos, sin [S, D/2];
 * targets [M] int32 (flat index b·T + t of the token before the counted one), labels [M] int64, weights [M] float32; p, g [P] float32;
 * accumulate [1] bool (false: g begins anew); odd and random int32 with dropout: dropout_rows [N,1] (N = B·T), dropout_columns [C]; with attention dropout:
 * attention_rows [R,1] (R = B · heads · T), attention_columns [layers, T].
 * Outputs: loss [] (weighted sum), g_out [P] = gradient, plus g where accumulate holds (bind to the same tensor).
 */
export function trainingProgram(model: ModelSource, layout: LoraLayout, dropout: number, attentionDropout = 0): Graph {
  const { b, batch } = begin()
  const p = b.input('p', 'float32', [layout.parameterCount])
  const g = b.input('g', 'float32', [layout.parameterCount])
  const lora = { layout, matrices: cutLora(b, layout, p), dropout: dropout > 0 ? dropoutMasks(b, batch, layout, dropout) : null }
  const logits = model.architecture.forward(trainingContext(model, b, batch, lora, attentionDropout > 0 ? attentionMasks(model, b, attentionDropout) : null))
  const loss = b.reduceSum(b.mul(b.crossEntropy(logits, batch.labels), batch.weights), [0], false)
  const [dp] = gradients(b, loss, [p]) as [Value]
  b.output('loss', loss)
  b.output('g_out', b.add(b.where(b.input('accumulate', 'bool', [1]), g, b.constant(0)), dp))
  return b.build()
}

/** Forward only. Inputs as `trainingProgram` without g and dropout (and without p where `layout` is null). Outputs: losses [M], loss []. */
export function evaluationProgram(model: ModelSource, layout: LoraLayout | null): Graph {
  const { b, batch } = begin()
  const lora = adapter(b, layout)
  const losses = b.crossEntropy(model.architecture.forward(trainingContext(model, b, batch, lora)), batch.labels)
  b.output('losses', losses)
  b.output('loss', b.reduceSum(b.mul(losses, batch.weights), [0], false))
  return b.build()
}

/** Logits of every selected position, for tests and inspection. Inputs as `evaluationProgram` without labels and weights. Output: logits [M,V]. */
export function logitsProgram(model: ModelSource, layout: LoraLayout | null): Graph {
  const { b, batch } = begin({ labelled: false })
  b.output('logits', model.architecture.forward(trainingContext(model, b, batch, adapter(b, layout))))
  return b.build()
}

/**
 * One call of decoding: T new tokens of B sequences on top of a cache of S places.
 * Inputs: ids [B,T] int32; last [B] int32 (flat index of each sequence's last real token); lengths [B] int32 (tokens in the cache after the call, minus 1);
 * total [1] int32 (the longest such length plus 1); cos, sin [S, D/2]; k0, v0 … [B,K,S,D] float32; p [P] where `layout` is given
 * (with `cutAdapter` instead of p its matrices, one input `matrixName(place)` each: a token of a small model then takes a tenth less).
 * Outputs: logits [B,V]; k0_out, v0_out … (bind to the same tensors as the inputs).
 */
export function decodingProgram(model: ModelSource, layout: LoraLayout | null, { cutAdapter = false }: { readonly cutAdapter?: boolean } = {}): Graph {
  const b = new Builder()
  const { heads, kvHeads, headSize, layerCount } = model.architecture
  const ids = b.input('ids', 'int32', ['B', 'T'])
  const last = b.input('last', 'int32', ['B'])
  const lengths = b.input('lengths', 'int32', ['B'])
  const total = b.input('total', 'int32', [1])
  const [cos, sin] = rotaryTables(b, headSize)
  // GroupQueryAttention turns queries and keys itself only for such head sizes.
  const turnsInside = headSize % 16 === 0
  const caches = Array.from({ length: layerCount }, (_, layer) => (['k', 'v'] as const).map((name) => b.input(`${name}${layer}`, 'float32', ['B', kvHeads, 'S', headSize])))
  const lora = layout && cutAdapter ? { layout, matrices: loraInputs(b, layout), dropout: null } : adapter(b, layout)
  const context: ModelContext = {
    ...weightsAndLinears(b, model.weights, lora),
    embed: (table, rows, width) => embed(b, context, ids, table, rows, width),
    select: (x) => b.gather(x, last),
    attention(layer, q, k, v) {
      const [pastK, pastV] = caches[layer] as [Value, Value]
      const wide = (x: Value, count: number) => b.reshape(x, ['B', 'T', count * headSize])
      const turned = (x: Value, count: number) => (turnsInside ? wide(x, count) : b.rotary(wide(x, count), b.cachePositions(ids, lengths, total), cos, sin, { heads: count }))
      const inputs = [turned(q, heads), turned(k, kvHeads), wide(v, kvHeads), pastK, pastV, lengths, total, cos, sin] as const
      const [out, newK, newV] = b.groupQueryAttention(inputs, { heads, kvHeads, scale: 1 / Math.sqrt(headSize), rotary: turnsInside })
      b.output(`k${layer}_out`, newK)
      b.output(`v${layer}_out`, newV)
      return b.reshape(out, ['N', heads * headSize])
    },
  }
  b.output('logits', model.architecture.forward(context))
  return b.build()
}

interface Batch {
  readonly ids: Value
  readonly positions: Value
  readonly segments: Value
  readonly targets: Value
  readonly labels: Value
  readonly weights: Value
}

function begin({ labelled = true }: { labelled?: boolean } = {}): { b: Builder; batch: Batch } {
  const b = new Builder()
  const ids = b.input('ids', 'int32', ['B', 'T'])
  const positions = b.input('positions', 'int64', ['B', 'T'])
  const segments = b.input('segments', 'int32', ['B', 'T'])
  const targets = b.input('targets', 'int32', ['M'])
  const labels = labelled ? b.input('labels', 'int64', ['M']) : targets
  const weights = labelled ? b.input('weights', 'float32', ['M']) : targets
  return { b, batch: { ids, positions, segments, targets, labels, weights } }
}

function adapter(b: Builder, layout: LoraLayout | null): LoraValues | null {
  if (!layout) return null
  return { layout, matrices: cutLora(b, layout, b.input('p', 'float32', [layout.parameterCount])), dropout: null }
}

function dropoutMasks(b: Builder, { targets }: Batch, layout: LoraLayout, p: number): LoraValues['dropout'] {
  const rows = b.input('dropout_rows', 'int32', ['N', 1])
  const columns = b.input('dropout_columns', 'int32', [layout.columnCount])
  return { p, columns, rows: (x) => (x.shape[0] === 'M' ? b.gather(rows, targets) : rows) }
}

interface AttentionDropout {
  readonly p: number
  /** [B, K, G·T, T]: which probabilities of a layer are kept. */
  readonly mask: (layer: number) => Value
}

function attentionMasks({ architecture: { layerCount, kvHeads } }: ModelSource, b: Builder, p: number): AttentionDropout {
  const rows = b.input('attention_rows', 'int32', ['R', 1])
  const columns = b.input('attention_columns', 'int32', [layerCount, 'T'])
  const ofLayer = (layer: number) => b.reshape(b.slice(columns, { axis: 0, start: layer, end: layer + 1 }), ['T'])
  return { p, mask: (layer) => b.reshape(b.dropoutMask(rows, ofLayer(layer), { p }), ['B', kvHeads, 'G·T', 'T']) }
}

const rotaryTables = (b: Builder, headSize: number): [Value, Value] => [b.input('cos', 'float32', ['S', headSize / 2]), b.input('sin', 'float32', ['S', headSize / 2])]

function embed(b: Builder, context: ModelContext, ids: Value, table: string, rows: number, width: number): Value {
  return b.reshape(b.gather(context.weight(table, [rows, width]), ids), ['N', width])
}

/** Whole sequences at once; attention is spelled out so that it can be differentiated. */
function trainingContext({ architecture, weights }: ModelSource, b: Builder, batch: Batch, lora: LoraValues | null, dropout: AttentionDropout | null = null): ModelContext {
  const { heads, kvHeads, headSize } = architecture
  const groups = heads / kvHeads
  const [cos, sin] = rotaryTables(b, headSize)
  const mask = attentionMask(b, batch, groups)
  const context: ModelContext = {
    ...weightsAndLinears(b, weights, lora),
    embed: (table, rows, width) => embed(b, context, batch.ids, table, rows, width),
    select: (x) => b.gather(x, batch.targets),
    attention(layer, q, k, v) {
      const turn = (x: Value, count: number) => b.rotary(b.reshape(x, ['B', 'T', count * headSize]), batch.positions, cos, sin, { heads: count })
      // softmax(Q Kᵀ / √D) V per key head; the G queries that share a key lie one below the other: Q [B, K, G·T, D], K and V [B, K, T, D].
      const perKeyHead = (x: Value) => b.transpose(b.reshape(x, ['B', 'T', kvHeads, headSize]), [0, 2, 1, 3])
      const queries = b.reshape(b.transpose(b.reshape(turn(q, heads), ['B', 'T', kvHeads, groups, headSize]), [0, 2, 3, 1, 4]), ['B', kvHeads, 'G·T', headSize])
      const scores = b.matmul(queries, perKeyHead(turn(k, kvHeads)), { transY: true, alpha: 1 / Math.sqrt(headSize) })
      const probabilities = b.softmax(b.add(scores, mask))
      const kept = dropout ? b.mul(probabilities, dropout.mask(layer)) : probabilities
      const attended = b.matmul(kept, perKeyHead(v), { alpha: 1 / (1 - (dropout?.p ?? 0)) })
      return b.reshape(b.transpose(b.reshape(attended, ['B', kvHeads, groups, 'T', headSize]), [0, 3, 1, 2, 4]), ['N', heads * headSize])
    },
  }
  return context
}

/** [B,1,G·T,T]: 0 where the query may see the key, a huge negative number elsewhere; the same for each of the G queries that share a key. */
function attentionMask(b: Builder, { segments, positions }: Batch, groups: number): Value {
  const row = (x: Value) => b.reshape(x, ['B', 'T', 1])
  const column = (x: Value) => b.reshape(x, ['B', 1, 'T'])
  const visible = b.and(b.equal(row(segments), column(segments)), b.greaterOrEqual(row(positions), column(positions)))
  const once = b.reshape(b.where(visible, b.constant(0), b.constant(MASKED)), ['B', 1, 'T', 'T'])
  const repeated = b.add(once, b.constant(new Array<number>(groups).fill(0), 'float32', [groups, 1, 1]))
  return b.reshape(repeated, ['B', 1, 'G·T', 'T'])
}
