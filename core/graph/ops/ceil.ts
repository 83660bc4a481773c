import { defineOp } from '../op.ts'
import { unary } from './elementwise.ts'

/** To the next whole number upwards. ONNX Ceil. */
export const ceilOp = defineOp({
  type: 'Ceil',
  inputs: ['x'],
  infer: ([x]) => [x],
  grad: { noGrad: 'flat wherever it has a slope' },
  element: ({ inputs: [x] }) => `ceilf(${x})`,
  lower: ({ emit, inputs, outputs }) => void emit('Ceil', inputs, {}, { outputs }),
})

export const ceil = unary(ceilOp)
