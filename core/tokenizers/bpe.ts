import { Heap } from './heap.ts'
import { PieceType } from './model-file.ts'
import type { Segments, Vocabulary } from './pieces.ts'
import { characterLength } from './utf8.ts'

/** Symbols of one text as parallel lists; `previous` and `next` link those not merged away. */
interface Symbols {
  readonly starts: number[]
  readonly ends: number[]
  readonly previous: number[]
  readonly next: number[]
  /** User-defined pieces are never merged. */
  readonly frozen: boolean[]
}

interface Merge {
  readonly left: number
  readonly right: number
  readonly score: number
  /** Bytes of both symbols when the merge was found; it is stale once they differ. */
  readonly size: number
}

const comesBefore = (a: Merge, b: Merge): boolean => a.score > b.score || (a.score === b.score && a.left < b.left)

/** Cuts normalised bytes into pieces by merging neighbours, best score first, then leftmost: SentencePiece's BPE. */
export class Bpe {
  private readonly vocabulary: Vocabulary

  constructor(vocabulary: Vocabulary) {
    this.vocabulary = vocabulary
  }

  /** Returns the segments of `bytes`, with the unknown id for characters outside the vocabulary. */
  segment(bytes: Uint8Array): Segments {
    const symbols = this.split(bytes)
    const cuts = this.merge(bytes, symbols)
    const segments: Segments = []
    for (let i = symbols.starts.length > 0 ? 0 : -1; i >= 0; i = symbols.next[i]!) {
      this.emit(bytes, { start: symbols.starts[i]!, end: symbols.ends[i]!, cuts, segments })
    }
    return segments
  }

  private split(bytes: Uint8Array): Symbols {
    const symbols: Symbols = { starts: [], ends: [], previous: [], next: [], frozen: [] }
    for (let position = 0; position < bytes.length;) {
      const literal = this.vocabulary.userDefined?.longestMatch(bytes, position) ?? 0
      const end = position + (literal || characterLength(bytes[position]!))
      const index = symbols.starts.length
      symbols.starts.push(position)
      symbols.ends.push(end)
      symbols.previous.push(index - 1)
      symbols.next.push(end < bytes.length ? index + 1 : -1)
      symbols.frozen.push(literal > 0)
      position = end
    }
    return symbols
  }

  /**
   * Merges until nothing more fits. Returns where pieces marked unused were joined (id → bytes of the left part), to
   * cut them again.
   */
  private merge(bytes: Uint8Array, symbols: Symbols): ReadonlyMap<number, number> {
    const { starts, ends, previous, next, frozen } = symbols
    const { trie, scores, types } = this.vocabulary
    const cuts = new Map<number, number>()
    const agenda = new Heap<Merge>(comesBefore)
    const propose = (left: number, right: number): void => {
      if (left < 0 || right < 0 || frozen[left] || frozen[right]) return
      const id = trie.find(bytes, starts[left]!, ends[right]!)
      if (id < 0) return
      agenda.push({ left, right, score: scores[id]!, size: ends[right]! - starts[left]! })
      if (types[id] === PieceType.unused) cuts.set(id, ends[left]! - starts[left]!)
    }
    for (let i = 1; i < starts.length; i++) propose(i - 1, i)
    for (let merge = agenda.pop(); merge; merge = agenda.pop()) {
      const { left, right, size } = merge
      if (starts[left]! < 0 || starts[right]! < 0 || ends[right]! - starts[left]! !== size || next[left] !== right)
        continue
      ends[left] = ends[right]!
      next[left] = next[right]!
      if (next[left]! >= 0) previous[next[left]!] = left
      starts[right] = -1
      propose(previous[left]!, left)
      propose(left, next[left]!)
    }
    return cuts
  }

  private emit(
    bytes: Uint8Array,
    {
      start,
      end,
      cuts,
      segments,
    }: { start: number; end: number; cuts: ReadonlyMap<number, number>; segments: Segments },
  ): void {
    const id = this.vocabulary.trie.find(bytes, start, end)
    const cut = cuts.get(id)
    if (cut === undefined || this.vocabulary.types[id] !== PieceType.unused) {
      segments.push(id < 0 ? this.vocabulary.unknownId : id, start, end)
      return
    }
    this.emit(bytes, { start, end: start + cut, cuts, segments })
    this.emit(bytes, { start: start + cut, end, cuts, segments })
  }
}
