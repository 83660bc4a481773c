import { UserError } from '../contract/errors.ts'

/** A field of a protobuf message: `value` of wire types 0 and 5, `bytes` (a view, not a copy) of wire type 2. */
export interface ProtoField {
  readonly number: number
  readonly value: number
  readonly bytes: Uint8Array
}

const NO_BYTES = new Uint8Array(0)

/**
 * Walks the fields of one protobuf message. Integers are cut to 32 bits (signed), fixed32 is read as float32, fixed64 is skipped.
 * Throws UserError 'tokenizer/damaged' {file, position} where the message ends early or is none.
 */
export function* protoFields(message: Uint8Array, file: string): Generator<ProtoField> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  let position = 0
  const damaged = (): UserError => new UserError('tokenizer/damaged', { file, position: message.byteOffset + position })
  const varint = (): number => {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[position++]
      if (byte === undefined) throw damaged()
      if (shift < 32) value |= (byte & 127) << shift
      if (byte < 128) return value
    }
    throw damaged()
  }
  const take = (length: number): number => {
    if (length < 0 || position + length > message.length) throw damaged()
    position += length
    return position - length
  }
  while (position < message.length) {
    const key = varint()
    const number = key >>> 3
    switch (key & 7) {
      case 0: yield { number, value: varint(), bytes: NO_BYTES }; break
      case 1: take(8); break
      case 2: {
        const length = varint()
        const start = take(length)
        yield { number, value: 0, bytes: message.subarray(start, start + length) }
        break
      }
      case 5: yield { number, value: view.getFloat32(take(4), true), bytes: NO_BYTES }; break
      default: throw damaged()
    }
  }
}
