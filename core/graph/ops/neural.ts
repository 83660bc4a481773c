import { misfit, type Operation, type Value } from '../ir.ts'

/**
 * y = x · inv · w with inv = 1/√(mean(x²) + ε) over the last axis (Zhang & Sennrich 2019). Outputs y and inv (last axis 1).
 * A primitive because ONNX Runtime's one pass is several times faster than seven. SimplifiedLayerNormalization.
 */
export const rmsNorm: Operation = {
  type: 'RmsNorm',
  infer(inputs) {
    const [x, w] = inputs
    if (!x || w?.shape.length !== 1 || w.shape[0] !== x.shape.at(-1)) return misfit('RmsNorm', inputs, 'x [.., C] and w [C]')
    return [{ dtype: x.dtype, shape: x.shape }, { dtype: 'float32', shape: [...x.shape.slice(0, -1), 1] }]
  },
  // g = d w  =>  dx = inv (g - x inv² mean(g x)),  dw = Σ d x inv
  gradient({ b, inputs, outputs, dOut, needs }) {
    const [x, w] = inputs as [Value, Value]
    const [, inv] = outputs as [Value, Value]
    const [d] = dOut as [Value]
    const size = b.constant(1 / (w.shape[0] as number), x.dtype)
    const g = b.mul(d, w)
    const mean = b.mul(b.reduceSum(b.mul(g, x), [-1], true), size)
    const slope = b.mul(mean, b.mul(inv, b.mul(inv, inv)))
    const dx = () => b.sub(b.mul(g, inv), b.mul(x, slope))
    return [needs[0] ? dx() : null, needs[1] ? b.mul(d, b.mul(x, inv)) : null]
  },
  lower({ provider, node, inputs, outputs, emit, constant }) {
    const epsilon = node.attributes['epsilon'] as number
    if (provider !== 'webgpu') return void emit('SimplifiedLayerNormalization', inputs, { axis: -1, epsilon: { float: epsilon }, stash_type: 1 }, { outputs })
    const [x, w] = inputs as [string, string]
    const mean = emit('ReduceMean', [emit('Mul', [x, x])[0] as string, constant('int64', [-1], [1])], { keepdims: 1 })[0] as string
    const root = emit('Sqrt', [emit('Add', [mean, constant('float32', [epsilon], [])])[0] as string])[0] as string
    emit('Reciprocal', [root], {}, { outputs: [outputs[1] as string] })
    emit('Mul', [emit('Mul', [x, outputs[1] as string])[0] as string, w], {}, { outputs: [outputs[0] as string] })
  },
}

/**
 * Rotary position embedding, half-split (Su et al. 2021): x [B,T,H·D], positions [B,T] int64, cos and sin [P, D/2].
 * com.microsoft RotaryEmbedding.
 */
export const rotary: Operation = {
  type: 'Rotary',
  infer(inputs) {
    const [x, positions, cos, sin] = inputs
    if (x?.shape.length !== 3 || positions?.dtype !== 'int64' || !cos || !sin) return misfit('Rotary', inputs, 'x [B,T,C], positions [B,T] int64, cos and sin')
    return [x]
  },
  // A rotation: its gradient turns back.
  gradient({ b, inputs, dOut, attributes }) {
    const [, positions, cos, sin] = inputs as [Value, Value, Value, Value]
    return [b.rotary(dOut[0] as Value, positions, cos, b.neg(sin), { heads: attributes['heads'] as number }), null, null, null]
  },
  lower: ({ node, inputs, outputs, emit }) => void emit('RotaryEmbedding', inputs, { num_heads: node.attributes['heads'] as number }, { outputs, domain: 'com.microsoft' }),
}

/** loss[m] = -log softmax(logits[m])[labels[m]] for logits [M,V], labels [M] int64. */
export const crossEntropy: Operation = {
  type: 'CrossEntropy',
  infer(inputs) {
    const [logits, labels] = inputs
    if (logits?.shape.length !== 2 || labels?.shape.length !== 1) return misfit('CrossEntropy', inputs, 'logits [M,V] and labels [M]')
    return [{ dtype: 'float32', shape: labels.shape }]
  },
  gradient: ({ b, inputs, dOut }) => [b.crossEntropyGradient(inputs[0] as Value, inputs[1] as Value, dOut[0] as Value), null],
  lower({ inputs, outputs, emit, constant }) {
    const [logits, labels] = inputs as [string, string]
    const one = constant('int64', [1], [1])
    const column = emit('Unsqueeze', [labels, one])[0] as string
    const chosen = emit('GatherElements', [emit('LogSoftmax', [logits], { axis: -1 })[0] as string, column], { axis: 1 })[0] as string
    emit('Squeeze', [emit('Neg', [chosen])[0] as string, one], {}, { outputs })
  },
}

/** dlogits = (softmax(logits) - onehot(labels)) · d: the gradient of CrossEntropy without a dense one-hot. */
export const crossEntropyGradient: Operation = {
  type: 'CrossEntropyGradient',
  infer: ([logits]) => [logits as Value],
  gradient: { none: 'second derivatives are not needed' },
  lower({ inputs, outputs, emit, constant }) {
    const [logits, labels, d] = inputs as [string, string, string]
    const one = constant('int64', [1], [1])
    const column = emit('Unsqueeze', [labels, one])[0] as string
    const weight = emit('Unsqueeze', [d, one])[0] as string
    const scaled = emit('Mul', [emit('Softmax', [logits], { axis: -1 })[0] as string, weight])[0] as string
    const chosen = emit('GatherElements', [scaled, column], { axis: 1 })[0] as string
    emit('ScatterElements', [scaled, column, emit('Sub', [chosen, weight])[0] as string], { axis: 1 }, { outputs })
  },
}

/** 2³¹ as the span of the products below. */
const INT32_SPAN = 2 ** 32

/**
 * Zeroes elements of x [N,C] with probability p, without the factor 1/(1-p). Element (n, c) is kept where the wrapped product r[n]·c[c] of two odd random
 * int32 vectors is at least a threshold: the same mask on every device from N + C random numbers.
 */
export const dropout: Operation = {
  type: 'Dropout',
  infer(inputs) {
    const [x, rows, columns] = inputs
    if (x?.shape.length !== 2 || rows?.dtype !== 'int32' || columns?.dtype !== 'int32') return misfit('Dropout', inputs, 'x [N,C], rows [N,1] and columns [C] int32')
    return [x]
  },
  gradient: ({ b, inputs, dOut, attributes }) => [b.dropout(dOut[0] as Value, inputs[1] as Value, inputs[2] as Value, { p: attributes['p'] as number }), null, null],
  lower({ node, inputs, outputs, emit, constant }) {
    const [x, rows, columns] = inputs as [string, string, string]
    const threshold = Math.round((node.attributes['p'] as number) * INT32_SPAN - INT32_SPAN / 2)
    const product = emit('Mul', [rows, columns])[0] as string
    const dropped = emit('Less', [product, constant('int32', [threshold], [])])[0] as string
    emit('Where', [dropped, constant('float32', [0], []), x], {}, { outputs })
  },
}

/**
 * Causal attention of new tokens over a cache that is written in place: q [B,T,H·D], k and v [B,T,K·D], pastK and pastV [B,K,S,D],
 * lengths [B] int32 (tokens in the cache after this call, minus 1), total [1] int32 (the longest length), cos and sin [S, D/2].
 * Outputs: attention [B,T,H·D] and the two caches (bind them to the inputs' tensors). com.microsoft GroupQueryAttention with rotary embedding inside.
 */
export const groupQueryAttention: Operation = {
  type: 'GroupQueryAttention',
  infer(inputs) {
    const [q, , , pastK, pastV] = inputs
    if (inputs.length !== 9 || !q || !pastK || !pastV) return misfit('GroupQueryAttention', inputs, 'nine inputs')
    return [q, pastK, pastV]
  },
  gradient: { none: 'decoding is not differentiated' },
  lower({ node: { attributes }, inputs, outputs, emit }) {
    const { heads, kvHeads, scale } = attributes as { heads: number; kvHeads: number; scale: number }
    emit('GroupQueryAttention', inputs, { num_heads: heads, kv_num_heads: kvHeads, scale: { float: scale }, do_rotary: 1 }, { outputs, domain: 'com.microsoft' })
  },
}
