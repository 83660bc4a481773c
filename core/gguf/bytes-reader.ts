/** The bytes at hand end before the header does. */
export class EndOfBytes extends Error {}
/** The header says what no GGUF file says. `at` is the byte after it. */
export class Damaged extends Error {
  readonly at: number
  constructor(at: number) {
    super(`damaged at ${at}`)
    this.at = at
  }
}

/** Little-endian values one after the other. */
export class BytesReader {
  at = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  #take(length: number): number {
    const start = this.at
    if (start + length > this.#bytes.length) throw new EndOfBytes()
    this.at += length
    return start
  }

  uint8 = (): number => this.#bytes.readUInt8(this.#take(1))
  int8 = (): number => this.#bytes.readInt8(this.#take(1))
  uint16 = (): number => this.#bytes.readUInt16LE(this.#take(2))
  int16 = (): number => this.#bytes.readInt16LE(this.#take(2))
  uint32 = (): number => this.#bytes.readUInt32LE(this.#take(4))
  int32 = (): number => this.#bytes.readInt32LE(this.#take(4))
  float32 = (): number => this.#bytes.readFloatLE(this.#take(4))
  bool = (): boolean => this.uint8() !== 0
  uint64 = (): number => Number(this.#bytes.readBigUInt64LE(this.#take(8)))
  int64 = (): number => Number(this.#bytes.readBigInt64LE(this.#take(8)))
  float64 = (): number => this.#bytes.readDoubleLE(this.#take(8))

  /** A count of at most `max`. Throws Damaged beyond. */
  count(max: number): number {
    const found = this.uint64()
    if (found > max) throw new Damaged(this.at)
    return found
  }

  string(maxBytes: number): string {
    const length = this.count(maxBytes)
    const start = this.#take(length)
    return this.#bytes.toString('utf8', start, start + length)
  }
}
