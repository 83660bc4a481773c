import type { TokenRow } from '../samples/token-row.ts'

/**
 * H2O LLM Studio's padding_quantile for 0 < q < 1: rows of a batch that are longer than the q-quantile of its lengths
 * (interpolated as torch.quantile does) lose their beginning. 0 and 1, which there decide only how much padding there
 * is, change nothing here: packed batches have none.
 */
export function cutToQuantile<R extends TokenRow>(rows: readonly R[], q: number): R[] {
  if (q <= 0 || q >= 1) return [...rows]
  const longest = Math.max(...rows.map(({ ids }) => ids.length))
  const starts = rows.map(({ ids }) => longest - ids.length).sort((a, b) => a - b)
  const place = (1 - q) * (starts.length - 1)
  const [below, above] = [starts[Math.floor(place)] as number, starts[Math.ceil(place)] as number]
  const length = longest - Math.floor(below + (above - below) * (place - Math.floor(place)))
  return rows.map((row) =>
    row.ids.length > length ? { ...row, ids: row.ids.slice(-length), labelMask: row.labelMask.slice(-length) } : row,
  )
}
