import type { Distribution, HistogramBin } from '../../contract/index.ts'

/** Bins up to the 99th percentile; what lies far behind it is one open bin. */
const MOST_BINS = 20
const ROUND_STEPS = [1, 2, 5, 10] as const

/**
 * Counts whole numbers from 0 on. Its memory grows with how many different values there are, not with how many are
 * added; the distribution is exact.
 */
export class Tally {
  readonly #counts = new Map<number, number>()
  #count = 0
  #sum = 0

  add(value: number): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1)
    this.#count++
    this.#sum += value
  }

  /**
   * Null where nothing was added. Percentiles are the smallest value that as many reach; the median of an even count is
   * the mean of the middle two.
   */
  distribution(): Distribution | null {
    if (this.#count === 0) return null
    const sorted = [...this.#counts].sort(([a], [b]) => a - b)
    const nth = (wanted: number): number => {
      let seen = 0
      return (sorted.find(([, count]) => (seen += count) > wanted) ?? sorted.at(-1) ?? [0])[0]
    }
    const percentile = (share: number) => nth(Math.ceil(this.#count * share) - 1)
    const middle = (this.#count - 1) / 2
    const [min, max, p99] = [nth(0), nth(this.#count - 1), percentile(0.99)]
    return {
      count: this.#count,
      min,
      median: (nth(Math.floor(middle)) + nth(Math.ceil(middle))) / 2,
      mean: this.#sum / this.#count,
      p90: percentile(0.9),
      p99,
      max,
      histogram: histogramOf(sorted, { min, p99, max }),
    }
  }
}

/** The smallest of 1, 2, 5, 10, 20, 50 … that covers the range with few enough bins. */
function binWidth(range: number): number {
  for (let power = 1; ; power *= 10)
    for (const step of ROUND_STEPS) if (range / (step * power) < MOST_BINS) return step * power
}

function histogramOf(
  sorted: readonly (readonly [value: number, count: number])[],
  { min, p99, max }: { min: number; p99: number; max: number },
): HistogramBin[] {
  const base = p99 - min < MOST_BINS || min > p99 / 2 ? min : 0
  const width = binWidth(p99 - base)
  const start = Math.floor(base / width) * width
  const end = (Math.floor(p99 / width) + 1) * width
  const edges = Array.from({ length: (end - start) / width }, (_, index) => start + index * width)
  const last: HistogramBin[] = max >= end ? [{ from: end, to: null, count: 0 }] : []
  const bins = [...edges.map((from): HistogramBin => ({ from, to: from + width, count: 0 })), ...last].map((bin) => ({
    ...bin,
  }))
  for (const [value, count] of sorted) {
    const bin = bins[Math.min(Math.floor((value - start) / width), bins.length - 1)]
    if (bin) bin.count += count
  }
  return bins
}
