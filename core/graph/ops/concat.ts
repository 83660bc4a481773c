import { z } from 'zod'
import type { Provider } from '../ir.ts'
import { defineOp, expectThat } from '../op.ts'
import { replaceAt, sameShape, sizeAt } from '../shapes.ts'

/** One of any number of inputs. */
const anyNumber: readonly string[] = ['...values']

/** Values one after the other along an axis of known size. ONNX Concat. */
export const concat = defineOp({
  type: 'Concat',
  inputs: anyNumber,
  attrs: z.object({ axis: z.number().int().min(0) }),
  infer: (values, { axis }) => {
    const [{ dtype, shape }] = values as [(typeof values)[number]]
    const fits = values.every((value) => value.dtype === dtype && sameShape(replaceAt(value.shape, axis, 0), replaceAt(shape, axis, 0)))
    expectThat(fits, 'Concat', values, `values alike but for axis ${axis}`)
    return [{ dtype, shape: replaceAt(shape, axis, values.reduce((sum, value) => sum + sizeAt(value, axis), 0)) }]
  },
  grad: ({ b, inputs, dOut: [d], attrs: { axis } }) => (inputs.length === 1 ? [d] : b.split(d, inputs.map((value) => sizeAt(value, axis)), axis)),
  lower({ provider, emit, inputs, outputs, attrs: { axis } }) {
    let parts = inputs
    while (parts.length > maxInputs(provider)) parts = groupsOf(parts, maxInputs(provider)).map((group) => (group.length === 1 ? (group[0] as string) : emit('Concat', group, { axis })[0]))
    emit('Concat', parts, { axis }, { outputs })
  },
})

/** A WebGPU shader binds few buffers; CUDA is slow with more than 16. */
const maxInputs = (provider: Provider): number => (provider === 'cpu' ? Infinity : provider === 'webgpu' ? 8 : 16)

const groupsOf = (parts: readonly string[], size: number): string[][] => Array.from({ length: Math.ceil(parts.length / size) }, (_, index) => parts.slice(index * size, (index + 1) * size))
