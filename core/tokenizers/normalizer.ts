import { CharsMap } from './chars-map.ts'
import type { NormalizerRules } from './model-file.ts'
import type { Trie } from './trie.ts'
import { characterLength, SPACE, SPACE_BYTES } from './utf8.ts'

/**
 * Rewrites text (UTF-8) before it is cut into pieces: Unicode replacements, spaces to ▁, the dummy prefix; the same
 * bytes as SentencePiece's C++. User-defined pieces pass unchanged.
 */
export class Normalizer {
  private readonly charsMap: CharsMap
  private readonly rules: NormalizerRules
  private readonly userDefined: Trie | null
  private out = new Uint8Array(1024)
  private size = 0

  constructor(rules: NormalizerRules, userDefined: Trie | null) {
    this.rules = rules
    this.userDefined = userDefined
    this.charsMap = new CharsMap(rules.charsMap)
  }

  // The piece of input that `readNext` found stands for source[start, end).
  private source: Uint8Array = this.out
  private start = 0
  private end = 0

  /** Returns the normalised bytes: a view that the next call overwrites. */
  normalize(input: Uint8Array): Uint8Array {
    const { removeExtraSpaces, addDummyPrefix, spaceAsSuffix } = this.rules
    this.size = 0
    let position = removeExtraSpaces ? this.skipLeadingSpaces(input) : 0
    if (position >= input.length) return this.out.subarray(0, 0)
    if (addDummyPrefix && !spaceAsSuffix) this.pushSpace()
    let afterSpace = removeExtraSpaces
    while (position < input.length) {
      position += this.readNext(input, position)
      if (afterSpace) this.dropSpaces()
      if (this.start < this.end) {
        this.pushSource()
        afterSpace = removeExtraSpaces && this.source[this.end - 1] === SPACE
      }
    }
    if (removeExtraSpaces) this.dropTrailingSpaces()
    if (addDummyPrefix && spaceAsSuffix) this.pushSpace()
    return this.out.subarray(0, this.size)
  }

  /** Finds what the input at `position` becomes and returns how many input bytes that took. */
  private readNext(input: Uint8Array, position: number): number {
    const literal = this.userDefined?.longestMatch(input, position) ?? 0
    if (literal === 0) {
      this.charsMap.match(input, position)
      if (this.charsMap.length > 0) {
        this.source = this.charsMap.replacements
        this.start = this.charsMap.start
        this.end = this.charsMap.end
        return this.charsMap.length
      }
    }
    const length = literal || characterLength(input[position]!)
    this.source = input
    this.start = position
    this.end = position + length
    return length
  }

  private skipLeadingSpaces(input: Uint8Array): number {
    let position = 0
    while (position < input.length) {
      const length = this.readNext(input, position)
      if (this.end - this.start !== 1 || this.source[this.start] !== SPACE) break
      position += length
    }
    return position
  }

  private dropSpaces(): void {
    while (this.start < this.end && this.source[this.start] === SPACE) this.start++
  }

  private pushSource(): void {
    this.reserve((this.end - this.start) * SPACE_BYTES.length)
    for (let i = this.start; i < this.end; i++) {
      const byte = this.source[i]!
      if (byte === SPACE) this.pushSpace()
      else this.out[this.size++] = byte
    }
  }

  private pushSpace(): void {
    this.reserve(SPACE_BYTES.length)
    if (!this.rules.escapeSpaces) {
      this.out[this.size++] = SPACE
      return
    }
    for (let i = 0; i < SPACE_BYTES.length; i++) this.out[this.size++] = SPACE_BYTES[i]!
  }

  private dropTrailingSpaces(): void {
    const symbol = this.rules.escapeSpaces ? SPACE_BYTES : [SPACE]
    while (symbol.every((byte, i) => this.size >= symbol.length && this.out[this.size - symbol.length + i] === byte))
      this.size -= symbol.length
  }

  private reserve(count: number): void {
    if (this.size + count <= this.out.length) return
    const larger = new Uint8Array((this.size + count) * 2)
    larger.set(this.out)
    this.out = larger
  }
}
