import type { Value } from '../../graph/ir.ts'
import { reshape, split } from '../../graph/ops/index.ts'
import type { ModelContext } from '../context.ts'
import type { LinearSpec } from '../lora.ts'
import type { Norm } from './norm.ts'

/** Linear layers that read the same x [N, width], and the values that they give together. */
export interface Projection<Values extends readonly Value[]> {
  readonly linears: readonly LinearSpec[]
  apply(c: ModelContext, x: Value): Values
}

/** Queries [N, H·D], keys and values [N, K·D]. */
export type QueryKeyValue = readonly [q: Value, k: Value, v: Value]

/** The gate and what it multiplies, [N, inner] each. */
export type GateUp = readonly [gate: Value, up: Value]

/** A linear layer for each value. */
export const separate = <const Specs extends readonly LinearSpec[]>(
  ...linears: Specs
): Projection<{ readonly [Index in keyof Specs]: Value }> => ({ linears, apply: (c, x) => c.linears(x, linears) })

/** One linear layer that gives the values side by side, each of its size. */
export const fusedProjection = <const Sizes extends readonly number[]>(
  linear: LinearSpec,
  sizes: Sizes,
): Projection<{ readonly [Index in keyof Sizes]: Value }> => ({
  linears: [linear],
  apply: (c, x) => split(c.linears(x, [linear])[0], sizes, 1) as never,
})

/** One linear layer that gives q, k and v of each head side by side. */
export const fusedByHead = (linear: LinearSpec, heads: number, headSize: number): Projection<QueryKeyValue> => ({
  linears: [linear],
  apply({ linears }, x) {
    const perHead = reshape(linears(x, [linear])[0], ['N', heads, 3 * headSize])
    return split(perHead, [headSize, headSize, headSize], 2).map((part) =>
      reshape(part, ['N', heads * headSize]),
    ) as unknown as QueryKeyValue
  },
})

/** Norms of q and k, over each head or over the whole width. */
export const queryKeyNorm = (
  { linears, apply }: Projection<QueryKeyValue>,
  query: Norm,
  key: Norm,
): Projection<QueryKeyValue> => ({
  linears,
  apply(c, x) {
    const [q, k, v] = apply(c, x)
    return [query(c, q), key(c, k), v]
  },
})
