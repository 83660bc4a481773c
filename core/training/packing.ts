import { turnOf } from '../models/rotary.ts'
import type { TokenRow } from '../samples/token-row.ts'
import { onScale, roundUp } from '../runtime/captured-sizes.ts'

/** Rows packed into B sequences of T tokens: what a program's inputs are filled with. */
export interface PackedBatch {
  readonly sequences: number
  readonly tokensPerSequence: number
  /** [B,T]; places without a token hold id 0 in segment -1. */
  readonly ids: Int32Array<ArrayBuffer>
  /** [B,T]: from 0 for every row. */
  readonly positions: BigInt64Array<ArrayBuffer>
  /** [B,T]: which row a token belongs to. */
  readonly segments: Int32Array<ArrayBuffer>
  /** [B,T]: how many tokens the token's row has, with those that are left out; 0 where there is no token. */
  readonly lengths: Int32Array<ArrayBuffer>
  /** [M]: flat places whose next token counts. */
  readonly targets: Int32Array<ArrayBuffer>
  /** [M]: that next token. */
  readonly labels: BigInt64Array<ArrayBuffer>
  /** Tokens of the rows, without padding. */
  readonly tokenCount: number
}

/**
 * Work of a token that grows with its sequence's length, relative to the work that does not: attention against
 * matrices, for a small model on a processor.
 */
const ATTENTION_SHARE = 1 / 2000

/**
 * Packs rows into sequences (first-fit decreasing), of the length that makes the least work: from the longest row up to
 * `maxTokens`, where given. Every row sees only itself and its positions begin at 0, so the loss is that of the padded
 * batch. What follows a row's last counted token's predecessor is left out: nothing depends on it. `isCaptured`: of
 * lengths as they are captured (padBatch), so that their padding is used too.
 */
export function packRows(rows: readonly TokenRow[], maxTokens = 0, isCaptured = false): PackedBatch {
  const lengths = rows.map(neededLength)
  const { length, bins } = layOut(lengths, maxTokens, isCaptured ? capturedLength : (exact) => exact)
  const size = bins.length * length
  const batch = {
    ids: new Int32Array(size),
    positions: new BigInt64Array(size),
    segments: new Int32Array(size).fill(-1),
    lengths: new Int32Array(size),
  }
  const targets: number[] = []
  const labels: bigint[] = []
  for (const [bin, members] of bins.entries()) {
    let place = bin * length
    for (const member of members) {
      const { ids, labelMask } = rows[member] as TokenRow
      const kept = lengths[member] as number
      for (let index = 0; index < kept; index++) {
        batch.ids[place + index] = ids[index] as number
        batch.positions[place + index] = BigInt(index)
        batch.segments[place + index] = member
        batch.lengths[place + index] = ids.length
        if (labelMask[index + 1] !== 1) continue
        targets.push(place + index)
        labels.push(BigInt(ids[index + 1] as number))
      }
      place += kept
    }
  }
  const tokenCount = rows.reduce((sum, { ids }) => sum + ids.length, 0)
  return {
    sequences: bins.length,
    tokensPerSequence: length,
    ...batch,
    targets: Int32Array.from(targets),
    labels: BigInt64Array.from(labels),
    tokenCount,
  }
}

/** Rows of the rotary tables [B,T] of a model that turns texts of more than `limit` tokens otherwise. */
export const turnsOf = ({ positions, lengths }: PackedBatch, limit: number): BigInt64Array<ArrayBuffer> =>
  BigInt64Array.from(positions, (position, index) => BigInt(turnOf(Number(position), lengths[index] as number, limit)))

/** Tokens up to the one before the last counted token; at least 1. */
const neededLength = ({ labelMask }: TokenRow): number => Math.max(1, labelMask.lastIndexOf(1))

interface Layout {
  readonly length: number
  readonly bins: readonly (readonly number[])[]
}

/** The cheapest layout: work = B T (1 + share · T). */
function layOut(lengths: readonly number[], maxTokens: number, rounded: (length: number) => number): Layout {
  const longest = rounded(Math.max(1, ...lengths))
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const work = ({ length, bins }: Layout) => bins.length * length * (1 + ATTENTION_SHARE * length)
  let best: Layout = { length: longest, bins: fitIntoBins(lengths, longest) }
  for (let count = best.bins.length - 1; count >= 1; count--) {
    const length = Math.max(longest, rounded(Math.ceil(total / count)))
    // All of it full would already cost more than the best, and longer sequences only more.
    if (length > rounded(maxTokens) || total * (1 + ATTENTION_SHARE * length) >= work(best)) break
    const candidate = { length, bins: fitIntoBins(lengths, length) }
    if (work(candidate) < work(best)) best = candidate
  }
  return best
}

/** Indices of the items of each bin; first-fit in order of decreasing length, ties in the given order. */
function fitIntoBins(lengths: readonly number[], capacity: number): number[][] {
  const order = lengths
    .map((_, index) => index)
    .sort((a, b) => (lengths[b] as number) - (lengths[a] as number) || a - b)
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

/** Tensor cores want multiples of 8, and a kernel of ours computes 64 tokens at once. */
const LENGTHS = { parts: 4, least: 64 }
const COUNTS = { parts: 8, least: 1 }
/** Targets: quarters of all tokens. */
const [TARGET_SHARES, LEAST_TARGETS] = [4, 256]

/** The length that a captured sequence of so many tokens has: an eighth more on average. */
export const capturedLength = (tokens: number): number => onScale(tokens, LENGTHS)

/** How many sequences a captured batch of so many has. */
export const capturedCount = (sequences: number): number => onScale(sequences, COUNTS)

/**
 * The batch with B, T and M rounded up, so that a run has few shapes to capture (some dozens, whatever the lengths of
 * its rows). Sequences that are added hold no tokens; targets that are added come last: give them the weight 0.
 */
export function padBatch(batch: PackedBatch): PackedBatch {
  const { sequences: B, tokensPerSequence: T, targets } = batch
  const [high, wide] = [capturedCount(B), capturedLength(T)]
  const size = high * wide
  const padded = {
    ids: new Int32Array(size),
    positions: new BigInt64Array(size),
    segments: new Int32Array(size).fill(-1),
    lengths: new Int32Array(size),
  }
  for (let row = 0; row < B; row++) {
    const [from, to] = [row * T, row * wide]
    padded.ids.set(batch.ids.subarray(from, from + T), to)
    padded.positions.set(batch.positions.subarray(from, from + T), to)
    padded.segments.set(batch.segments.subarray(from, from + T), to)
    padded.lengths.set(batch.lengths.subarray(from, from + T), to)
  }
  const count = Math.min(size, roundUp(targets.length, roundUp(size / TARGET_SHARES, LEAST_TARGETS)))
  const moved = Array.from(targets, (place) => Math.floor(place / T) * wide + (place % T))
  const used = new Set(moved)
  for (let place = 0; moved.length < count; place++) if (!used.has(place)) moved.push(place)
  const labels = new BigInt64Array(count)
  labels.set(batch.labels)
  return { ...batch, sequences: high, tokensPerSequence: wide, ...padded, targets: Int32Array.from(moved), labels }
}
