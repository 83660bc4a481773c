import type { Value } from '../ir.ts'
import { apply, defineOp } from '../op.ts'
import { matmulAddOp } from './matmul-add.ts'
import { MatmulAttributes, productShape } from './product.ts'

/**
 * y = alpha · x̃ ỹ over the last two axes, the axes before broadcast. ONNX MatMul / Gemm, com.microsoft FusedMatMul.
 */
export const matmulOp = defineOp({
  type: 'MatMul',
  isProduct: true,
  withSum: matmulAddOp,
  inputs: ['x', 'y'],
  attrs: MatmulAttributes,
  infer: ([x, y], attrs) => [{ dtype: x.dtype, shape: productShape(x, y, attrs) }],
  // out = α X Y  =>  dX = α d Yᵀ, dY = α Xᵀ d; swapped operands give swapped products.
  grad: ({ inputs: [x, y], dOut: [d], attrs: { transX, transY, alpha } }) => [
    transX ? matmul(y, d, { transX: transY, transY: true, alpha }) : matmul(d, y, { transY: !transY, alpha }),
    transY ? matmul(d, x, { transX: true, transY: transX, alpha }) : matmul(x, d, { transX: !transX, alpha }),
  ],
  lower({ provider, values: [x, y], inputs, outputs, emit, constant, attrs: { transX, transY, alpha } }) {
    const attributes = { transA: Number(transX), transB: Number(transY), alpha: { float: alpha } }
    if (!transX && !transY && alpha === 1) return void emit('MatMul', inputs, {}, { outputs })
    if (x.shape.length === 2 && y.shape.length === 2) return void emit('Gemm', inputs, attributes, { outputs })
    if (FUSED_PROVIDERS.includes(provider))
      return void emit('FusedMatMul', inputs, attributes, { outputs, domain: 'com.microsoft' })
    const turned = (name: string, rank: number, swap: boolean) =>
      swap ? emit('Transpose', [name], { perm: swapLast(rank) })[0] : name
    const operands = [turned(inputs[0], x.shape.length, transX), turned(inputs[1], y.shape.length, transY)]
    if (alpha === 1) return void emit('MatMul', operands, {}, { outputs })
    emit('Mul', [emit('MatMul', operands)[0], constant(x.dtype, [alpha], [])], {}, { outputs })
  },
})

export const matmul = (
  x: Value,
  y: Value,
  { transX = false, transY = false, alpha = 1 }: Partial<MatmulAttributes> = {},
): Value => apply(matmulOp, [x, y], { transX, transY, alpha })[0]

/** The others would compute FusedMatMul on the processor. */
const FUSED_PROVIDERS: readonly string[] = ['cpu', 'cuda']

const swapLast = (rank: number): number[] => [
  ...Array.from({ length: rank - 2 }, (_, axis) => axis),
  rank - 1,
  rank - 2,
]
