import { z } from 'zod'
import type { Value } from '../ir.ts'
import { ONNX_TYPES } from '../onnx/types.ts'
import { apply, defineOp, expectThat } from '../op.ts'

/**
 * y = q · scale for integers q [R,C] int8 or int4 whose rows are cut into blocks with one scale each, scales [R,
 * C/block] float32, in the type `to`. Nodes of another `use` are not the same: the wide copy of a weight is made for
 * each use and lives no longer. ONNX DequantizeLinear.
 */
export const dequantizeOp = defineOp({
  type: 'Dequantize',
  isMadePerUse: true,
  inputs: ['q', 'scales'],
  attrs: z.object({ block: z.number().int(), to: z.enum(['float32', 'float16', 'bfloat16']), use: z.number().int() }),
  infer: ([q, scales], { block, to }) => {
    expectThat(
      q.shape.length === 2 && (scales.shape[1] as number) * block === q.shape[1],
      'Dequantize',
      [q, scales],
      'q [R,C] and scales [R, C/block]',
    )
    return [{ dtype: to, shape: q.shape }]
  },
  grad: { noGrad: 'quantized weights are not trained' },
  dequantizeAgain: ({ inputs: [q, scales], attrs, to, use }) =>
    dequantize(q as Value, scales as Value, attrs['block'] as number, to as 'float32', use),
  kernel: ([q], { block, to }) => ({
    body: kernelBody(q.dtype === 'int4', block, to === 'float32' ? 'float' : to === 'float16' ? 'half' : 'bfloat'),
    sizes: [],
    rowBy: 'none',
  }),
  lower({ emit, inputs, outputs, attrs: { block, to } }) {
    const wide = emit(
      'DequantizeLinear',
      inputs,
      { axis: 1, block_size: block },
      to === 'float32' ? { outputs } : {},
    )[0]
    if (to !== 'float32') emit('Cast', [wide], { to: ONNX_TYPES[to] }, { outputs })
  },
})

export const dequantize = (
  q: Value,
  scales: Value,
  block: number,
  to: 'float32' | 'float16' | 'bfloat16' = 'float32',
  use = 0,
): Value => apply(dequantizeOp, [q, scales], { block, to, use })[0]

/**
 * Eight numbers a thread at a time: 4 bytes of int4 or 8 of int8, and 16 of float16. A block's size is a multiple of
 * eight.
 */
const kernelBody = (isInt4: boolean, block: number, element: string): string => `
  for (int c = (blockIdx.y * blockDim.x + threadIdx.x) * 8; c < columns; c += gridDim.y * blockDim.x * 8) {
    const float scale = in1[row * (columns / ${block}) + c / ${block}];
    const Pack<unsigned char, ${isInt4 ? 4 : 8}> codes = load<${isInt4 ? 4 : 8}>((const unsigned char*)in0 + (row * columns + c) ${isInt4 ? '/ 2' : ''});
    Pack<${element}, 8> wide;
    #pragma unroll
    for (int i = 0; i < 8; i++) narrow(${isInt4 ? '(float)((((codes.at[i >> 1] >> (4 * (i & 1))) & 15) ^ 8) - 8)' : '(float)(signed char)codes.at[i]'} * scale, wide.at[i]);
    store<8>(out0 + row * columns + c, wide);
  }`
