import { misfit, type Operation, type Value } from '../ir.ts'
import { fromFront } from '../shapes.ts'

/** Sum over axes; kept as 1 or dropped. ONNX ReduceSum. */
export const reduceSum: Operation = {
  type: 'ReduceSum',
  infer(inputs, { axes, keepDims }) {
    const [x] = inputs
    if (!x) return misfit('ReduceSum', inputs, 'one value')
    const reduced = (axes as readonly number[]).map((axis) => fromFront(axis, x.shape.length))
    const shape = keepDims ? x.shape.map((dim, axis) => (reduced.includes(axis) ? 1 : dim)) : x.shape.filter((_, axis) => !reduced.includes(axis))
    return [{ dtype: x.dtype, shape }]
  },
  gradient({ b, inputs, dOut, attributes: { axes, keepDims } }) {
    const [x] = inputs as [Value]
    const [d] = dOut as [Value]
    const reduced = (axes as readonly number[]).map((axis) => fromFront(axis, x.shape.length))
    const kept = keepDims ? d : b.reshape(d, x.shape.map((dim, axis) => (reduced.includes(axis) ? 1 : dim)))
    return [b.expandLike(kept, x)]
  },
  lower({ node: { attributes }, inputs, outputs, emit, constant }) {
    const axes = attributes['axes'] as readonly number[]
    emit('ReduceSum', [inputs[0] as string, constant('int64', axes, [axes.length])], { keepdims: Number(attributes['keepDims']) }, { outputs })
  },
}

/** exp(x) / Σ exp(x) over the last axis. ONNX Softmax. */
export const softmax: Operation = {
  type: 'Softmax',
  infer: (inputs) => (inputs[0] ? [inputs[0]] : misfit('Softmax', inputs, 'one value')),
  // y = softmax(x)  =>  dx = y (d - Σ d y)
  gradient({ b, outputs, dOut }) {
    const [y] = outputs as [Value]
    const [d] = dOut as [Value]
    return [b.mul(y, b.sub(d, b.reduceSum(b.mul(d, y), [-1], true)))]
  },
  lower: ({ inputs, outputs, emit }) => void emit('Softmax', inputs, { axis: -1 }, { outputs }),
}
