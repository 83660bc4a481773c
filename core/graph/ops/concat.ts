import { z } from 'zod'
import type { Provider, Value } from '../ir.ts'
import { apply, defineOp, expectThat } from '../op.ts'
import { replaceAt, sameShape, sizeAt } from '../shapes.ts'
import { split } from './split.ts'

/** One of any number of inputs. */
const anyNumber: readonly string[] = ['...values']

/** Values one after the other along an axis of known size. ONNX Concat. */
export const concatOp = defineOp({
  type: 'Concat',
  takesHalfPrecision: true,
  inputs: anyNumber,
  attrs: z.object({ axis: z.number().int().min(0) }),
  infer: (values, { axis }) => {
    const [{ dtype, shape }] = values as [(typeof values)[number]]
    const fits = values.every(
      (value) => value.dtype === dtype && sameShape(replaceAt(value.shape, axis, 0), replaceAt(shape, axis, 0)),
    )
    expectThat(fits, 'Concat', values, `values alike but for axis ${axis}`)
    return [
      {
        dtype,
        shape: replaceAt(
          shape,
          axis,
          values.reduce((sum, value) => sum + sizeAt(value, axis), 0),
        ),
      },
    ]
  },
  grad: ({ inputs, dOut: [d], attrs: { axis } }) =>
    inputs.length === 1
      ? [d]
      : split(
          d,
          inputs.map((value) => sizeAt(value, axis)),
          axis,
        ),
  // ONNX Runtime passes the addresses of parts of several sizes through memory that a later run overwrites: a captured
  // CUDA graph would read wrong ones.
  kernel(values, { axis }) {
    const sizes = values.map(({ shape }) => shape[axis])
    const isLast = values[0]?.shape.length === axis + 1
    if (!isLast || values.length > MAX_KERNEL_INPUTS || !sizes.every((size) => typeof size === 'number')) return null
    const ends = sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size, 0))
    return {
      body: `\n  for (int c = blockIdx.y * blockDim.x + threadIdx.x; c < columns; c += gridDim.y * blockDim.x) {\n    ${pick(ends, 0, ends.length)}\n  }`,
      sizes: [],
      rowBy: 'none',
    }
  },
  lower({ provider, emit, inputs, outputs, attrs: { axis } }) {
    let parts = inputs
    while (parts.length > maxInputs(provider))
      parts = groupsOf(parts, maxInputs(provider)).map((group) =>
        group.length === 1 ? (group[0] as string) : emit('Concat', group, { axis })[0],
      )
    emit('Concat', parts, { axis }, { outputs })
  },
})

export const concat = (values: readonly Value[], axis: number): Value => apply(concatOp, values, { axis })[0] as Value

/** A kernel's parameters fit into 4 KiB. */
const MAX_KERNEL_INPUTS = 480

/** Copies column c from the input that it belongs to, found by halving. */
function pick(ends: readonly number[], from: number, to: number): string {
  if (to - from === 1) {
    const begin = ends[from - 1] ?? 0
    return `out0[row * columns + c] = in${from}[row * ${(ends[from] as number) - begin} + (c - ${begin})];`
  }
  const middle = (from + to) >> 1
  return `if (c < ${ends[middle - 1]}) { ${pick(ends, from, middle)} } else { ${pick(ends, middle, to)} }`
}

/** A WebGPU shader binds few buffers; CUDA is slow with more than 16. */
const maxInputs = (provider: Provider): number => (provider === 'cpu' ? Infinity : provider === 'webgpu' ? 8 : 16)

const groupsOf = (parts: readonly string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(parts.length / size) }, (_, index) => parts.slice(index * size, (index + 1) * size))
