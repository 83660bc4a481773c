import { defineOp, expectThat } from '../op.ts'
import { sameShape } from '../shapes.ts'
import { MatmulAttributes, productShape } from './product.ts'

/** out = alpha · x̃ ỹ + c for matrices, c of the result's shape. Made by passes/fuse-matmul-add.ts only. ONNX Gemm. */
export const matmulAddOp = defineOp({
  type: 'MatMulAdd',
  isProduct: true,
  inputs: ['x', 'y', 'c'],
  attrs: MatmulAttributes,
  infer: ([x, y, c], attrs) => {
    const shape = productShape(x, y, attrs)
    expectThat(
      shape.length === 2 && sameShape(c.shape, shape) && c.dtype === x.dtype,
      'MatMulAdd',
      [x, y, c],
      'matrices and c like their product',
    )
    return [{ dtype: x.dtype, shape }]
  },
  grad: { noGrad: 'passes run after differentiation' },
  lower: ({ emit, inputs, outputs, attrs: { transX, transY, alpha } }) =>
    void emit('Gemm', inputs, { transA: Number(transX), transB: Number(transY), alpha: { float: alpha } }, { outputs }),
})
