import { UserError } from '../contract/errors.ts'

/**
 * Walks the fields of a protobuf message without copying: after `next`, `number` is the field, `value` its number (wire
 * types 0 and 5),
 * `start` and `end` its bytes (wire type 2). `within` walks such bytes as a message of their own with the same reader.
 * Integers are cut to 32 bits (signed), fixed32 is read as float32, fixed64 is skipped.
 * Throws UserError 'tokenizer/damaged' {file, position} where the message ends early or is none.
 */
export class ProtoReader {
  number = 0
  value = 0
  start = 0
  end = 0
  readonly bytes: Uint8Array
  private readonly view: DataView
  private readonly file: string
  private position = 0
  private limit: number

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.file = file
    this.limit = bytes.length
  }

  /** Reads the next field; false at the end of the message. */
  next(): boolean {
    if (this.position >= this.limit) return false
    const key = this.varint()
    this.number = key >>> 3
    switch (key & 7) {
      case 0:
        this.value = this.varint()
        return true
      case 1:
        this.skip(8)
        return true
      case 2:
        this.end = this.skip(this.varint())
        return true
      case 5:
        this.skip(4)
        this.value = this.view.getFloat32(this.start, true)
        return true
      default:
        throw this.damaged()
    }
  }

  /** Walks the bytes of the field just read as a message: `visit` is called for each of its fields. */
  within(visit: () => void): void {
    const { limit } = this
    this.position = this.start
    this.limit = this.end
    while (this.next()) visit()
    this.limit = limit
  }

  /** The bytes of the field just read: a view, not a copy. */
  field(): Uint8Array {
    return this.bytes.subarray(this.start, this.end)
  }

  private varint(): number {
    const first = this.bytes[this.position]!
    if (first < 128 && this.position < this.limit) {
      this.position++
      return first
    }
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.limit) throw this.damaged()
      const byte = this.bytes[this.position++]!
      if (shift < 32) value |= (byte & 127) << shift
      if (byte < 128) return value
    }
    throw this.damaged()
  }

  private skip(length: number): number {
    if (length < 0 || this.position + length > this.limit) throw this.damaged()
    this.start = this.position
    this.position += length
    return this.position
  }

  private damaged(): UserError {
    return new UserError('tokenizer/damaged', { file: this.file, position: this.position })
  }
}
