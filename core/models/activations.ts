import type { Value } from '../graph/ir.ts'
import { gelu, mul, relu, silu, tanh } from '../graph/ops/index.ts'

/** The activations that config.json may name. Some have several names. */
export const activations = {
  silu,
  swish: silu,
  gelu: (x: Value) => gelu(x, 'none'),
  gelu_python: (x: Value) => gelu(x, 'none'),
  gelu_new: (x: Value) => gelu(x, 'tanh'),
  gelu_fast: (x: Value) => gelu(x, 'tanh'),
  gelu_pytorch_tanh: (x: Value) => gelu(x, 'tanh'),
  relu,
} as const

export type Activation = keyof typeof activations
export const activationNames = Object.keys(activations) as [Activation, ...Activation[]]

/** y = c · tanh(x / c)  (Gemma 2: keeps x between -c and c) */
export const softcapped = (x: Value, cap: number): Value => mul(tanh(mul(x, 1 / cap)), cap)
