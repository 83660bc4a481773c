import { z } from 'zod'
import type { Value } from '../ir.ts'
import { apply, defineOp, expectThat } from '../op.ts'
import { replaceAt, sizeAt } from '../shapes.ts'
import { concat } from './concat.ts'
import { expandLike } from './expand-like.ts'

const anyNumber: readonly string[] = ['...parts']

/**
 * Parts of the given sizes along an axis of known size. ONNX Split for a few parts; slices for many, which GPUs do
 * faster.
 */
export const splitOp = defineOp({
  type: 'Split',
  takesHalfPrecision: true,
  cutsInput: true,
  inputs: ['x'],
  outputs: anyNumber,
  attrs: z.object({ axis: z.number().int().min(0), sizes: z.array(z.number().int().min(1)).readonly() }),
  infer: ([x], { axis, sizes }) => {
    expectThat(
      sizeAt(x, axis) === sizes.reduce((sum, size) => sum + size, 0),
      'Split',
      [x],
      `axis ${axis} to have the size of ${sizes.join(' + ')}`,
    )
    return sizes.map((size) => ({ dtype: x.dtype, shape: replaceAt(x.shape, axis, size) }))
  },
  grad: ({ outputs, dOut, attrs: { axis } }) => [
    concat(
      outputs.map((part, index) => dOut[index] ?? zerosLike(part)),
      axis,
    ),
  ],
  lower({ provider, emit, constant, inputs: [x], outputs, attrs: { axis, sizes } }) {
    const ints = (...values: number[]) => constant('int64', values, [values.length])
    // Parts of several sizes: see concat.ts.
    const isEven = provider !== 'cuda' || sizes.every((size) => size === sizes[0])
    if (provider === 'cpu' || (sizes.length <= MAX_GPU_PARTS && isEven))
      return void emit('Split', [x, ints(...sizes)], { axis }, { outputs })
    let start = 0
    for (const [index, size] of sizes.entries()) {
      emit('Slice', [x, ints(start), ints(start + size), ints(axis)], {}, { outputs: [outputs[index] as string] })
      start += size
    }
  },
})

export const split = (x: Value, sizes: readonly number[], axis: number): readonly Value[] =>
  apply(splitOp, [x], { axis, sizes })

/** A WebGPU shader binds few buffers. */
const MAX_GPU_PARTS = 6

const zerosLike = (value: Value): Value => expandLike(0, value)
