import type { Evaluation, LogLine, StepMetric } from '../../../core/contract/index.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

/**
 * At most about `limit` points whose line looks the same: of each stretch of equal length its lowest and highest point,
 * in order. First and last stay. Values that are no number are left out.
 */
export function thinPoints(points: readonly Point[], limit: number): readonly Point[] {
  const finite = points.every(({ y }) => Number.isFinite(y)) ? points : points.filter(({ y }) => Number.isFinite(y))
  if (finite.length <= limit) return finite
  const inner = finite.length - 2
  const buckets = Math.max(1, Math.floor((limit - 2) / 2))
  const kept: Point[] = [finite[0] as Point]
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = 1 + Math.floor((bucket * inner) / buckets)
    const to = 1 + Math.floor(((bucket + 1) * inner) / buckets)
    keepExtremes(finite, from, to, kept)
  }
  kept.push(finite[finite.length - 1] as Point)
  return kept
}

function keepExtremes(points: readonly Point[], from: number, to: number, kept: Point[]): void {
  let low = from
  let high = from
  for (let index = from; index < to; index += 1) {
    const y = (points[index] as Point).y
    if (y < (points[low] as Point).y) low = index
    if (y > (points[high] as Point).y) high = index
  }
  if (from >= to) return
  kept.push(points[Math.min(low, high)] as Point)
  if (low !== high) kept.push(points[Math.max(low, high)] as Point)
}

export const lossPoints = (steps: readonly StepMetric[]): Point[] =>
  steps.map(({ step, loss }) => ({ x: step, y: loss }))
export const learningRatePoints = (steps: readonly StepMetric[]): Point[] =>
  steps.map(({ step, learningRate }) => ({ x: step, y: learningRate }))
export const validationPoints = (evaluations: readonly Evaluation[]): Point[] =>
  evaluations.flatMap(({ step, validationLoss }) => (validationLoss === null ? [] : [{ x: step, y: validationLoss }]))

/** `known` followed by `fresh`; where a resumed run repeats steps, the fresh ones replace them. */
export function mergeSteps<T extends { readonly step: number }>(
  known: readonly T[],
  fresh: readonly T[],
): readonly T[] {
  const first = fresh[0]
  if (!first) return known
  const last = known.at(-1)
  const kept = last && last.step >= first.step ? known.filter(({ step }) => step < first.step) : known
  return [...kept, ...fresh]
}

/** `known` followed by those lines of `fresh` that are not in it already. */
export function mergeLog(known: readonly LogLine[], fresh: readonly LogLine[]): readonly LogLine[] {
  const seen = new Set(known.map((line) => `${line.time} ${line.code}`))
  const added = fresh.filter((line) => !seen.has(`${line.time} ${line.code}`))
  return added.length === 0 ? known : [...known, ...added]
}
