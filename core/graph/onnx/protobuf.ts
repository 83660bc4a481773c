const encoder = new TextEncoder()

/** Writes protobuf messages: only what ONNX needs (varint, 32-bit float, bytes). */
export class ProtobufWriter {
  private readonly parts: Uint8Array[] = []

  /** An integer field; negative numbers as protobuf's 64-bit two's complement. */
  int(field: number, value: number | bigint): this {
    return this.varint(BigInt(field << 3)).varint(BigInt.asUintN(64, BigInt(value)))
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    this.varint(BigInt((field << 3) | 5))
    this.parts.push(bytes)
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.varint(BigInt((field << 3) | 2)).varint(BigInt(value.length))
    this.parts.push(value)
    return this
  }

  text(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value))
  }

  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish())
  }

  finish(): Uint8Array {
    const result = new Uint8Array(this.parts.reduce((sum, part) => sum + part.length, 0))
    let offset = 0
    for (const part of this.parts) {
      result.set(part, offset)
      offset += part.length
    }
    return result
  }

  private varint(value: bigint): this {
    const bytes: number[] = []
    let rest = value
    do {
      const low = Number(rest & 0x7fn)
      rest >>= 7n
      bytes.push(rest > 0n ? low | 0x80 : low)
    } while (rest > 0n)
    this.parts.push(Uint8Array.from(bytes))
    return this
  }
}
