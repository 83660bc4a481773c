import type { Value } from '../../graph/ir.ts'
import {
  abs,
  add,
  cast,
  ceil,
  div,
  mul,
  pad,
  reduceMax,
  reshape,
  round,
  sign,
  slice,
  sqrt,
} from '../../graph/ops/index.ts'
import { adamStep, BETA1, BETA2, corrections, decayed } from './adam.ts'
import { movingAverage, type Optimizer } from './optimizer.ts'

/** Numbers that share one scale. */
const BLOCK = 256

const blocks = (parameterCount: number): number => Math.ceil(parameterCount / BLOCK)
const eightBit = (dtype: 'int8' | 'uint8') => ({
  dtype,
  length: (parameterCount: number) => blocks(parameterCount) * BLOCK,
})
const scales = { dtype: 'float32' as const, length: blocks }

/**
 * AdamW with a byte for each of its averages, scaled by blocks (after Dettmers et al. 2022, 8-bit Optimizers via
 * Block-wise Quantization). The bytes are spaced evenly in √m and ⁴√v, so that small numbers keep their first digits as
 * in the paper's dynamic map; v is rounded up, so that no step grows by rounding.
 */
export const adamw8bit: Optimizer = {
  state: { m: eightBit('int8'), m_scale: scales, v: eightBit('uint8'), v_scale: scales },
  scalars: corrections,
  update(context) {
    const { p, gradient, state } = context
    const P = p.shape[0] as number
    const padding = blocks(P) * BLOCK - P
    const blocked = (x: Value) =>
      reshape(padding > 0 ? pad(x, { axis: 0, before: 0, after: padding }) : x, [blocks(P), BLOCK])
    const flat = (x: Value) =>
      padding > 0 ? slice(reshape(x, [blocks(P) * BLOCK]), { axis: 0, start: 0, end: P }) : reshape(x, [P])
    const stored = (name: string) => reshape(cast(state[name] as Value, 'float32'), [blocks(P), BLOCK])
    const scale = (name: string) => reshape(state[name] as Value, [blocks(P), 1])

    const g = blocked(gradient)
    const root = div(stored('m'), 127)
    const m = movingAverage(mul(mul(abs(root), root), scale('m_scale')), g, BETA1)
    const fourth = div(stored('v'), 255)
    const square = mul(fourth, fourth)
    const v = movingAverage(mul(mul(square, square), scale('v_scale')), mul(g, g), BETA2)
    const [mScale, vScale] = [largest(m), largest(v)]
    const mBytes = round(mul(mul(sign(m), sqrt(div(abs(m), mScale))), 127))
    const vBytes = ceil(mul(sqrt(sqrt(div(v, vScale))), 254.99))
    const bytes = (x: Value, dtype: 'int8' | 'uint8') => cast(reshape(x, [blocks(P) * BLOCK]), dtype)
    return {
      p: adamStep(context, decayed(context), flat(m), flat(v)),
      state: {
        m: bytes(mBytes, 'int8'),
        m_scale: reshape(mScale, [blocks(P)]),
        v: bytes(vBytes, 'uint8'),
        v_scale: reshape(vScale, [blocks(P)]),
      },
    }
  },
}

/** A block's scale must not be 0. */
const SMALLEST = 1e-37

const largest = (x: Value): Value => add(reduceMax(abs(x), [-1], true), SMALLEST)
