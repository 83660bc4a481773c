import { defineOp } from '../op.ts'
import { unary } from './elementwise.ts'

/** -1, 0 or 1. ONNX Sign. */
export const signOp = defineOp({
  type: 'Sign',
  inputs: ['x'],
  infer: ([x]) => [x],
  grad: { noGrad: 'flat wherever it has a slope' },
  element: ({ inputs: [x] }) => `(float)((${x} > 0.f) - (${x} < 0.f))`,
  lower: ({ emit, inputs, outputs }) => void emit('Sign', inputs, {}, { outputs }),
})

export const sign = unary(signOp)
