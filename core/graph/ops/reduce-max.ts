import { z } from 'zod'
import type { Value } from '../ir.ts'
import { apply, defineOp } from '../op.ts'
import { fromFront } from '../shapes.ts'

/** Largest element over axes (counted from the back where negative), which stay as 1 or go. ONNX ReduceMax. */
export const reduceMaxOp = defineOp({
  type: 'ReduceMax',
  inputs: ['x'],
  attrs: z.object({ axes: z.array(z.number().int()).readonly(), keepDims: z.boolean() }),
  infer: ([{ dtype, shape }], { axes, keepDims }) => {
    const reduced = axes.map((axis) => fromFront(axis, shape.length))
    return [
      {
        dtype,
        shape: keepDims
          ? shape.map((dim, axis) => (reduced.includes(axis) ? 1 : dim))
          : shape.filter((_, axis) => !reduced.includes(axis)),
      },
    ]
  },
  grad: { noGrad: 'used for scales only' },
  collect: (x, { axes, keepDims }) =>
    keepDims && axes.length === 1 && fromFront(axes[0] as number, x.shape.length) === x.shape.length - 1 ? 'max' : null,
  lower: ({ emit, constant, inputs: [x], outputs, attrs: { axes, keepDims } }) =>
    void emit('ReduceMax', [x, constant('int64', axes, [axes.length])], { keepdims: Number(keepDims) }, { outputs }),
})

export const reduceMax = (x: Value, axes: readonly number[], keepDims: boolean): Value =>
  apply(reduceMaxOp, [x], { axes, keepDims })[0]
