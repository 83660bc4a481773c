import { PieceType } from './model-file.ts'
import type { Segments, Vocabulary } from './pieces.ts'
import { characterLength } from './utf8.ts'

const UNKNOWN_PENALTY = 10
const f32 = Math.fround

/**
 * Cuts normalised bytes into the pieces with the greatest sum of scores (Viterbi, left to right).
 *   best[end] = max over pieces [start, end) of score(piece) + best[start]
 * Every sum is rounded to float32 (for scores of a tokenizer.json to float64, as Hugging Face's Rust does) and ties
 * keep the first, as in SentencePiece's C++; both decide real cases.
 */
export class Unigram {
  private readonly vocabulary: Vocabulary
  private readonly unknownScore: number
  private readonly maxScore: number
  private readonly wide: boolean
  // Per byte position: best sum, start of the piece that ends there (-1 for none), its id. Reused between calls.
  private best: Float32Array | Float64Array
  private starts = new Int32Array(256)
  private ids = new Int32Array(256)

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary
    this.wide = vocabulary.scores instanceof Float64Array
    this.best = this.array(256)
    let min = Infinity
    let max = -Infinity
    vocabulary.scores.forEach((score, id) => {
      // Rust takes the least score of all pieces, SentencePiece that of ordinary ones.
      if (!this.wide && vocabulary.types[id] !== PieceType.normal) return
      min = Math.min(min, score)
      max = Math.max(max, score)
    })
    this.unknownScore = this.rounded(min - UNKNOWN_PENALTY)
    this.maxScore = max
  }

  /** Returns the segments of `bytes`, with the unknown id for characters outside the vocabulary. */
  segment(bytes: Uint8Array): Segments {
    this.reset(bytes.length)
    for (let position = 0; position < bytes.length;) {
      const length = characterLength(bytes[position]!)
      if (!this.extend(bytes, position, length))
        this.offer(position, position + length, this.unknownScore, this.vocabulary.unknownId)
      position += length
    }
    return this.backtrack(bytes.length)
  }

  private rounded(sum: number): number {
    return this.wide ? sum : f32(sum)
  }

  private array(length: number): Float32Array | Float64Array {
    return this.wide ? new Float64Array(length) : new Float32Array(length)
  }

  private reset(length: number): void {
    if (length >= this.best.length) {
      this.best = this.array(length * 2)
      this.starts = new Int32Array(length * 2)
      this.ids = new Int32Array(length * 2)
    }
    this.starts.fill(-1, 0, length + 1)
    this.best[0] = 0
  }

  /**
   * Offers every piece that begins at `start`; true if one is exactly the first character. The trie is walked in place:
   * this is the hot loop.
   */
  private extend(bytes: Uint8Array, start: number, characterBytes: number): boolean {
    const {
      trie: { edges, targets, values, mask },
      scores,
      types,
    } = this.vocabulary
    const { best, starts, ids, wide } = this
    const sum = best[start]!
    let hasCharacter = false
    let node = 0
    for (let end = start; end < bytes.length;) {
      const edge = node * 256 + bytes[end]!
      let slot = (Math.imul(edge, 0x9e3779b1) >>> 7) & mask
      while (edges[slot] !== edge && edges[slot] !== -1) slot = (slot + 1) & mask
      if (edges[slot] === -1) break
      node = targets[slot]!
      end++
      const id = values[node]!
      if (id < 0 || types[id] === PieceType.unused) continue
      const score = types[id] === PieceType.userDefined ? this.userDefinedScore(end - start) : scores[id]!
      const candidate = wide ? score + sum : f32(score + sum)
      if (starts[end] === -1 || candidate > best[end]!) {
        best[end] = candidate
        starts[end] = start
        ids[end] = id
      }
      if (end - start === characterBytes) hasCharacter = true
    }
    return hasCharacter
  }

  /** Above any sum of normal pieces of that length, so that a user-defined piece is never cut. */
  private userDefinedScore(byteCount: number): number {
    return this.rounded(this.rounded(byteCount * this.maxScore) - 0.1)
  }

  private offer(start: number, end: number, score: number, id: number): void {
    const candidate = this.rounded(score + this.best[start]!)
    if (this.starts[end] !== -1 && candidate <= this.best[end]!) return
    this.best[end] = candidate
    this.starts[end] = start
    this.ids[end] = id
  }

  private backtrack(length: number): Segments {
    let count = 0
    for (let end = length; end > 0; end = this.starts[end]!) count++
    const segments = new Array<number>(count * 3)
    for (let end = length; end > 0; end = this.starts[end]!) {
      count--
      segments[count * 3] = this.ids[end]!
      segments[count * 3 + 1] = this.starts[end]!
      segments[count * 3 + 2] = end
    }
    return segments
  }
}
