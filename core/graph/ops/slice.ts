import { z } from 'zod'
import type { Value } from '../ir.ts'
import { apply, defineOp, expectThat } from '../op.ts'
import { replaceAt, sizeAt } from '../shapes.ts'
import { pad } from './pad.ts'

/** Elements start … end-1 along one axis of known size. ONNX Slice. */
export const sliceOp = defineOp({
  type: 'Slice',
  takesHalfPrecision: true,
  inputs: ['x'],
  attrs: z.object({ axis: z.number().int().min(0), start: z.number().int().min(0), end: z.number().int() }),
  infer: ([x], { axis, start, end }) => {
    expectThat(start < end && end <= sizeAt(x, axis), 'Slice', [x], `${start} to ${end} inside axis ${axis}`)
    return [{ dtype: x.dtype, shape: replaceAt(x.shape, axis, end - start) }]
  },
  grad: ({ inputs: [x], dOut: [d], attrs: { axis, start, end } }) => [
    pad(d, { axis, before: start, after: sizeAt(x, axis) - end }),
  ],
  lower({ emit, constant, inputs: [x], outputs, attrs: { axis, start, end } }) {
    const int = (value: number) => constant('int64', [value], [1])
    emit('Slice', [x, int(start), int(end), int(axis)], {}, { outputs })
  },
})

export const slice = (x: Value, range: { axis: number; start: number; end: number }): Value =>
  apply(sliceOp, [x], range)[0]
