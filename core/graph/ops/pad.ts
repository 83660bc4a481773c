import { z } from 'zod'
import type { Value } from '../ir.ts'
import { apply, defineOp } from '../op.ts'
import { replaceAt, sizeAt } from '../shapes.ts'
import { slice } from './slice.ts'

/** Zeros before and after along one axis of known size. ONNX Pad. */
export const padOp = defineOp({
  type: 'Pad',
  inputs: ['x'],
  attrs: z.object({ axis: z.number().int().min(0), before: z.number().int().min(0), after: z.number().int().min(0) }),
  infer: ([x], { axis, before, after }) => [
    { dtype: x.dtype, shape: replaceAt(x.shape, axis, sizeAt(x, axis) + before + after) },
  ],
  grad: ({ inputs: [x], dOut: [d], attrs: { axis, before } }) => [
    slice(d, { axis, start: before, end: before + sizeAt(x, axis) }),
  ],
  lower({ emit, constant, values: [{ shape }], inputs: [x], outputs, attrs: { axis, before, after } }) {
    const rank = shape.length
    const pads = new Array<number>(2 * rank).fill(0)
    pads[axis] = before
    pads[rank + axis] = after
    emit('Pad', [x, constant('int64', pads, [2 * rank])], {}, { outputs })
  },
})

export const pad = (x: Value, zeros: { axis: number; before: number; after: number }): Value =>
  apply(padOp, [x], zeros)[0]
