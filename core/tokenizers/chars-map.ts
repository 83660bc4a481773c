/**
 * The Unicode replacements inside a SentencePiece model: u32 size, a Darts double array of that size, then
 * NUL-terminated UTF-8 replacements. After `match`, `length` is how many bytes matched (0 for none) and
 * replacements[start, end) what stands for them.
 */
export class CharsMap {
  readonly replacements: Uint8Array
  length = 0
  start = 0
  end = 0
  private readonly units: Uint32Array

  constructor(bytes: Uint8Array) {
    const trieBytes = bytes.length >= 4 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) : 0
    const unitCount = Math.max(0, Math.min(trieBytes, bytes.length - 4)) >>> 2
    // A copy, since the array may lie at any offset in the file.
    this.units = new Uint32Array(new Uint8Array(bytes.subarray(4, 4 + unitCount * 4)).buffer)
    this.replacements = bytes.subarray(4 + trieBytes)
  }

  /** Finds the longest key that begins at bytes[position], or the shortest, which is what Hugging Face's Rust takes. */
  match(bytes: Uint8Array, position: number, which: 'longest' | 'shortest' = 'longest'): void {
    const { units } = this
    this.length = 0
    if (units.length === 0) return
    let value = -1
    let node = childBase(0, units[0]!)
    for (let i = position; i < bytes.length; i++) {
      node ^= bytes[i]!
      const unit = units[node] ?? 0
      if ((unit & LABEL_MASK) >>> 0 !== bytes[i]!) break
      node = childBase(node, unit)
      if ((unit >>> 8) & 1) {
        value = units[node]! & 0x7fffffff
        this.length = i - position + 1
        if (which === 'shortest') break
      }
    }
    if (this.length > 0) this.setReplacement(value)
  }

  private setReplacement(start: number): void {
    const end = this.replacements.indexOf(0, start)
    this.start = start
    this.end = end < 0 ? this.replacements.length : end
  }
}

// Darts-clone's unit: label in bits 0-7 and 31, has-leaf in bit 8, offset in bits 10-30, scaled by 256 where bit 9 is
// set.
const LABEL_MASK = 0x800000ff

const childBase = (node: number, unit: number): number => node ^ ((unit >>> 10) << ((unit & 0x200) >>> 6))
