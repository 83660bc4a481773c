import { defineOp } from '../op.ts'
import { unary } from './elementwise.ts'

/** x, taken as constant: no gradient flows back. ONNX Identity. */
export const detachOp = defineOp({
  type: 'Detach',
  inputs: ['x'],
  infer: ([x]) => [x],
  grad: () => [null],
  element: ({ inputs: [x] }) => x,
  aliasOf: 0,
  lower: ({ emit, inputs, outputs }) => void emit('Identity', inputs, {}, { outputs }),
})

export const detach = unary(detachOp)
