import { misfit, type DType, type Operation, type Shape, type Value } from '../ir.ts'
import { broadcast, knownSize } from '../shapes.ts'

/** The same elements in another shape; named dimensions are looked up at run time. ONNX Reshape. */
export const reshape: Operation = {
  type: 'Reshape',
  infer(inputs, { shape }) {
    const [x] = inputs
    const target = shape as Shape
    const unnamed = (s: Shape) => s.every((dim) => typeof dim === 'number')
    if (!x || (unnamed(x.shape) && unnamed(target) && knownSize(x.shape) !== knownSize(target))) return misfit('Reshape', inputs, `as many elements as [${target.join()}]`)
    return [{ dtype: x.dtype, shape: target }]
  },
  gradient: ({ b, inputs: [x], dOut: [d] }) => [b.reshape(d as Value, (x as Value).shape)],
  lower: ({ node, inputs, outputs, emit, shape }) => void emit('Reshape', [inputs[0] as string, shape(node.attributes['shape'] as Shape)], {}, { outputs }),
}

/** Axes in the order of `permutation`. ONNX Transpose. */
export const transpose: Operation = {
  type: 'Transpose',
  infer(inputs, { permutation }) {
    const [x] = inputs
    const order = permutation as readonly number[]
    if (!x || x.shape.length !== order.length) return misfit('Transpose', inputs, `rank ${order.length}`)
    return [{ dtype: x.dtype, shape: order.map((axis) => x.shape[axis] ?? 1) }]
  },
  gradient({ b, dOut: [d], attributes: { permutation } }) {
    const order = permutation as readonly number[]
    return [b.transpose(d as Value, order.map((_, axis) => order.indexOf(axis)))]
  },
  lower: ({ node, inputs, outputs, emit }) => void emit('Transpose', inputs, { perm: node.attributes['permutation'] as readonly number[] }, { outputs }),
}

/** Elements start … end-1 along one axis of known size. ONNX Slice. */
export const slice: Operation = {
  type: 'Slice',
  infer(inputs, { axis, start, end }) {
    const [x] = inputs
    const size = x?.shape[axis as number]
    if (!x || typeof size !== 'number' || (end as number) > size || (start as number) >= (end as number)) return misfit('Slice', inputs, `${String(start)}..${String(end)} inside axis ${String(axis)}`)
    return [{ dtype: x.dtype, shape: x.shape.map((dim, index) => (index === axis ? (end as number) - (start as number) : dim)) }]
  },
  gradient({ b, inputs: [x], dOut: [d], attributes: { axis, start, end } }) {
    const size = (x as Value).shape[axis as number] as number
    return [b.pad(d as Value, { axis: axis as number, before: start as number, after: size - (end as number) })]
  },
  lower({ node: { attributes: { axis, start, end } }, inputs, outputs, emit, constant }) {
    const ints = (value: unknown) => constant('int64', [value as number], [1])
    emit('Slice', [inputs[0] as string, ints(start), ints(end), ints(axis)], {}, { outputs })
  },
}

/** Zeros before and after along one axis of known size. ONNX Pad. */
export const pad: Operation = {
  type: 'Pad',
  infer(inputs, { axis, before, after }) {
    const [x] = inputs
    if (!x) return misfit('Pad', inputs, 'one value')
    return [{ dtype: x.dtype, shape: x.shape.map((dim, index) => (index === axis ? (dim as number) + (before as number) + (after as number) : dim)) }]
  },
  gradient({ b, inputs: [x], dOut: [d], attributes: { axis, before } }) {
    const size = (x as Value).shape[axis as number] as number
    return [b.slice(d as Value, { axis: axis as number, start: before as number, end: (before as number) + size })]
  },
  lower({ node, inputs, outputs, emit, constant }) {
    const { axis, before, after } = node.attributes
    const rank = node.inputs[0]?.shape.length ?? 0
    const pads = Array.from({ length: 2 * rank }, (_, index) => (index === axis ? before : index === rank + (axis as number) ? after : 0)) as number[]
    emit('Pad', [inputs[0] as string, constant('int64', pads, [2 * rank])], {}, { outputs })
  },
}

/** Values one after the other along an axis. ONNX Concat (at most 16 at a time on GPUs). */
export const concat: Operation = {
  type: 'Concat',
  infer(inputs, { axis }) {
    const [first] = inputs
    if (!first) return misfit('Concat', inputs, 'at least one value')
    const sizes = inputs.map(({ shape }) => shape[axis as number])
    const total = inputs.length === 1 ? sizes[0] : sizes.every((size) => typeof size === 'number') ? sizes.reduce((sum: number, size) => sum + (size as number), 0) : undefined
    if (total === undefined) return misfit('Concat', inputs, 'known sizes along the axis')
    return [{ dtype: first.dtype, shape: first.shape.map((dim, index) => (index === axis ? total : dim)) }]
  },
  gradient({ b, inputs, dOut: [d], attributes: { axis }, needs }) {
    let start = 0
    return inputs.map(({ shape }, index) => {
      const end = start + (shape[axis as number] as number)
      const part = needs[index] ? b.slice(d as Value, { axis: axis as number, start, end }) : null
      start = end
      return part
    })
  },
  lower({ provider, node, inputs, outputs, emit }) {
    const axis = node.attributes['axis'] as number
    let parts = [...inputs]
    const limit = provider === 'cpu' ? Infinity : GPU_CONCAT_INPUTS
    while (parts.length > limit) {
      const merged: string[] = []
      for (let start = 0; start < parts.length; start += limit) merged.push(emit('Concat', parts.slice(start, start + limit), { axis })[0] as string)
      parts = merged
    }
    emit('Concat', parts, { axis }, { outputs })
  },
}

const GPU_CONCAT_INPUTS = 16

/** x repeated to the shape of another value by broadcasting. ONNX Expand. */
export const expandLike: Operation = {
  type: 'Expand',
  infer(inputs) {
    const [x, like] = inputs
    if (!x || !like) return misfit('Expand', inputs, 'a value and the one to follow')
    return [{ dtype: x.dtype, shape: broadcast(x.shape, like.shape) }]
  },
  gradient: ({ dOut: [d] }) => [d as Value, null],
  lower: ({ inputs, outputs, emit }) => void emit('Expand', [inputs[0] as string, emit('Shape', [inputs[1] as string])[0] as string], {}, { outputs }),
}

/** ONNX numbers of the element types. */
export const ONNX_TYPES: Readonly<Record<DType, number>> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, bfloat16: 16 }

/** Another element type. ONNX Cast. */
export const cast: Operation = {
  type: 'Cast',
  infer: (inputs, { to }) => (inputs[0] ? [{ dtype: to as DType, shape: inputs[0].shape }] : misfit('Cast', inputs, 'one value')),
  gradient: ({ b, inputs: [x], dOut: [d] }) => [b.cast(d as Value, (x as Value).dtype)],
  lower: ({ node, inputs, outputs, emit }) => void emit('Cast', inputs, { to: ONNX_TYPES[node.attributes['to'] as DType] }, { outputs }),
}

/** x where the condition holds, else y. ONNX Where. */
export const where: Operation = {
  type: 'Where',
  infer(inputs) {
    const [condition, x, y] = inputs
    if (condition?.dtype !== 'bool' || !x || !y || x.dtype !== y.dtype) return misfit('Where', inputs, 'a condition and two values of one type')
    return [{ dtype: x.dtype, shape: broadcast(condition.shape, broadcast(x.shape, y.shape)) }]
  },
  gradient({ b, inputs, dOut, needs }) {
    const [condition] = inputs as [Value]
    const [d] = dOut as [Value]
    const zero = b.constant(0, d.dtype)
    return [null, needs[1] ? b.where(condition, d, zero) : null, needs[2] ? b.where(condition, zero, d) : null]
  },
  lower: ({ inputs, outputs, emit }) => void emit('Where', inputs, {}, { outputs }),
}

/** Rows of a table [R, …] by their indices (int32 or int64), axis 0. ONNX Gather. */
export const gather: Operation = {
  type: 'Gather',
  infer(inputs) {
    const [table, indices] = inputs
    if (!table || !indices?.dtype.startsWith('int')) return misfit('Gather', inputs, 'a table and integer indices')
    return [{ dtype: table.dtype, shape: [...indices.shape, ...table.shape.slice(1)] }]
  },
  gradient: ({ b, inputs, dOut: [d] }) => [b.scatterRows(inputs[0] as Value, inputs[1] as Value, d as Value), null],
  lower: ({ inputs, outputs, emit }) => void emit('Gather', inputs, { axis: 0 }, { outputs }),
}

/** Zeros like `table` with the updates added to the rows that the indices [M] name. ONNX ScatterND with addition. */
export const scatterRows: Operation = {
  type: 'ScatterRows',
  infer(inputs) {
    const [table, indices, updates] = inputs
    if (!table || indices?.shape.length !== 1 || !updates) return misfit('ScatterRows', inputs, 'a table, indices [M] and updates')
    return [{ dtype: table.dtype, shape: table.shape }]
  },
  gradient: ({ b, inputs, dOut: [d] }) => [null, null, b.gather(d as Value, inputs[1] as Value)],
  lower({ node, inputs, outputs, emit, constant }) {
    const [table, indices, updates] = inputs as [string, string, string]
    const zero = constant((node.inputs[0] as Value).dtype, [0], [1])
    const zeros = emit('Expand', [zero, emit('Shape', [table])[0] as string])[0] as string
    const column = emit('Unsqueeze', [emit('Cast', [indices], { to: ONNX_TYPES.int64 })[0] as string, constant('int64', [1], [1])])[0] as string
    emit('ScatterND', [zeros, column, updates], { reduction: 'add' }, { outputs })
  },
}
