import { z } from 'zod'
import type { Builder } from '../builder.ts'
import type { Value } from '../ir.ts'
import { defineOp } from '../op.ts'

/** √(2/π) and the cubic's factor of the tanh form. */
const [K, CUBIC] = [Math.sqrt(2 / Math.PI), 0.044715]

/** y = x Φ(x), Φ exact (`none`) or its tanh form (Hendrycks & Gimpel 2016). com.microsoft Gelu and FastGelu. */
export const gelu = defineOp({
  type: 'Gelu',
  inputs: ['x'],
  attrs: z.object({ approximate: z.enum(['none', 'tanh']) }),
  infer: ([x]) => [x],
  grad: ({ b, inputs: [x], dOut: [d], attrs: { approximate } }) => {
    const x32 = b.cast(x, 'float32')
    return [b.mul(d, b.cast(approximate === 'tanh' ? tanhSlope(b, x32) : exactSlope(b, x32), d.dtype))]
  },
  expand: ({ b, inputs: [x], attrs: { approximate } }) => [
    b.cast(approximate === 'tanh' ? tanhForm(b, b.cast(x, 'float32')) : exactForm(b, b.cast(x, 'float32')), x.dtype),
  ],
  lower: ({ emit, inputs, outputs, attrs: { approximate } }) =>
    void emit(approximate === 'tanh' ? 'FastGelu' : 'Gelu', inputs, {}, { outputs, domain: 'com.microsoft' }),
})

// x (1 + erf(x/√2)) / 2
const exactForm = (b: Builder, x: Value): Value =>
  b.mul(b.mul(x, b.constant(0.5)), b.add(b.erf(b.mul(x, b.constant(Math.SQRT1_2))), b.constant(1)))

// x (1 + tanh(k (x + c x³))) / 2
const tanhForm = (b: Builder, x: Value): Value =>
  b.mul(
    b.mul(x, b.constant(0.5)),
    b.add(b.tanh(b.mul(x, b.add(b.mul(b.mul(x, x), b.constant(K * CUBIC)), b.constant(K)))), b.constant(1)),
  )

// Φ(x) + x φ(x)
function exactSlope(b: Builder, x: Value): Value {
  const phi = b.mul(b.exp(b.mul(b.mul(x, x), b.constant(-0.5))), b.constant(1 / Math.sqrt(2 * Math.PI)))
  const Phi = b.mul(b.add(b.erf(b.mul(x, b.constant(Math.SQRT1_2))), b.constant(1)), b.constant(0.5))
  return b.add(Phi, b.mul(x, phi))
}

// t = tanh(k (x + c x³))  =>  (1 + t)/2 + x (1 - t²)/2 · k (1 + 3 c x²)
function tanhSlope(b: Builder, x: Value): Value {
  const square = b.mul(x, x)
  const t = b.tanh(b.mul(x, b.add(b.mul(square, b.constant(K * CUBIC)), b.constant(K))))
  const inner = b.add(b.mul(square, b.constant(1.5 * K * CUBIC)), b.constant(K / 2))
  const rest = b.mul(b.mul(x, b.sub(b.constant(1), b.mul(t, t))), inner)
  return b.add(b.mul(b.add(t, b.constant(1)), b.constant(0.5)), rest)
}
