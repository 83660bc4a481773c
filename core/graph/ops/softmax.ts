import { defineOp } from '../op.ts'

/** eˣ / Σ eˣ over the last axis. ONNX Softmax. */
export const softmax = defineOp({
  type: 'Softmax',
  inputs: ['x'],
  infer: ([x]) => [x],
  // y = softmax(x)  =>  dx = y (d - Σ d y)
  grad: ({ b, outputs: [y], dOut: [d] }) => [b.mul(y, b.sub(d, b.reduceSum(b.mul(d, y), [-1], true)))],
  expand({ b, inputs: [x] }) {
    const e = b.exp(b.sub(x, b.reduceMax(x, [-1], true)))
    return [b.div(e, b.reduceSum(e, [-1], true))]
  },
  lower: ({ emit, inputs, outputs }) => void emit('Softmax', inputs, { axis: -1 }, { outputs }),
})
