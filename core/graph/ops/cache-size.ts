import type { Value } from '../ir.ts'
import { ONNX_TYPES } from '../onnx/types.ts'
import { apply, defineOp } from '../op.ts'

/**
 * How many places a cache [B,K,S,D] has: [1] int32. Known from its shape, so that nothing is fetched from the device.
 * ONNX Shape.
 */
export const cacheSizeOp = defineOp({
  type: 'CacheSize',
  inputs: ['cache'],
  infer: () => [{ dtype: 'int32', shape: [1] }],
  grad: { noGrad: 'integers' },
  lower: ({ emit, inputs, outputs }) =>
    void emit('Cast', [emit('Shape', inputs, { start: 2, end: 3 })[0]], { to: ONNX_TYPES.int32 }, { outputs }),
})

export const cacheSize = (cache: Value): Value => apply(cacheSizeOp, [cache], {})[0]
