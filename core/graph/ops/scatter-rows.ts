import { ONNX_TYPES } from '../onnx/types.ts'
import { defineOp, expectThat } from '../op.ts'
import { sameShape } from '../shapes.ts'

/** Zeros like the table [R, …] with the updates added to the rows that the indices name (a row named twice gets both). ONNX ScatterND. */
export const scatterRows = defineOp({
  type: 'ScatterRows',
  inputs: ['table', 'indices', 'updates'],
  infer: ([table, indices, updates]) => {
    expectThat(sameShape(updates.shape, [...indices.shape, ...table.shape.slice(1)]), 'ScatterRows', [table, indices, updates], 'an update for every index')
    return [{ dtype: table.dtype, shape: table.shape }]
  },
  grad: ({ b, inputs: [, indices], dOut: [d] }) => [null, null, b.gather(d, indices)],
  lower({ emit, constant, values: [{ dtype }, { shape }], inputs: [table, indices, updates], outputs }) {
    const zeros = emit('Expand', [constant(dtype, [0], [1]), emit('Shape', [table])[0]])[0]
    const column = emit('Unsqueeze', [emit('Cast', [indices], { to: ONNX_TYPES.int64 })[0], constant('int64', [shape.length], [1])])[0]
    emit('ScatterND', [zeros, column, updates], { reduction: 'add' }, { outputs })
  },
})
