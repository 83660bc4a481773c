import type { Value } from '../../graph/ir.ts'
import { add, layerNorm, reshape, rmsNorm } from '../../graph/ops/index.ts'
import type { ModelContext } from '../context.ts'
import type { Block, Branch } from './block.ts'

/** A norm of the last axis of x. */
export type Norm = (c: ModelContext, x: Value) => Value

/** A model's norms: by the name of their weights and the size of the axis. */
export type Norms = (name: string, size: number) => Norm

const weightOf = (c: ModelContext, name: string, size: number): Value => c.weight(name, [size], 'float32')

/** y = x / √(mean(x²) + ε) · w  (RMSNorm, Zhang and Sennrich 2019) */
export const rmsNorms =
  (epsilon: number): Norms =>
  (name, size) =>
  (c, x) =>
    rmsNorm(x, weightOf(c, `${name}.weight`, size), epsilon)

/** y = x / √(mean(x²) + ε) · (1 + w), as Gemma stores its weights. */
export const offsetRmsNorms =
  (epsilon: number): Norms =>
  (name, size) =>
  (c, x) =>
    rmsNorm(x, add(weightOf(c, `${name}.weight`, size), 1), epsilon)

/** y = (x - mean(x)) / √(var(x) + ε) · w + b  (LayerNorm, Ba et al. 2016) */
export const layerNorms =
  (epsilon: number): Norms =>
  (name, size) =>
  (c, x) =>
    layerNorm(x, weightOf(c, `${name}.weight`, size), weightOf(c, `${name}.bias`, size), epsilon)

/** One norm for each head of x [N, heads · headSize]. */
export const perHead =
  (norm: Norm, heads: number, headSize: number): Norm =>
  (c, x) =>
    reshape(norm(c, reshape(x, ['N', heads, headSize])), ['N', heads * headSize])

/** f(norm(x)) */
export const normBefore = (norm: Norm, block: Block): Branch => ({
  linears: block.linears,
  dropoutSites: 0,
  apply: (c, x, at) => block.recomputable(c, x, (x) => block.apply(c, norm(c, x), at)),
})

/** norm(f(x)) */
export const normAfter = (block: Block, norm: Norm): Branch => ({
  linears: block.linears,
  dropoutSites: 0,
  apply: (c, x, at) =>
    norm(
      c,
      block.recomputable(c, x, (x) => block.apply(c, x, at)),
    ),
})

/** after(f(before(x))) */
export const sandwich = (before: Norm, block: Block, after: Norm): Branch => {
  const branch = normBefore(before, block)
  return { ...branch, apply: (c, x, at) => after(c, branch.apply(c, x, at)) }
}
