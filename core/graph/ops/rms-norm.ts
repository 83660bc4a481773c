import { z } from 'zod'
import { castName } from '../onnx/cast-name.ts'
import { defineOp, expectThat } from '../op.ts'

/**
 * y = x · inv · w with inv = 1/√(mean(x²) + ε) over the last axis (Zhang & Sennrich 2019). Outputs y and inv (last axis
 * 1, float32). A primitive because ONNX Runtime's one pass is several times faster than seven.
 * SimplifiedLayerNormalization.
 */
export const rmsNorm = defineOp({
  type: 'RmsNorm',
  inputs: ['x', 'w'],
  outputs: ['y', 'inv'],
  attrs: z.object({ epsilon: z.number() }),
  infer: ([x, w]) => {
    expectThat(
      w.shape.length === 1 && typeof w.shape[0] === 'number' && w.shape[0] === x.shape.at(-1),
      'RmsNorm',
      [x, w],
      'x [.., C] and w [C]',
    )
    return [
      { dtype: x.dtype, shape: x.shape },
      { dtype: 'float32', shape: [...x.shape.slice(0, -1), 1] },
    ]
  },
  // g = d w  =>  dx = inv (g - x inv² mean(g x)),  dw = Σ d x inv
  grad: ({ b, inputs: [x, w], outputs: [, inv], dOut: [d] }) => {
    if (!d) return [null, null]
    const [x32, d32] = [b.cast(x, 'float32'), b.cast(d, 'float32')]
    const size = b.constant(1 / (w.shape[0] as number))
    const g = b.mul(d32, b.cast(w, 'float32'))
    const mean = b.mul(b.reduceSum(b.mul(g, x32), [-1], true), size)
    const slope = b.mul(mean, b.mul(inv, inv))
    return [b.cast(b.mul(b.sub(g, b.mul(x32, slope)), inv), x.dtype), b.cast(b.mul(d32, b.mul(x32, inv)), w.dtype)]
  },
  expand({ b, inputs: [x, w], attrs: { epsilon } }) {
    const x32 = b.cast(x, 'float32')
    const square = b.mul(b.reduceSum(b.mul(x32, x32), [-1], true), b.constant(1 / (w.shape[0] as number)))
    const inv = b.div(b.constant(1), b.sqrt(b.add(square, b.constant(epsilon))))
    return [b.cast(b.mul(b.mul(x32, inv), b.cast(w, 'float32')), x.dtype), inv]
  },
  lower({
    provider,
    emit,
    constant,
    inputs: [x, weight],
    values: [{ dtype }, { dtype: given }],
    outputs: [y, inv],
    attrs: { epsilon },
  }) {
    const w = castName(emit, weight, given, dtype)
    if (provider === 'cpu' || provider === 'cuda')
      return void emit(
        'SimplifiedLayerNormalization',
        [x, w],
        { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
        { outputs: [y, inv] },
      )
    const mean = emit('ReduceMean', [emit('Mul', [x, x])[0], constant('int64', [-1], [1])], { keepdims: 1 })[0]
    emit(
      'Reciprocal',
      [emit('Sqrt', [emit('Add', [mean, constant('float32', [epsilon], [])])[0]])[0]],
      {},
      { outputs: [inv] },
    )
    emit('Mul', [emit('Mul', [x, inv])[0], w], {}, { outputs: [y] })
  },
})
