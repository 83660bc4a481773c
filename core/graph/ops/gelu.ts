import { z } from 'zod'
import type { Value } from '../ir.ts'
import { apply, defineOp } from '../op.ts'
import { add } from './add.ts'
import { cast } from './cast.ts'
import { erf } from './erf.ts'
import { exp } from './exp.ts'
import { mul } from './mul.ts'
import { sub } from './sub.ts'
import { tanh } from './tanh.ts'

/** √(2/π) and the cubic's factor of the tanh form. */
const [K, CUBIC] = [Math.sqrt(2 / Math.PI), 0.044715]

/** y = x Φ(x), Φ exact (`none`) or its tanh form (Hendrycks & Gimpel 2016). com.microsoft Gelu and FastGelu. */
export const geluOp = defineOp({
  type: 'Gelu',
  inputs: ['x'],
  attrs: z.object({ approximate: z.enum(['none', 'tanh']) }),
  infer: ([x]) => [x],
  grad: ({ inputs: [x], dOut: [d], attrs: { approximate } }) => {
    const x32 = cast(x, 'float32')
    return [mul(d, cast(approximate === 'tanh' ? tanhSlope(x32) : exactSlope(x32), d.dtype))]
  },
  expand: ({ inputs: [x], attrs: { approximate } }) => [
    cast(approximate === 'tanh' ? tanhForm(cast(x, 'float32')) : exactForm(cast(x, 'float32')), x.dtype),
  ],
  lower: ({ emit, inputs, outputs, attrs: { approximate } }) =>
    void emit(approximate === 'tanh' ? 'FastGelu' : 'Gelu', inputs, {}, { outputs, domain: 'com.microsoft' }),
})

export const gelu = (x: Value, approximate: 'none' | 'tanh'): Value => apply(geluOp, [x], { approximate })[0]

// x (1 + erf(x/√2)) / 2
const exactForm = (x: Value): Value => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1))

// x (1 + tanh(k (x + c x³))) / 2
const tanhForm = (x: Value): Value => mul(mul(x, 0.5), add(tanh(mul(x, add(mul(mul(x, x), K * CUBIC), K))), 1))

// Φ(x) + x φ(x)
function exactSlope(x: Value): Value {
  const phi = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
  const Phi = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5)
  return add(Phi, mul(x, phi))
}

// t = tanh(k (x + c x³))  =>  (1 + t)/2 + x (1 - t²)/2 · k (1 + 3 c x²)
function tanhSlope(x: Value): Value {
  const square = mul(x, x)
  const t = tanh(mul(x, add(mul(square, K * CUBIC), K)))
  const inner = add(mul(square, 1.5 * K * CUBIC), K / 2)
  const rest = mul(mul(x, sub(1, mul(t, t))), inner)
  return add(mul(add(t, 1), 0.5), rest)
}
