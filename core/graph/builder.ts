import { GraphCore, type Attributes, type DType, type Operation, type Shape, type Value } from './ir.ts'
import * as arithmetic from './ops/arithmetic.ts'
import * as layout from './ops/layout.ts'
import { matmul } from './ops/matmul.ts'
import * as neural from './ops/neural.ts'
import * as reduce from './ops/reduce.ts'

/** Every op; registering one is a line here and its method below. */
export const operations: readonly Operation[] = [...Object.values(arithmetic), ...Object.values(layout).filter(isOperation), matmul, ...Object.values(neural), ...Object.values(reduce)]

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && 'infer' in value
}

/** Builds graphs: one method an op. Shapes and gradients are described beside each op in ops/. */
export class Builder extends GraphCore {
  private one(op: Operation, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.node(op, inputs, attributes)[0] as Value
  }

  add = (x: Value, y: Value) => this.one(arithmetic.add, [x, y])
  sub = (x: Value, y: Value) => this.one(arithmetic.sub, [x, y])
  mul = (x: Value, y: Value) => this.one(arithmetic.mul, [x, y])
  div = (x: Value, y: Value) => this.one(arithmetic.div, [x, y])
  neg = (x: Value) => this.one(arithmetic.neg, [x])
  exp = (x: Value) => this.one(arithmetic.exp, [x])
  log = (x: Value) => this.one(arithmetic.log, [x])
  sqrt = (x: Value) => this.one(arithmetic.sqrt, [x])
  sigmoid = (x: Value) => this.one(arithmetic.sigmoid, [x])
  tanh = (x: Value) => this.one(arithmetic.tanh, [x])
  equal = (x: Value, y: Value) => this.one(arithmetic.equal, [x, y])
  less = (x: Value, y: Value) => this.one(arithmetic.less, [x, y])
  greaterOrEqual = (x: Value, y: Value) => this.one(arithmetic.greaterOrEqual, [x, y])
  and = (x: Value, y: Value) => this.one(arithmetic.and, [x, y])

  matmul = (x: Value, y: Value, { transX = false, transY = false, alpha = 1 }: { transX?: boolean; transY?: boolean; alpha?: number } = {}) =>
    this.one(matmul, [x, y], { transX, transY, alpha })

  reshape = (x: Value, shape: Shape) => this.one(layout.reshape, [x], { shape })
  transpose = (x: Value, permutation: readonly number[]) => this.one(layout.transpose, [x], { permutation })
  slice = (x: Value, range: { axis: number; start: number; end: number }) => this.one(layout.slice, [x], range)
  pad = (x: Value, zeros: { axis: number; before: number; after: number }) => this.one(layout.pad, [x], zeros)
  concat = (values: readonly Value[], axis: number) => this.one(layout.concat, values, { axis })
  expandLike = (x: Value, like: Value) => this.one(layout.expandLike, [x, like])
  cast = (x: Value, to: DType) => (x.dtype === to ? x : this.one(layout.cast, [x], { to }))
  where = (condition: Value, x: Value, y: Value) => this.one(layout.where, [condition, x, y])
  gather = (table: Value, indices: Value) => this.one(layout.gather, [table, indices])
  scatterRows = (table: Value, indices: Value, updates: Value) => this.one(layout.scatterRows, [table, indices, updates])

  reduceSum = (x: Value, axes: readonly number[], keepDims: boolean) => this.one(reduce.reduceSum, [x], { axes, keepDims })
  softmax = (x: Value) => this.one(reduce.softmax, [x])

  rmsNorm = (x: Value, weight: Value, epsilon: number) => this.one(neural.rmsNorm, [x, weight], { epsilon })
  rotary = (x: Value, positions: Value, cos: Value, sin: Value, attributes: { heads: number }) => this.one(neural.rotary, [x, positions, cos, sin], attributes)
  crossEntropy = (logits: Value, labels: Value) => this.one(neural.crossEntropy, [logits, labels])
  crossEntropyGradient = (logits: Value, labels: Value, d: Value) => this.one(neural.crossEntropyGradient, [logits, labels, d])
  dropout = (x: Value, rows: Value, columns: Value, attributes: { p: number }) => this.one(neural.dropout, [x, rows, columns], attributes)
  groupQueryAttention = (inputs: readonly Value[], attributes: { heads: number; kvHeads: number; scale: number }) =>
    this.node(neural.groupQueryAttention, inputs, attributes) as readonly [Value, Value, Value]
}
