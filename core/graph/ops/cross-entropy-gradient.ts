import type { Value } from '../ir.ts'
import { defineOp } from '../op.ts'
import { shiftedLogits } from './cross-entropy.ts'

/** dlogits = (softmax(logits) - onehot(labels)) · d: the gradient of CrossEntropy without a dense one-hot. d [M] */
export const crossEntropyGradient = defineOp({
  type: 'CrossEntropyGradient',
  inputs: ['logits', 'labels', 'd'],
  infer: ([logits]) => [logits],
  grad: { noGrad: 'second derivatives are not needed' },
  expand({ b, inputs: [logits, labels, d] }) {
    const column = (x: Value) => b.reshape(x, [...x.shape, 1])
    const { shifted, sum } = shiftedLogits(b, logits)
    const target = b.where(b.atColumn(column(labels), logits), b.constant(1), b.constant(0))
    return [b.mul(b.sub(b.div(b.exp(shifted), sum), target), column(d))]
  },
  lower({ emit, constant, inputs: [logits, labels, d], outputs }) {
    const one = constant('int64', [1], [1])
    const column = emit('Unsqueeze', [labels, one])[0]
    const weight = emit('Unsqueeze', [d, one])[0]
    const scaled = emit('Mul', [emit('Softmax', [logits], { axis: -1 })[0], weight])[0]
    const chosen = emit('GatherElements', [scaled, column], { axis: 1 })[0]
    emit('ScatterElements', [scaled, column, emit('Sub', [chosen, weight])[0]], { axis: 1 }, { outputs })
  },
})
