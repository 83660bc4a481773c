import { z } from 'zod'
import type { Value } from '../ir.ts'
import { apply, defineOp, expectThat } from '../op.ts'

/** Axes in the order of `permutation`. ONNX Transpose. */
export const transposeOp = defineOp({
  type: 'Transpose',
  takesHalfPrecision: true,
  inputs: ['x'],
  attrs: z.object({ permutation: z.array(z.number()).readonly() }),
  infer: ([x], { permutation }) => {
    expectThat(x.shape.length === permutation.length, 'Transpose', [x], `rank ${permutation.length}`)
    return [{ dtype: x.dtype, shape: permutation.map((axis) => x.shape[axis] ?? 1) }]
  },
  grad: ({ dOut: [d], attrs: { permutation } }) => [
    transpose(
      d,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  lower: ({ emit, inputs, outputs, attrs }) => void emit('Transpose', inputs, { perm: attrs.permutation }, { outputs }),
})

export const transpose = (x: Value, permutation: readonly number[]): Value =>
  apply(transposeOp, [x], { permutation })[0]
