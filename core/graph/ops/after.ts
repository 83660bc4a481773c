import type { Value } from '../ir.ts'
import { castName } from '../onnx/cast-name.ts'
import { apply, defineOp } from '../op.ts'

/**
 * x, but not before `event` has been computed: x + 0 · (an element of event). What is computed from it is neither begun
 * earlier nor taken for something computed before; how the insides of a layer are computed again in the backward pass.
 */
export const afterOp = defineOp({
  type: 'After',
  inputs: ['x', 'event'],
  infer: ([x]) => [x],
  grad: { noGrad: 'made by differentiation' },
  unread: [1],
  element: ({ inputs: [x] }) => x,
  lower({ emit, constant, inputs: [x, event], values: [{ dtype }, { dtype: eventType }], outputs }) {
    const flat = emit('Reshape', [event, constant('int64', [-1], [1])])[0]
    const first = castName(emit, emit('Gather', [flat, constant('int64', [0], [])])[0], eventType, dtype)
    emit('Add', [x, emit('Mul', [first, constant(dtype, [0], [])])[0]], {}, { outputs })
  },
})

export const after = (x: Value, event: Value): Value => apply(afterOp, [x, event], {})[0]
