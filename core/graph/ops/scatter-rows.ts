import { z } from 'zod'
import type { Value } from '../ir.ts'
import { ONNX_TYPES } from '../onnx/types.ts'
import { apply, defineOp, expectThat } from '../op.ts'
import { sameShape } from '../shapes.ts'
import { gather } from './gather.ts'

/**
 * Zeros like the table [R, …] with the updates added to the rows that the indices name (a row named twice gets both,
 * unless `unique` says that there is none: adding is slow on GPUs). ONNX ScatterND.
 */
export const scatterRowsOp = defineOp({
  type: 'ScatterRows',
  inputs: ['table', 'indices', 'updates'],
  attrs: z.object({ unique: z.boolean() }),
  infer: ([table, indices, updates]) => {
    expectThat(
      sameShape(updates.shape, [...indices.shape, ...table.shape.slice(1)]),
      'ScatterRows',
      [table, indices, updates],
      'an update for every index',
    )
    return [{ dtype: table.dtype, shape: table.shape }]
  },
  grad: ({ inputs: [, indices], dOut: [d], attrs }) => [null, null, gather(d, indices, attrs)],
  // Each row looks for its update: there is none to wait for.
  kernel: ([, { dtype }], { unique }) =>
    unique && dtype === 'int32' ? { body: SEARCH, sizes: [{ input: 1, axis: 0 }], rowBy: 'block' } : null,
  lower({
    emit,
    constant,
    values: [{ dtype }, { shape }],
    inputs: [table, indices, updates],
    outputs,
    attrs: { unique },
  }) {
    const zeros = emit('Expand', [constant(dtype, [0], [1]), emit('Shape', [table])[0]])[0]
    const column = emit('Unsqueeze', [
      emit('Cast', [indices], { to: ONNX_TYPES.int64 })[0],
      constant('int64', [shape.length], [1]),
    ])[0]
    emit('ScatterND', [zeros, column, updates], unique ? {} : { reduction: 'add' }, { outputs })
  },
})

export const scatterRows = (
  table: Value,
  indices: Value,
  updates: Value,
  { unique = false }: { unique?: boolean } = {},
): Value => apply(scatterRowsOp, [table, indices, updates], { unique })[0]

const SEARCH = `
  __shared__ int found;
  if (threadIdx.x == 0) found = -1;
  __syncthreads();
  for (int m = threadIdx.x; m < s0; m += blockDim.x) if (in1[m] == row) found = m;
  __syncthreads();
  const int from = found;
  for (int c = threadIdx.x; c < columns; c += blockDim.x) {
    if (from >= 0) out0[row * columns + c] = in2[(long long)from * columns + c];
    else narrow(0.f, out0[row * columns + c]);
  }`
