// Decoding ids to text, one at a time, as SentencePiece does: bytes gather until they make a character, each byte that
// cannot becomes U+FFFD.
import { characterLength } from './utf8.ts'

const REPLACEMENT = '\uFFFD'
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Gathers single bytes and gives back whole characters; never half of one. */
export class ByteGatherer {
  private pending: number[] = []

  /** Takes a byte; returns the characters that are now decided. */
  push(byte: number): string {
    this.pending.push(byte)
    return this.drain(false)
  }

  /** Returns what is left, U+FFFD for each byte that makes no character, and starts afresh. */
  end(): string {
    return this.pending.length === 0 ? '' : this.drain(true)
  }

  private drain(final: boolean): string {
    let text = ''
    while (this.pending.length > 0) {
      const length = this.pending[0]! >= 0xc2 && this.pending[0]! <= 0xf4 ? characterLength(this.pending[0]!) : 1
      const character = this.pending.length >= length ? decodeCharacter(this.pending.slice(0, length)) : undefined
      if (character === undefined && !final && this.pending.length < length) break
      text += character ?? REPLACEMENT
      this.pending.splice(0, character === undefined ? 1 : length)
    }
    return text
  }
}

function decodeCharacter(bytes: number[]): string | undefined {
  try {
    return strict.decode(Uint8Array.from(bytes))
  } catch {
    return undefined
  }
}
