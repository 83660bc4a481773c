import { z } from 'zod'
import type { Value } from '../ir.ts'
import { apply, defineOp } from '../op.ts'
import { fromFront } from '../shapes.ts'
import { expandLike } from './expand-like.ts'
import { reshape } from './reshape.ts'

/** Sum over axes (counted from the back where negative), which stay as 1 or go. ONNX ReduceSum. */
export const reduceSumOp = defineOp({
  type: 'ReduceSum',
  inputs: ['x'],
  attrs: z.object({ axes: z.array(z.number().int()).readonly(), keepDims: z.boolean() }),
  infer: ([{ dtype, shape }], { axes, keepDims }) => {
    const summed = axes.map((axis) => fromFront(axis, shape.length))
    return [
      {
        dtype,
        shape: keepDims
          ? shape.map((dim, axis) => (summed.includes(axis) ? 1 : dim))
          : shape.filter((_, axis) => !summed.includes(axis)),
      },
    ]
  },
  grad: ({ inputs: [x], dOut: [d], attrs: { axes, keepDims } }) => {
    const summed = axes.map((axis) => fromFront(axis, x.shape.length))
    return [
      expandLike(
        keepDims
          ? d
          : reshape(
              d,
              x.shape.map((dim, axis) => (summed.includes(axis) ? 1 : dim)),
            ),
        x,
      ),
    ]
  },
  collect: (x, { axes, keepDims }) =>
    keepDims && axes.length === 1 && fromFront(axes[0] as number, x.shape.length) === x.shape.length - 1 ? 'sum' : null,
  lower: ({ emit, constant, inputs: [x], outputs, attrs: { axes, keepDims } }) =>
    void emit('ReduceSum', [x, constant('int64', axes, [axes.length])], { keepdims: Number(keepDims) }, { outputs }),
})

export const reduceSum = (x: Value, axes: readonly number[], keepDims: boolean): Value =>
  apply(reduceSumOp, [x], { axes, keepDims })[0]
