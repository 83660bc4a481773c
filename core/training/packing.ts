/** A row as token ids; `labelMask[i]` is 1 where token i counts for the loss. */
export interface TokenRow {
  readonly ids: Int32Array
  readonly labelMask: Uint8Array
}

/** Rows packed into B sequences of T tokens: what a program's inputs are filled with. */
export interface PackedBatch {
  readonly sequences: number
  readonly tokensPerSequence: number
  /** [B,T]; places without a token hold id 0 in segment -1. */
  readonly ids: Int32Array
  /** [B,T]: from 0 for every row. */
  readonly positions: BigInt64Array
  /** [B,T]: which row a token belongs to. */
  readonly segments: Int32Array
  /** [M]: flat places whose next token counts. */
  readonly targets: Int32Array
  /** [M]: that next token. */
  readonly labels: BigInt64Array
  /** Tokens of the rows, without padding. */
  readonly tokenCount: number
}

/**
 * Packs rows into sequences as long as the longest row (first-fit decreasing). Every row sees only itself and its positions begin at 0, so the loss is
 * that of the padded batch.
 */
export function packRows(rows: readonly TokenRow[]): PackedBatch {
  const length = Math.max(1, ...rows.map(({ ids }) => ids.length))
  const bins = fitIntoBins(rows.map(({ ids }) => ids.length), length)
  const size = bins.length * length
  const batch = { ids: new Int32Array(size), positions: new BigInt64Array(size), segments: new Int32Array(size).fill(-1) }
  const targets: number[] = []
  const labels: bigint[] = []
  for (const [bin, members] of bins.entries()) {
    let place = bin * length
    for (const member of members) {
      const { ids, labelMask } = rows[member] as TokenRow
      for (const [index, id] of ids.entries()) {
        batch.ids[place + index] = id
        batch.positions[place + index] = BigInt(index)
        batch.segments[place + index] = member
        if (index > 0 && labelMask[index] === 1) {
          targets.push(place + index - 1)
          labels.push(BigInt(id))
        }
      }
      place += ids.length
    }
  }
  const tokenCount = rows.reduce((sum, { ids }) => sum + ids.length, 0)
  return { sequences: bins.length, tokensPerSequence: length, ...batch, targets: Int32Array.from(targets), labels: BigInt64Array.from(labels), tokenCount }
}

/** Indices of the items of each bin; first-fit in order of decreasing length, ties in the given order. */
function fitIntoBins(lengths: readonly number[], capacity: number): number[][] {
  const order = lengths.map((_, index) => index).sort((a, b) => (lengths[b] as number) - (lengths[a] as number) || a - b)
  const bins: { free: number; members: number[] }[] = []
  for (const index of order) {
    const length = lengths[index] as number
    const bin = bins.find(({ free }) => free >= length)
    if (bin) {
      bin.members.push(index)
      bin.free -= length
    } else bins.push({ free: capacity - length, members: [index] })
  }
  return bins.map(({ members }) => members)
}
