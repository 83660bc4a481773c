import type { Builder } from '../builder.ts'
import { misfit, type DType, type Operation, type Value } from '../ir.ts'
import { broadcast } from '../shapes.ts'

const isFloat = (value: Value): boolean => ['float32', 'float16', 'bfloat16'].includes(value.dtype)

interface BinaryContext {
  readonly x: Value
  readonly y: Value
  readonly out: Value
  readonly d: Value
}

/** An op y = f(x, y) with broadcasting that ONNX calls `type`; the engine sums gradients back over broadcast axes. */
export function binary(type: string, rule: (b: Builder, context: BinaryContext) => readonly [() => Value, () => Value]): Operation {
  return {
    type,
    infer(inputs) {
      const [x, y] = inputs
      if (!x || !y || x.dtype !== y.dtype) return misfit(type, inputs, 'two values of one type')
      return [{ dtype: x.dtype, shape: broadcast(x.shape, y.shape) }]
    },
    gradient({ b, inputs, outputs, dOut, needs }) {
      const [x, y] = inputs as [Value, Value]
      const [out] = outputs as [Value]
      const [d] = dOut as [Value]
      if (!isFloat(x)) return [null, null]
      const rules = rule(b, { x, y, out, d })
      return rules.map((make, index) => (needs[index] ? make() : null))
    },
    lower: ({ emit, inputs, outputs }) => void emit(type, inputs, {}, { outputs }),
  }
}

/** An op y = f(x) that ONNX calls `type`. */
export function unary(type: string, rule: (b: Builder, context: { readonly x: Value; readonly out: Value; readonly d: Value }) => Value): Operation {
  return {
    type,
    infer: (inputs) => (inputs[0] ? [inputs[0]] : misfit(type, inputs, 'one value')),
    gradient({ b, inputs, outputs, dOut }) {
      return [rule(b, { x: inputs[0] as Value, out: outputs[0] as Value, d: dOut[0] as Value })]
    },
    lower: ({ emit, inputs, outputs }) => void emit(type, inputs, {}, { outputs }),
  }
}

/** An op on two values whose result has another type and no gradient. */
export function comparison(type: string, dtype: DType): Operation {
  return {
    type,
    infer(inputs) {
      const [x, y] = inputs
      if (!x || !y || x.dtype !== y.dtype) return misfit(type, inputs, 'two values of one type')
      return [{ dtype, shape: broadcast(x.shape, y.shape) }]
    },
    gradient: { none: 'the result is not differentiable' },
    lower: ({ emit, inputs, outputs }) => void emit(type, inputs, {}, { outputs }),
  }
}
