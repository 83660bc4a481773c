import { defineOp, expectThat } from '../op.ts'

/** loss[m] = -log softmax(logits[m])[labels[m]] for logits [M,V] float32, labels [M] int64. */
export const crossEntropy = defineOp({
  type: 'CrossEntropy',
  inputs: ['logits', 'labels'],
  infer: ([logits, labels]) => {
    expectThat(logits.shape.length === 2 && labels.shape.length === 1 && labels.dtype === 'int64', 'CrossEntropy', [logits, labels], 'logits [M,V] and labels [M] int64')
    return [{ dtype: logits.dtype, shape: labels.shape }]
  },
  grad: ({ b, inputs: [logits, labels], dOut: [d] }) => [b.crossEntropyGradient(logits, labels, d), null],
  lower({ emit, constant, inputs: [logits, labels], outputs }) {
    const one = constant('int64', [1], [1])
    const chosen = emit('GatherElements', [emit('LogSoftmax', [logits], { axis: -1 })[0], emit('Unsqueeze', [labels, one])[0]], { axis: 1 })[0]
    emit('Squeeze', [emit('Neg', [chosen])[0], one], {}, { outputs })
  },
})
