const encoder = new TextEncoder()

/** Writes protobuf messages: only what ONNX needs (varint, 32-bit float, bytes). */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = []

  /** An integer field; negative numbers as protobuf's 64-bit two's complement. */
  int(field: number, value: number | bigint): this {
    this.#varint(field << 3)
    if (typeof value === 'number' && value >= 0) return this.#varint(value)
    return this.#longVarint(BigInt.asUintN(64, BigInt(value)))
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    this.#varint((field << 3) | 5)
    this.#parts.push(bytes)
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint((field << 3) | 2).#varint(value.length)
    this.#parts.push(value)
    return this
  }

  text(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value))
  }

  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish())
  }

  finish(): Uint8Array {
    const result = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0))
    let offset = 0
    for (const part of this.#parts) {
      result.set(part, offset)
      offset += part.length
    }
    return result
  }

  #varint(value: number): this {
    const bytes: number[] = []
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
    bytes.push(rest)
    this.#parts.push(Uint8Array.from(bytes))
    return this
  }

  #longVarint(value: bigint): this {
    const bytes: number[] = []
    let rest = value
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
    bytes.push(Number(rest))
    this.#parts.push(Uint8Array.from(bytes))
    return this
  }
}
