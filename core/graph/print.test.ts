import { describe, expect, it } from 'vitest'
import { gradients } from './autodiff.ts'
import { Builder } from './builder.ts'
import { fuseMatmulAdd } from './passes/fuse-matmul-add.ts'
import { printGraph } from './print.ts'
import type { Value } from './ir.ts'
import { add, exp, matmul, mul, reduceSum, rmsNorm, silu } from './ops/index.ts'

describe('printed graphs', () => {
  it('of LoRA: gradients only for A and B, sums inside the products', () => {
    const b = new Builder()
    const [x, a, up] = [
      b.input('x', 'float32', ['N', 4]),
      b.input('A', 'float32', [2, 4]),
      b.input('B', 'float32', [3, 2]),
    ]
    const w = b.weight('W', 'float32', [3, 4], { file: 'model.safetensors', offset: 0, length: 48 })
    const y = add(
      matmul(x, w, { transY: true }),
      matmul(matmul(x, a, { transY: true }), up, { transY: true, alpha: 2 }),
    )
    const [dA, dB] = gradients(reduceSum(y, [0, 1], false), [a, up]) as [Value, Value]
    b.output('y', y)
    b.output('dA', dA)
    b.output('dB', dB)
    expect(printGraph(fuseMatmulAdd(b.build()))).toMatchInlineSnapshot(`
      "input x float32[N,4]
      input A float32[2,4]
      input B float32[3,2]
      %0 float32[N,3] = MatMul(x, W, transX=false, transY=true, alpha=1)
      %1 float32[N,2] = MatMul(x, A, transX=false, transY=true, alpha=1)
      %2 float32[N,3] = MatMulAdd(%1, B, %0, transX=false, transY=true, alpha=2)
      %3 float32[1,1] = Reshape(1, shape=[1,1])
      %4 float32[N,3] = Expand(%3, %2)
      %5 float32[N,2] = MatMul(%4, B, transX=false, transY=false, alpha=2)
      %6 float32[3,2] = MatMul(%4, %1, transX=true, transY=false, alpha=2)
      %7 float32[2,4] = MatMul(%5, x, transX=true, transY=false, alpha=1)
      output y = %2
      output dA = %7
      output dB = %6"
    `)
  })

  it('leaves out what no output needs and computes the same thing once', () => {
    const b = new Builder()
    const x = b.input('x', 'float32', ['N', 2])
    exp(x)
    b.output('y', mul(silu(x), silu(x)))
    expect(printGraph(b.build())).toMatchInlineSnapshot(`
      "input x float32[N,2]
      %0 float32[N,2] = Silu(x)
      %1 float32[N,2] = Mul(%0, %0)
      output y = %1"
    `)
  })

  it('of the gradient of RMSNorm', () => {
    const b = new Builder()
    const x = b.input('x', 'float32', ['N', 4])
    const y = rmsNorm(x, b.constant([1, 2, 3, 4]), 1e-5)
    b.output('dx', gradients(reduceSum(mul(y, y), [0, 1], false), [x])[0] as Value)
    expect(printGraph(b.build())).toMatchInlineSnapshot(`
      "input x float32[N,4]
      %0 float32[N,4], %1 float32[N,1] = RmsNorm(x, 1 2 3 4, epsilon=0.00001)
      %2 float32[N,4] = Mul(%0, %0)
      %3 float32[1,1] = Reshape(1, shape=[1,1])
      %4 float32[N,4] = Expand(%3, %2)
      %5 float32[N,4] = Mul(%4, %0)
      %6 float32[N,4] = Add(%5, %5)
      %7 float32[N,4] = Mul(%6, 1 2 3 4)
      %8 float32[N,4] = Mul(%7, x)
      %9 float32[N,1] = ReduceSum(%8, axes=[-1], keepDims=true)
      %10 float32[N,1] = Mul(%9, 0.25)
      %11 float32[N,1] = Mul(%1, %1)
      %12 float32[N,1] = Mul(%10, %11)
      %13 float32[N,4] = Mul(x, %12)
      %14 float32[N,4] = Sub(%7, %13)
      %15 float32[N,4] = Mul(%14, %1)
      output dx = %15"
    `)
  })
})
