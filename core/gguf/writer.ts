import type { FileHandle } from 'node:fs/promises'
import { InternalError } from '../contract/errors.ts'
import { writeAtomic } from '../files/atomic.ts'
import { DEFAULT_ALIGNMENT, MAGIC } from './reader.ts'
import { bytesOf, type GgufType } from './types/index.ts'
import { ARRAY, scalarTypes, type GgufValue, type Metadata, type Scalar, type ScalarType } from './values.ts'

/** A tensor to write: its bytes come piece by piece. */
export interface TensorToWrite {
  readonly name: string
  readonly type: GgufType
  /** Rows first. */
  readonly shape: readonly number[]
  /** Exactly the bytes of the shape, in order. */
  readonly pieces: () => AsyncIterable<Uint8Array>
}

export interface WriteOptions {
  readonly signal?: AbortSignal | undefined
  /** Told of so many bytes more. */
  readonly onBytes?: ((bytes: number) => void) | undefined
}

const VERSION = 3
/** After so many bytes the system has put them on the disk: the end takes no long wait then. */
export const SYNC_BYTES = 64 * 2 ** 20

/**
 * Writes a GGUF file in one move: a cancelled or failed one leaves nothing. Throws the signal's reason, what the pieces
 * throw, and UserError for a full or unwritable disk.
 */
export async function writeGguf(
  path: string,
  metadata: Metadata,
  tensors: readonly TensorToWrite[],
  { signal, onBytes }: WriteOptions = {},
): Promise<void> {
  signal?.throwIfAborted()
  await writeAtomic(path, async (file) => {
    const header = headerOf(metadata, tensors)
    let [written, synced] = [0, 0]
    const write = async (bytes: Uint8Array) => {
      signal?.throwIfAborted()
      await writeAll(file, bytes)
      written += bytes.byteLength
      if (written - synced >= SYNC_BYTES) {
        await file.datasync()
        synced = written
      }
      onBytes?.(bytes.byteLength)
    }
    await write(header)
    for (const tensor of tensors) {
      const end = written + sizeOf(tensor)
      for await (const piece of tensor.pieces()) await write(piece)
      if (written !== end) throw new InternalError(`${tensor.name}: ${end} bytes expected, ${written} written`)
      await write(new Uint8Array(padding(written)))
    }
  })
}

/** The bytes of a file with these tensors, without its metadata. */
export const dataBytes = (tensors: readonly Pick<TensorToWrite, 'type' | 'shape'>[]): number =>
  tensors.reduce((sum, tensor) => sum + aligned(sizeOf(tensor)), 0)

const sizeOf = ({ type, shape }: Pick<TensorToWrite, 'type' | 'shape'>): number =>
  bytesOf(
    type,
    shape.reduce((product, size) => product * size, 1),
  )
const padding = (length: number): number => aligned(length) - length
const aligned = (length: number): number => Math.ceil(length / DEFAULT_ALIGNMENT) * DEFAULT_ALIGNMENT

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;)
    done += (await file.write(bytes, done, bytes.byteLength - done)).bytesWritten
}

function headerOf(metadata: Metadata, tensors: readonly TensorToWrite[]): Uint8Array {
  const out = new BytesWriter()
  out.uint32(MAGIC)
  out.uint32(VERSION)
  out.uint64(tensors.length)
  out.uint64(metadata.size)
  for (const [key, value] of metadata) {
    out.string(key)
    writeValue(out, value)
  }
  let offset = 0
  for (const tensor of tensors) {
    out.string(tensor.name)
    out.uint32(tensor.shape.length)
    for (const size of [...tensor.shape].reverse()) out.uint64(size)
    out.uint32(tensor.type.id)
    out.uint64(offset)
    offset += aligned(sizeOf(tensor))
  }
  return out.bytes(aligned(out.length))
}

function writeValue(out: BytesWriter, value: GgufValue): void {
  if (value.type !== 'array') {
    out.uint32(scalarTypes[value.type])
    out.scalar(value.type, value.value)
    return
  }
  out.uint32(ARRAY)
  out.uint32(scalarTypes[value.of])
  out.uint64(value.values.length)
  for (const item of value.values) out.scalar(value.of, item)
}

interface NumberForm {
  readonly size: number
  readonly write: (buffer: Buffer, value: number, at: number) => void
}

const numbers: Readonly<Record<Exclude<ScalarType, 'string'>, NumberForm>> = {
  uint8: { size: 1, write: (buffer, value, at) => buffer.writeUInt8(value, at) },
  int8: { size: 1, write: (buffer, value, at) => buffer.writeInt8(value, at) },
  bool: { size: 1, write: (buffer, value, at) => buffer.writeUInt8(value, at) },
  uint16: { size: 2, write: (buffer, value, at) => buffer.writeUInt16LE(value, at) },
  int16: { size: 2, write: (buffer, value, at) => buffer.writeInt16LE(value, at) },
  uint32: { size: 4, write: (buffer, value, at) => buffer.writeUInt32LE(value, at) },
  int32: { size: 4, write: (buffer, value, at) => buffer.writeInt32LE(value, at) },
  float32: { size: 4, write: (buffer, value, at) => buffer.writeFloatLE(value, at) },
  uint64: { size: 8, write: (buffer, value, at) => buffer.writeBigUInt64LE(BigInt(value), at) },
  int64: { size: 8, write: (buffer, value, at) => buffer.writeBigInt64LE(BigInt(value), at) },
  float64: { size: 8, write: (buffer, value, at) => buffer.writeDoubleLE(value, at) },
}

/** Little-endian values one after the other. */
class BytesWriter {
  length = 0
  #buffer = Buffer.alloc(2 ** 16)

  #take(size: number): number {
    const start = this.length
    this.length += size
    if (this.length > this.#buffer.length) {
      const larger = Buffer.alloc(this.length * 2)
      this.#buffer.copy(larger)
      this.#buffer = larger
    }
    return start
  }

  scalar(type: ScalarType, value: Scalar): void {
    if (type === 'string') this.string(String(value))
    else this.#number(type, Number(value))
  }

  uint32(value: number): void {
    this.#number('uint32', value)
  }

  uint64(value: number): void {
    this.#number('uint64', value)
  }

  string(value: string): void {
    const length = Buffer.byteLength(value)
    this.uint64(length)
    const at = this.#take(length)
    this.#buffer.write(value, at)
  }

  #number(type: Exclude<ScalarType, 'string'>, value: number): void {
    const { size, write } = numbers[type]
    const at = this.#take(size)
    write(this.#buffer, value, at)
  }

  /** The bytes so far, padded with zeros to `length`. */
  bytes(length: number): Uint8Array {
    this.#take(length - this.length)
    return this.#buffer.subarray(0, length)
  }
}
