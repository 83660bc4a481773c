import { misfit, type Attributes, type Dim, type Operation, type Value } from '../ir.ts'
import { broadcast } from '../shapes.ts'

export interface MatmulAttributes {
  /** Reads the last two axes of x or y swapped. */
  readonly transX: boolean
  readonly transY: boolean
  /** The product is multiplied by it. */
  readonly alpha: number
}

const read = (attributes: Attributes): MatmulAttributes => attributes as unknown as MatmulAttributes

/** out = alpha · x̃ ỹ over the last two axes, the axes before broadcast. ONNX MatMul / Gemm, com.microsoft FusedMatMul. */
export const matmul: Operation = {
  type: 'MatMul',
  infer(inputs, attributes) {
    const { transX, transY } = read(attributes)
    const [x, y] = inputs
    if (!x || !y || x.shape.length < 2 || y.shape.length < 2 || x.dtype !== y.dtype) return misfit('MatMul', inputs, 'two matrices of one type')
    const [rows, inner] = lastTwo(x, transX)
    const [innerY, columns] = lastTwo(y, transY)
    if (inner !== innerY) return misfit('MatMul', inputs, `inner sizes to agree (transX ${transX}, transY ${transY})`)
    return [{ dtype: x.dtype, shape: [...broadcast(x.shape.slice(0, -2), y.shape.slice(0, -2)), rows, columns] }]
  },
  // out = α X Y  =>  dX = α d Yᵀ, dY = α Xᵀ d; swapped operands give swapped products.
  gradient({ b, inputs, dOut, attributes, needs }) {
    const { transX, transY, alpha } = read(attributes)
    const [x, y] = inputs as [Value, Value]
    const [d] = dOut as [Value]
    const dx = () => (transX ? b.matmul(y, d, { transX: transY, transY: true, alpha }) : b.matmul(d, y, { transY: !transY, alpha }))
    const dy = () => (transY ? b.matmul(d, x, { transX: true, transY: transX, alpha }) : b.matmul(x, d, { transX: !transX, alpha }))
    return [needs[0] ? dx() : null, needs[1] ? dy() : null]
  },
  lower({ provider, node, inputs, outputs, emit, constant }) {
    const { transX, transY, alpha } = read(node.attributes)
    const [x, y] = node.inputs as [Value, Value]
    if (!transX && !transY && alpha === 1) return void emit('MatMul', inputs, {}, { outputs })
    if (x.shape.length === 2 && y.shape.length === 2)
      return void emit('Gemm', inputs, { transA: Number(transX), transB: Number(transY), alpha: { float: alpha } }, { outputs })
    if (provider !== 'webgpu')
      return void emit('FusedMatMul', inputs, { transA: Number(transX), transB: Number(transY), alpha: { float: alpha } }, { outputs, domain: 'com.microsoft' })
    const turned = (name: string, value: Value, swap: boolean) => (swap ? (emit('Transpose', [name], { perm: swapLast(value.shape.length) })[0] as string) : name)
    const operands = [turned(inputs[0] as string, x, transX), turned(inputs[1] as string, y, transY)]
    if (alpha === 1) return void emit('MatMul', operands, {}, { outputs })
    const product = emit('MatMul', operands)
    emit('Mul', [product[0] as string, constant(x.dtype, [alpha], [])], {}, { outputs })
  },
}

function lastTwo({ shape }: Value, swap: boolean): [Dim, Dim] {
  const [rows, columns] = shape.slice(-2) as [Dim, Dim]
  return swap ? [columns, rows] : [rows, columns]
}

const swapLast = (rank: number): number[] => [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2]
