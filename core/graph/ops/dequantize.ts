import { z } from 'zod'
import { defineOp, expectThat } from '../op.ts'

/** y = q · scale for integers q [R,C] int8 or int4 whose rows are cut into blocks with one scale each, scales [R, C/block]. ONNX DequantizeLinear. */
export const dequantize = defineOp({
  type: 'Dequantize',
  inputs: ['q', 'scales'],
  attrs: z.object({ block: z.number().int() }),
  infer: ([q, scales], { block }) => {
    expectThat(q.shape.length === 2 && (scales.shape[1] as number) * block === q.shape[1], 'Dequantize', [q, scales], 'q [R,C] and scales [R, C/block]')
    return [{ dtype: scales.dtype, shape: q.shape }]
  },
  grad: { noGrad: 'weights in few bits are not trained' },
  lower: ({ emit, inputs, outputs, attrs: { block } }) => void emit('DequantizeLinear', inputs, { axis: 1, block_size: block }, { outputs }),
})
