import type { Value } from '../ir.ts'
import { ONNX_TYPES } from '../onnx/types.ts'
import { apply, defineOp } from '../op.ts'

/**
 * Positions [B,T] int64 of new tokens ids [B,T] over a cache, as GroupQueryAttention counts them: from 0 where nothing
 * is in the cache yet (then total = T, and shorter rows are padded at their end), else so that the last one is
 * lengths[b]. lengths [B], total [1] int32. A primitive because T is known only at run time.
 */
export const cachePositionsOp = defineOp({
  type: 'CachePositions',
  inputs: ['ids', 'lengths', 'total'],
  infer: ([ids]) => [{ dtype: 'int64', shape: ids.shape }],
  grad: { noGrad: 'integers' },
  lower({ emit, constant, inputs: [ids, lengths, total], outputs }) {
    const int = (value: number, shape: number[] = []) => constant('int64', [value], shape)
    const long = (name: string) => emit('Cast', [name], { to: ONNX_TYPES.int64 })[0]
    const T = emit('Gather', [emit('Shape', [ids])[0], int(1)])[0]
    const afterCache = emit('Sub', [emit('Add', [long(lengths), int(1)])[0], T])[0]
    const first = emit('Where', [emit('Equal', [long(total), T])[0], int(0), afterCache])[0]
    emit('Add', [emit('Unsqueeze', [first, int(1, [1])])[0], emit('Range', [int(0), T, int(1)])[0]], {}, { outputs })
  },
})

export const cachePositions = (ids: Value, lengths: Value, total: Value): Value =>
  apply(cachePositionsOp, [ids, lengths, total], {})[0]
