import { z } from 'zod'
import type { Shape, Value } from '../ir.ts'
import { apply, defineOp, expectThat } from '../op.ts'
import { knownSize } from '../shapes.ts'

/** The same elements in another shape; named dimensions are looked up at run time. ONNX Reshape. */
export const reshapeOp = defineOp({
  type: 'Reshape',
  takesHalfPrecision: true,
  isView: true,
  inputs: ['x'],
  attrs: z.object({ shape: z.array(z.union([z.number(), z.string()])).readonly() }),
  infer: ([x], { shape }) => {
    const known = [...x.shape, ...shape].every((dim) => typeof dim === 'number')
    expectThat(
      !known || knownSize(x.shape) === knownSize(shape),
      'Reshape',
      [x],
      `as many elements as [${shape.join()}]`,
    )
    return [{ dtype: x.dtype, shape: shape satisfies Shape }]
  },
  grad: ({ inputs: [x], dOut: [d] }) => [reshape(d, x.shape)],
  aliasOf: 0,
  lower: ({ emit, shape, inputs: [x], outputs, attrs }) =>
    void emit('Reshape', [x, shape(attrs.shape)], {}, { outputs }),
})

export const reshape = (x: Value, shape: Shape): Value => apply(reshapeOp, [x], { shape })[0]
