import type { Value } from '../ir.ts'
import { apply, defineOp, expectThat } from '../op.ts'
import { atColumn } from './at-column.ts'
import { crossEntropyGradient } from './cross-entropy-gradient.ts'
import { exp } from './exp.ts'
import { log } from './log.ts'
import { reduceMax } from './reduce-max.ts'
import { reduceSum } from './reduce-sum.ts'
import { reshape } from './reshape.ts'
import { sub } from './sub.ts'
import { where } from './where.ts'

/** logits - max(logits) of each row, and the sum of their exponentials. */
export function shiftedLogits(logits: Value): { readonly shifted: Value; readonly sum: Value } {
  const shifted = sub(logits, reduceMax(logits, [-1], true))
  return { shifted, sum: reduceSum(exp(shifted), [-1], true) }
}

/** loss[m] = -log softmax(logits[m])[labels[m]] for logits [M,V] float32, labels [M] int64. */
export const crossEntropyOp = defineOp({
  type: 'CrossEntropy',
  inputs: ['logits', 'labels'],
  infer: ([logits, labels]) => {
    expectThat(
      logits.shape.length === 2 && labels.shape.length === 1 && labels.dtype === 'int64',
      'CrossEntropy',
      [logits, labels],
      'logits [M,V] and labels [M] int64',
    )
    return [{ dtype: logits.dtype, shape: labels.shape }]
  },
  grad: ({ inputs: [logits, labels], dOut: [d] }) => [crossEntropyGradient(logits, labels, d), null],
  expand({ inputs: [logits, labels] }) {
    const { shifted, sum } = shiftedLogits(logits)
    const chosen = reduceSum(where(atColumn(reshape(labels, [...labels.shape, 1]), logits), shifted, 0), [-1], true)
    return [reshape(sub(log(sum), chosen), labels.shape)]
  },
  temporaries: ([logits]) => [logits],
  lower({ emit, constant, inputs: [logits, labels], outputs }) {
    const one = constant('int64', [1], [1])
    const chosen = emit(
      'GatherElements',
      [emit('LogSoftmax', [logits], { axis: -1 })[0], emit('Unsqueeze', [labels, one])[0]],
      { axis: 1 },
    )[0]
    emit('Squeeze', [emit('Neg', [chosen])[0], one], {}, { outputs })
  },
})

export const crossEntropy = (logits: Value, labels: Value): Value => apply(crossEntropyOp, [logits, labels], {})[0]
