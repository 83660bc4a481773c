import { decayedParameters, defineOptimizer, movingAverage, type Operators } from '../optimizer.ts'
import { adamStep, BETA1, BETA2, corrections } from './adam.ts'

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
export const adamw8bit = defineOptimizer({
  title: 'AdamW 8 bit',
  state: { m: eightBit('int8'), m_scale: scales, v: eightBit('uint8'), v_scale: scales },
  scalars: corrections,
  update(context) {
    const { operators, gradient, state, parameterCount } = context
    const { mul, div, sqrt, abs, sign, round, ceil, reshape, cast, constant } = operators
    const count = blocks(parameterCount)
    const { blocked, flat } = blockShapes(operators, parameterCount)
    const stored = (bytes: typeof gradient) => reshape(cast(bytes, 'float32'), [count, BLOCK])
    const scale = (numbers: typeof gradient) => reshape(numbers, [count, 1])

    const g = blocked(gradient)
    const root = div(stored(state.m), constant(127))
    const oldM = mul(mul(abs(root), root), scale(state.m_scale))
    const m = movingAverage(operators, { before: oldM, x: g, share: BETA1 })
    const fourth = div(stored(state.v), constant(255))
    const square = mul(fourth, fourth)
    const oldV = mul(mul(square, square), scale(state.v_scale))
    const v = movingAverage(operators, { before: oldV, x: mul(g, g), share: BETA2 })
    const [mScale, vScale] = [scaleOfRows(operators, m), scaleOfRows(operators, v)]
    const mBytes = round(mul(mul(sign(m), sqrt(div(abs(m), mScale))), constant(127)))
    const vBytes = ceil(mul(sqrt(sqrt(div(v, vScale))), constant(254.99)))
    const bytes = (x: typeof gradient, dtype: 'int8' | 'uint8') => cast(reshape(x, [count * BLOCK]), dtype)
    return {
      p: adamStep(context, { p: decayedParameters(context), m: flat(m), v: flat(v) }),
      state: {
        m: bytes(mBytes, 'int8'),
        m_scale: reshape(mScale, [count]),
        v: bytes(vBytes, 'uint8'),
        v_scale: reshape(vScale, [count]),
      },
    }
  },
})

/** [P] to [blocks, BLOCK], filled up with zeros, and back. */
function blockShapes<V>({ reshape, pad, slice }: Operators<V>, parameterCount: number) {
  const count = blocks(parameterCount)
  const padding = count * BLOCK - parameterCount
  return {
    blocked: (x: V): V => reshape(padding > 0 ? pad(x, { axis: 0, before: 0, after: padding }) : x, [count, BLOCK]),
    flat: (x: V): V =>
      padding > 0
        ? slice(reshape(x, [count * BLOCK]), { axis: 0, start: 0, end: parameterCount })
        : reshape(x, [parameterCount]),
  }
}

/** A block's scale must not be 0. */
const SMALLEST = 1e-37

const scaleOfRows = <V>({ add, abs, largestOfRows, constant }: Operators<V>, x: V): V =>
  add(largestOfRows(abs(x)), constant(SMALLEST))
