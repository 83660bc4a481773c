import type { Value } from '../graph/ir.ts'
import {
  after,
  cast,
  concat,
  crossEntropy,
  crossEntropyGradient,
  expandLike,
  matmul,
  reshape,
  split,
  withGradient,
} from '../graph/ops/index.ts'

/** Gradients of logits are between -1 and 1; so much larger, small ones are not lost in halves. */
const GRADIENT_SCALE = 128

interface Head {
  /** [M,C]. */
  readonly x: Value
  /** [V,C]. */
  readonly weight: Value
  /** [M] int64. */
  readonly labels: Value
  /** M is a multiple of it. */
  readonly chunks: number
}

/**
 * Losses [M] of logits x Wᵀ, and at once their gradient: as the gradient of each row's loss is only scaled by what
 * comes back, no more than one chunk of logits lies in memory, and only once (as in Liger Kernel's fused linear cross
 * entropy, Hsu et al. 2024). W itself gets no gradient.
 */
export function chunkedLosses({ x, weight, labels, chunks }: Head): Value {
  const width = x.shape[1] as number
  const cut = (value: Value, shape: readonly number[]): Value[] => {
    const rows = reshape(value, [chunks, 'M/K', ...shape])
    return split(rows, new Array<number>(chunks).fill(1), 0).map((part) => reshape(part, ['M/K', ...shape]))
  }
  const joined = (parts: readonly Value[], shape: readonly number[]) =>
    reshape(
      concat(
        parts.map((part) => reshape(part, [1, 'M/K', ...shape])),
        0,
      ),
      ['M', ...shape],
    )
  const [rows, ids] = [cut(x, [width]), cut(labels, [])]
  let last: Value | null = null
  const parts = rows.map((ahead, index) => {
    const row = last ? after(ahead, last) : ahead
    const logits = cast(matmul(row, weight, { transY: true }), 'float32')
    const losses = crossEntropy(logits, ids[index] as Value)
    const d = crossEntropyGradient(logits, ids[index] as Value, expandLike(GRADIENT_SCALE, losses))
    const g = matmul(cast(d, x.dtype), weight)
    last = g
    return { losses, g }
  })
  return withGradient(
    joined(
      parts.map(({ losses }) => losses),
      [],
    ),
    x,
    joined(
      parts.map(({ g }) => g),
      [width],
    ),
    GRADIENT_SCALE,
  )
}
