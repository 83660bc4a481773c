import type { Value } from '../ir.ts'
import { ONNX_TYPES } from '../onnx/types.ts'
import { apply, defineOp, expectThat } from '../op.ts'

/**
 * Causal depthwise convolution of new tokens x [B,T,C] over the last k-1 rows before them, state [B,k-1,C]; w [C,k],
 * its last column for the token itself. lengths [B] and total [1] int32 as for GroupQueryAttention: rows shorter than T
 * are padded at their end when the cache begins. Outputs y [B,T,C] and the new state. A primitive because T is known
 * only at run time.
 */
export const cachedConvolutionOp = defineOp({
  type: 'CachedConvolution',
  inputs: ['x', 'state', 'w', 'lengths', 'total'],
  outputs: ['y', 'state'],
  infer: ([x, state, w]) => {
    expectThat(
      state.shape[1] === (w.shape[1] as number) - 1 && state.shape[2] === w.shape[0],
      'CachedConvolution',
      [x, state, w],
      'x [B,T,C], state [B,k-1,C] and w [C,k]',
    )
    return [x, state]
  },
  grad: { noGrad: 'decoding is not differentiated' },
  lower({
    emit,
    constant,
    inputs: [x, state, w, lengths, total],
    values: [
      ,
      {
        shape: [, kept],
      },
      {
        shape: [channels, kernel],
      },
    ],
    outputs: [y, newState],
  }) {
    const ints = (...values: number[]) => constant('int64', values, [values.length])
    const [K, rows] = [kernel as number, kept as number]
    const all = emit('Concat', [state, x], { axis: 1 })[0]
    const taps = Array.from({ length: K }, (_, tap) => {
      const seen = emit('Slice', [
        all,
        ints(tap),
        ints(tap === K - 1 ? Number.MAX_SAFE_INTEGER : tap - K + 1),
        ints(1),
      ])[0]
      return emit('Mul', [
        seen,
        emit('Reshape', [emit('Slice', [w, ints(tap), ints(tap + 1), ints(1)])[0], ints(1, 1, channels as number)])[0],
      ])[0]
    })
    const sum = taps.reduce((left, right) => emit('Add', [left, right])[0])
    emit('Identity', [sum], {}, { outputs: [y] })
    // The state after n real new tokens begins n rows further on.
    const T = emit('Gather', [emit('Shape', [x])[0], constant('int64', [1], [])])[0]
    const long = (name: string) => emit('Cast', [name], { to: ONNX_TYPES.int64 })[0]
    const begins = emit('Equal', [long(total), T])[0]
    const n = emit('Where', [begins, emit('Add', [long(lengths), constant('int64', [1], [])])[0], T])[0]
    const places = emit('Add', [
      emit('Unsqueeze', [n, ints(1)])[0],
      ints(...Array.from({ length: rows }, (_, row) => row)),
    ])[0]
    emit('GatherND', [all, emit('Unsqueeze', [places, ints(2)])[0]], { batch_dims: 1 }, { outputs: [newState] })
  },
})

export const cachedConvolution = (
  x: Value,
  state: Value,
  w: Value,
  lengths: Value,
  total: Value,
): readonly [y: Value, state: Value] => apply(cachedConvolutionOp, [x, state, w, lengths, total], {})
