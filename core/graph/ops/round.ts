import { defineOp } from '../op.ts'
import { unary } from './elementwise.ts'

/** To the nearest whole number, halves to the even one. ONNX Round. */
export const roundOp = defineOp({
  type: 'Round',
  inputs: ['x'],
  infer: ([x]) => [x],
  grad: { noGrad: 'flat wherever it has a slope' },
  element: ({ inputs: [x] }) => `rintf(${x})`,
  lower: ({ emit, inputs, outputs }) => void emit('Round', inputs, {}, { outputs }),
})

export const round = unary(roundOp)
