import { defineOp } from '../op.ts'

/** To the nearest whole number, halves to the even one. ONNX Round. */
export const round = defineOp({
  type: 'Round',
  inputs: ['x'],
  infer: ([x]) => [x],
  grad: { noGrad: 'flat wherever it has a slope' },
  lower: ({ emit, inputs, outputs }) => void emit('Round', inputs, {}, { outputs }),
})
