import { z } from 'zod'
import type { Value } from '../ir.ts'
import { castName } from '../onnx/cast-name.ts'
import { apply, defineOp, expectThat } from '../op.ts'
import { add } from './add.ts'
import { cast } from './cast.ts'
import { div } from './div.ts'
import { mul } from './mul.ts'
import { reduceSum } from './reduce-sum.ts'
import { sqrt } from './sqrt.ts'
import { sub } from './sub.ts'

/**
 * y = x̂ w + c with x̂ = (x - mean) · inv, inv = 1/√(var(x) + ε) over the last axis (Ba et al. 2016). Outputs y, mean
 * and inv (last axis 1, float32). A primitive because ONNX Runtime's one pass is several times faster than nine.
 * LayerNormalization.
 */
export const layerNormOp = defineOp({
  type: 'LayerNorm',
  inputs: ['x', 'w', 'c'],
  outputs: ['y', 'mean', 'inv'],
  attrs: z.object({ epsilon: z.number() }),
  infer: ([x, w, c]) => {
    expectThat(
      w.shape.length === 1 &&
        typeof w.shape[0] === 'number' &&
        w.shape[0] === x.shape.at(-1) &&
        c.shape[0] === w.shape[0],
      'LayerNorm',
      [x, w, c],
      'x [.., C], w [C] and c [C]',
    )
    const statistic = { dtype: 'float32' as const, shape: [...x.shape.slice(0, -1), 1] }
    return [{ dtype: x.dtype, shape: x.shape }, statistic, statistic]
  },
  // g = d w  =>  dx = inv (g - mean(g) - x̂ mean(g x̂)),  dw = Σ d x̂,  dc = Σ d
  grad: ({ inputs: [x, w], outputs: [, mean, inv], dOut: [d] }) => {
    if (!d) return [null, null, null]
    const scaled = mul(sub(cast(x, 'float32'), mean), inv)
    const d32 = cast(d, 'float32')
    const size = x.graph.constant(1 / (w.shape[0] as number))
    const g = mul(d32, cast(w, 'float32'))
    const average = (y: Value) => mul(reduceSum(y, [-1], true), size)
    const dx = mul(sub(sub(g, average(g)), mul(scaled, average(mul(g, scaled)))), inv)
    return [cast(dx, x.dtype), cast(mul(d32, scaled), w.dtype), cast(d32, w.dtype)]
  },
  expand({ inputs: [x, w, c], attrs: { epsilon } }) {
    const average = (y: Value) => mul(reduceSum(y, [-1], true), 1 / (w.shape[0] as number))
    const x32 = cast(x, 'float32')
    const mean = average(x32)
    const centred = sub(x32, mean)
    const inv = div(1, sqrt(add(average(mul(centred, centred)), epsilon)))
    return [cast(add(mul(mul(centred, inv), cast(w, 'float32')), cast(c, 'float32')), x.dtype), mean, inv]
  },
  lower({
    provider,
    emit,
    constant,
    inputs: [x, weight, bias],
    values: [{ dtype }, { dtype: given }],
    outputs: [y, mean, inv],
    attrs: { epsilon },
  }) {
    const [w, c] = [castName(emit, weight, given, dtype), castName(emit, bias, given, dtype)]
    if (provider === 'cpu' || provider === 'cuda')
      return void emit(
        'LayerNormalization',
        [x, w, c],
        { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
        { outputs: [y, mean, inv] },
      )
    const axis = constant('int64', [-1], [1])
    emit('ReduceMean', [x, axis], { keepdims: 1 }, { outputs: [mean] })
    const centred = emit('Sub', [x, mean])[0]
    const variance = emit('ReduceMean', [emit('Mul', [centred, centred])[0], axis], { keepdims: 1 })[0]
    emit(
      'Reciprocal',
      [emit('Sqrt', [emit('Add', [variance, constant('float32', [epsilon], [])])[0]])[0]],
      {},
      { outputs: [inv] },
    )
    emit('Add', [emit('Mul', [emit('Mul', [centred, inv])[0], w])[0], c], {}, { outputs: [y] })
  },
})

export const layerNorm = (x: Value, weight: Value, bias: Value, epsilon: number): Value =>
  apply(layerNormOp, [x, weight, bias], { epsilon })[0]
