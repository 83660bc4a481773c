import type { Builder } from '../../graph/builder.ts'
import type { Value } from '../../graph/ir.ts'
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
    const { b, p, gradient, state } = context
    const P = p.shape[0] as number
    const padding = blocks(P) * BLOCK - P
    const blocked = (x: Value) =>
      b.reshape(padding > 0 ? b.pad(x, { axis: 0, before: 0, after: padding }) : x, [blocks(P), BLOCK])
    const flat = (x: Value) =>
      padding > 0 ? b.slice(b.reshape(x, [blocks(P) * BLOCK]), { axis: 0, start: 0, end: P }) : b.reshape(x, [P])
    const stored = (name: string) => b.reshape(b.cast(state[name] as Value, 'float32'), [blocks(P), BLOCK])
    const scale = (name: string) => b.reshape(state[name] as Value, [blocks(P), 1])

    const g = blocked(gradient)
    const root = b.div(stored('m'), b.constant(127))
    const m = movingAverage(b, b.mul(b.mul(b.abs(root), root), scale('m_scale')), g, BETA1)
    const fourth = b.div(stored('v'), b.constant(255))
    const square = b.mul(fourth, fourth)
    const v = movingAverage(b, b.mul(b.mul(square, square), scale('v_scale')), b.mul(g, g), BETA2)
    const [mScale, vScale] = [largest(b, m), largest(b, v)]
    const mBytes = b.round(b.mul(b.mul(b.sign(m), b.sqrt(b.div(b.abs(m), mScale))), b.constant(127)))
    const vBytes = b.ceil(b.mul(b.sqrt(b.sqrt(b.div(v, vScale))), b.constant(254.99)))
    const bytes = (x: Value, dtype: 'int8' | 'uint8') => b.cast(b.reshape(x, [blocks(P) * BLOCK]), dtype)
    return {
      p: adamStep(context, decayed(context), flat(m), flat(v)),
      state: {
        m: bytes(mBytes, 'int8'),
        m_scale: b.reshape(mScale, [blocks(P)]),
        v: bytes(vBytes, 'uint8'),
        v_scale: b.reshape(vScale, [blocks(P)]),
      },
    }
  },
}

/** A block's scale must not be 0. */
const SMALLEST = 1e-37

const largest = (b: Builder, x: Value): Value => b.add(b.reduceMax(b.abs(x), [-1], true), b.constant(SMALLEST))
