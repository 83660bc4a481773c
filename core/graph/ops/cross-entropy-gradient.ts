import type { Value } from '../ir.ts'
import { apply, defineOp } from '../op.ts'
import { atColumn } from './at-column.ts'
import { shiftedLogits } from './cross-entropy.ts'
import { div } from './div.ts'
import { exp } from './exp.ts'
import { mul } from './mul.ts'
import { reshape } from './reshape.ts'
import { sub } from './sub.ts'
import { where } from './where.ts'

/** dlogits = (softmax(logits) - onehot(labels)) · d: the gradient of CrossEntropy without a dense one-hot. d [M] */
export const crossEntropyGradientOp = defineOp({
  type: 'CrossEntropyGradient',
  beginsBackward: true,
  inputs: ['logits', 'labels', 'd'],
  infer: ([logits]) => [logits],
  grad: { noGrad: 'second derivatives are not needed' },
  expand({ inputs: [logits, labels, d] }) {
    const column = (x: Value) => reshape(x, [...x.shape, 1])
    const { shifted, sum } = shiftedLogits(logits)
    const target = where(atColumn(column(labels), logits), 1, 0)
    return [mul(sub(div(exp(shifted), sum), target), column(d))]
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

export const crossEntropyGradient = (logits: Value, labels: Value, d: Value): Value =>
  apply(crossEntropyGradientOp, [logits, labels, d], {})[0]
