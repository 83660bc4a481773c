import type { Builder } from '../graph/builder.ts'
import type { Value } from '../graph/ir.ts'

/** The activations that config.json may name. gelu_new, gelu_fast and gelu_pytorch_tanh are one formula. */
export const activations = {
  silu: (b: Builder, x: Value) => b.silu(x),
  gelu: (b: Builder, x: Value) => b.gelu(x, 'none'),
  gelu_new: (b: Builder, x: Value) => b.gelu(x, 'tanh'),
  gelu_fast: (b: Builder, x: Value) => b.gelu(x, 'tanh'),
  gelu_pytorch_tanh: (b: Builder, x: Value) => b.gelu(x, 'tanh'),
  relu: (b: Builder, x: Value) => b.relu(x),
} as const

export type Activation = keyof typeof activations
export const activationNames = Object.keys(activations) as [Activation, ...Activation[]]

/** y = c · tanh(x / c)  (Gemma 2: keeps x between -c and c) */
export const softcapped = (b: Builder, x: Value, cap: number): Value =>
  b.mul(b.tanh(b.mul(x, b.constant(1 / cap, x.dtype))), b.constant(cap, x.dtype))
