import { defineOp } from '../op.ts'
import { div } from './div.ts'
import { unary } from './elementwise.ts'
import { exp } from './exp.ts'
import { mul } from './mul.ts'
import { reduceMax } from './reduce-max.ts'
import { reduceSum } from './reduce-sum.ts'
import { sub } from './sub.ts'

/** eˣ / Σ eˣ over the last axis. ONNX Softmax. */
export const softmaxOp = defineOp({
  type: 'Softmax',
  inputs: ['x'],
  infer: ([x]) => [x],
  // y = softmax(x)  =>  dx = y (d - Σ d y)
  grad: ({ outputs: [y], dOut: [d] }) => [mul(y, sub(d, reduceSum(mul(d, y), [-1], true)))],
  expand({ inputs: [x] }) {
    const e = exp(sub(x, reduceMax(x, [-1], true)))
    return [div(e, reduceSum(e, [-1], true))]
  },
  lower: ({ emit, inputs, outputs }) => void emit('Softmax', inputs, { axis: -1 }, { outputs }),
})

export const softmax = unary(softmaxOp)
