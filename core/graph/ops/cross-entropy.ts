import type { Builder } from '../builder.ts'
import type { Value } from '../ir.ts'
import { defineOp, expectThat } from '../op.ts'

/** logits - max(logits) of each row, and the sum of their exponentials. */
export function shiftedLogits(b: Builder, logits: Value): { readonly shifted: Value; readonly sum: Value } {
  const shifted = b.sub(logits, b.reduceMax(logits, [-1], true))
  return { shifted, sum: b.reduceSum(b.exp(shifted), [-1], true) }
}

/** loss[m] = -log softmax(logits[m])[labels[m]] for logits [M,V] float32, labels [M] int64. */
export const crossEntropy = defineOp({
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
  grad: ({ b, inputs: [logits, labels], dOut: [d] }) => [b.crossEntropyGradient(logits, labels, d), null],
  expand({ b, inputs: [logits, labels] }) {
    const { shifted, sum } = shiftedLogits(b, logits)
    const chosen = b.reduceSum(
      b.where(b.atColumn(b.reshape(labels, [...labels.shape, 1]), logits), shifted, b.constant(0)),
      [-1],
      true,
    )
    return [b.reshape(b.sub(b.log(sum), chosen), labels.shape)]
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
