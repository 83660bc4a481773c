import { GraphCore } from './graph-core.ts'
import type { DType, Shape, Value } from './ir.ts'
import type { Each, Op } from './op.ts'
import * as ops from './ops/index.ts'

/** Builds graphs: one method an op. Shapes, attributes and gradients are described beside each op in ops/. */
export class Builder extends GraphCore {
  readonly #apply = <In extends readonly string[], Out extends readonly string[], Attrs extends object>(
    op: Op<In, Out, Attrs>,
    inputs: Each<In, Value>,
    attrs: Attrs,
  ): Each<Out, Value> => this.node(op, inputs as readonly Value[], attrs as never) as never
  readonly #unary =
    (op: Op<readonly ['x'], readonly ['y'], object>) =>
    (x: Value): Value =>
      this.#apply(op, [x], {})[0]
  readonly #binary =
    (op: Op<readonly ['x', 'y'], readonly ['y'], object>) =>
    (x: Value, y: Value): Value =>
      this.#apply(op, [x, y], {})[0]

  readonly add = this.#binary(ops.add)
  readonly sub = this.#binary(ops.sub)
  readonly mul = this.#binary(ops.mul)
  readonly div = this.#binary(ops.div)
  readonly neg = this.#unary(ops.neg)
  readonly exp = this.#unary(ops.exp)
  readonly log = this.#unary(ops.log)
  readonly sqrt = this.#unary(ops.sqrt)
  readonly sigmoid = this.#unary(ops.sigmoid)
  readonly tanh = this.#unary(ops.tanh)
  readonly erf = this.#unary(ops.erf)
  readonly abs = this.#unary(ops.abs)
  readonly sign = this.#unary(ops.sign)
  readonly round = this.#unary(ops.round)
  readonly ceil = this.#unary(ops.ceil)
  readonly relu = this.#unary(ops.relu)
  /** x, taken as constant. */
  readonly detach = this.#unary(ops.detach)
  readonly gelu = (x: Value, approximate: 'none' | 'tanh'): Value => this.#apply(ops.gelu, [x], { approximate })[0]
  readonly silu = this.#unary(ops.silu)
  readonly equal = this.#binary(ops.equal)
  readonly less = this.#binary(ops.less)
  readonly greaterOrEqual = this.#binary(ops.greaterOrEqual)
  readonly and = this.#binary(ops.and)

  readonly matmul = (
    x: Value,
    y: Value,
    { transX = false, transY = false, alpha = 1 }: Partial<ops.MatmulAttributes> = {},
  ): Value => this.#apply(ops.matmul, [x, y], { transX, transY, alpha })[0]

  readonly reshape = (x: Value, shape: Shape): Value => this.#apply(ops.reshape, [x], { shape })[0]
  readonly transpose = (x: Value, permutation: readonly number[]): Value =>
    this.#apply(ops.transpose, [x], { permutation })[0]
  readonly slice = (x: Value, range: { axis: number; start: number; end: number }): Value =>
    this.#apply(ops.slice, [x], range)[0]
  readonly pad = (x: Value, zeros: { axis: number; before: number; after: number }): Value =>
    this.#apply(ops.pad, [x], zeros)[0]
  readonly concat = (values: readonly Value[], axis: number): Value => this.#apply(ops.concat, values, { axis })[0]
  readonly split = (x: Value, sizes: readonly number[], axis: number): readonly Value[] =>
    this.#apply(ops.split, [x], { axis, sizes })
  readonly expandLike = (x: Value, like: Value): Value => this.#apply(ops.expandLike, [x, like], {})[0]
  readonly cast = (x: Value, to: DType): Value => (x.dtype === to ? x : this.#apply(ops.cast, [x], { to })[0])
  readonly where = (condition: Value, x: Value, y: Value): Value => this.#apply(ops.where, [condition, x, y], {})[0]
  /** `unique`: no row is named twice. */
  readonly gather = (table: Value, indices: Value, { unique = false }: { unique?: boolean } = {}): Value =>
    this.#apply(ops.gather, [table, indices], { unique })[0]
  readonly atColumn = (index: Value, like: Value): Value => this.#apply(ops.atColumn, [index, like], {})[0]
  readonly scatterRows = (
    table: Value,
    indices: Value,
    updates: Value,
    { unique = false }: { unique?: boolean } = {},
  ): Value => this.#apply(ops.scatterRows, [table, indices, updates], { unique })[0]

  readonly reduceSum = (x: Value, axes: readonly number[], keepDims: boolean): Value =>
    this.#apply(ops.reduceSum, [x], { axes, keepDims })[0]
  readonly reduceMax = (x: Value, axes: readonly number[], keepDims: boolean): Value =>
    this.#apply(ops.reduceMax, [x], { axes, keepDims })[0]
  readonly softmax = (x: Value): Value => this.#apply(ops.softmax, [x], {})[0]

  readonly rmsNorm = (x: Value, weight: Value, epsilon: number): Value =>
    this.#apply(ops.rmsNorm, [x, weight], { epsilon })[0]
  readonly layerNorm = (x: Value, weight: Value, bias: Value, epsilon: number): Value =>
    this.#apply(ops.layerNorm, [x, weight, bias], { epsilon })[0]
  readonly rotary = (
    x: Value,
    positions: Value,
    cos: Value,
    sin: Value,
    attrs: { heads: number; size?: number },
  ): Value => this.#apply(ops.rotary, [x, positions, cos, sin], attrs)[0]
  readonly crossEntropy = (logits: Value, labels: Value): Value =>
    this.#apply(ops.crossEntropy, [logits, labels], {})[0]
  readonly crossEntropyGradient = (logits: Value, labels: Value, d: Value): Value =>
    this.#apply(ops.crossEntropyGradient, [logits, labels, d], {})[0]
  readonly withGradient = (losses: Value, x: Value, g: Value, scale: number): Value =>
    this.#apply(ops.withGradient, [losses, x, g], { scale })[0]
  readonly after = (x: Value, event: Value): Value => this.#apply(ops.after, [x, event], {})[0]
  readonly dequantize = (
    q: Value,
    scales: Value,
    block: number,
    to: 'float32' | 'float16' | 'bfloat16' = 'float32',
    use = 0,
  ): Value => this.#apply(ops.dequantize, [q, scales], { block, to, use })[0]
  readonly shiftRows = (x: Value, by: number): Value => this.#apply(ops.shiftRows, [x], { by })[0]
  readonly cachedConvolution = (
    x: Value,
    state: Value,
    w: Value,
    lengths: Value,
    total: Value,
  ): readonly [Value, Value] => this.#apply(ops.cachedConvolution, [x, state, w, lengths, total], {})
  readonly dropoutMask = (rows: Value, columns: Value, attrs: { p: number }): Value =>
    this.#apply(ops.dropoutMask, [rows, columns], attrs)[0]
  readonly cacheSize = (cache: Value): Value => this.#apply(ops.cacheSize, [cache], {})[0]
  readonly cachePositions = (ids: Value, lengths: Value, total: Value): Value =>
    this.#apply(ops.cachePositions, [ids, lengths, total], {})[0]
  readonly attention = (inputs: readonly Value[], plan: ops.AttentionPlan): readonly [out: Value, logSums: Value] =>
    this.#apply(ops.attention, inputs as never, plan)
  readonly attentionGradient = (inputs: readonly Value[], plan: ops.AttentionPlan): readonly Value[] =>
    this.#apply(ops.attentionGradient, inputs as never, plan)
  readonly groupQueryAttention = (
    inputs: readonly Value[],
    attrs: ops.AttentionAttributes,
  ): readonly [Value, Value, Value] => this.#apply(ops.groupQueryAttention, inputs, attrs)
}
