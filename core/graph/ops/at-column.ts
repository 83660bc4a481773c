import { InternalError } from '../../contract/errors.ts'
import type { Value } from '../ir.ts'
import { apply, defineOp, expectThat } from '../op.ts'

/** True where a column of `like` [.., C] is the one that `index` [.., 1] int64 names. For custom kernels only. */
export const atColumnOp = defineOp({
  type: 'AtColumn',
  inputs: ['index', 'like'],
  infer: ([index, like]) => {
    expectThat(index.dtype === 'int64' && index.shape.at(-1) === 1, 'AtColumn', [index, like], 'an index [.., 1] int64')
    return [{ dtype: 'bool', shape: like.shape }]
  },
  grad: { noGrad: 'true or false' },
  unread: [1],
  element: ({ inputs: [index], column }) => `(${index} == ${column})`,
  lower: () => {
    throw new InternalError('AtColumn is for custom kernels')
  },
})

export const atColumn = (index: Value, like: Value): Value => apply(atColumnOp, [index, like], {})[0]
