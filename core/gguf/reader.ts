// A GGUF file: magic, version, counts, metadata, tensor infos, then the aligned data. Whatever it claims is checked
// before it is used.
import type { FileHandle } from 'node:fs/promises'
import { UserError } from '../contract/errors.ts'
import { readAt } from '../checkpoints/read-bytes.ts'
import { openRegularFile } from '../files/regular-file.ts'
import { BytesReader, Damaged, EndOfBytes } from './bytes-reader.ts'
import {
  MAX_ALIGNMENT,
  MAX_ARRAY_STRINGS,
  MAX_ENTRIES,
  MAX_HEADER_BYTES,
  MAX_KEY_BYTES,
  MAX_RANK,
  MAX_TENSORS,
} from './limits.ts'
import { bytesOf, typeOfId, type GgufType } from './types/index.ts'
import { ARRAY, scalarTypeOf, type GgufValue, type Metadata, type Scalar, type ScalarType } from './values.ts'

export const MAGIC = 0x46554747
export const DEFAULT_ALIGNMENT = 32
const VERSIONS: readonly number[] = [2, 3]
const FIRST_BYTES = 2 ** 20

export interface GgufTensor {
  readonly type: GgufType
  /** Rows first, as elsewhere in the studio: the file says it the other way round. */
  readonly shape: readonly number[]
  /** Bytes from the start of the file, and how many. */
  readonly offset: number
  readonly length: number
}

export interface GgufHeader {
  readonly metadata: Metadata
  readonly tensors: ReadonlyMap<string, GgufTensor>
}

/**
 * Reads and checks the header of a GGUF file; the data stays on disk. Throws UserError 'gguf/damaged' {file, position},
 * 'gguf/version' {file, found}, 'gguf/type-unknown' {file, tensor, found}, 'checkpoint/truncated' or openRegularFile's.
 */
export async function readGgufHeader(path: string): Promise<GgufHeader> {
  const file = await openRegularFile(path)
  try {
    return await readHeader(file, path)
  } finally {
    await file.close()
  }
}

async function readHeader(file: FileHandle, path: string): Promise<GgufHeader> {
  const { size } = await file.stat()
  // How long the header is turns out while it is read: a longer beginning is tried where one does not do.
  for (let length = FIRST_BYTES; ; length *= 4) {
    const bytes = await readAt(file, path, 0, Math.min(length, size, MAX_HEADER_BYTES))
    try {
      return parse(new BytesReader(bytes), { path, fileBytes: size })
    } catch (error) {
      if (error instanceof Damaged) throw damaged(path, error.at)
      if (!(error instanceof EndOfBytes)) throw error
      if (bytes.length === size)
        throw new UserError('checkpoint/truncated', { file: path, expected: size + 1, found: size })
      if (bytes.length === MAX_HEADER_BYTES) throw damaged(path, MAX_HEADER_BYTES)
    }
  }
}

const damaged = (file: string, position: number): UserError => new UserError('gguf/damaged', { file, position })

interface Source {
  readonly path: string
  readonly fileBytes: number
}

function parse(reader: BytesReader, source: Source): GgufHeader {
  if (reader.uint32() !== MAGIC) throw new Damaged(reader.at)
  const version = reader.uint32()
  if (!VERSIONS.includes(version)) throw new UserError('gguf/version', { file: source.path, found: version })
  const tensorCount = reader.count(MAX_TENSORS)
  const metadata = parseMetadata(reader, reader.count(MAX_ENTRIES))
  const infos = Array.from({ length: tensorCount }, () => parseInfo(reader, source.path))
  const alignment = alignmentOf(metadata, reader.at)
  const dataStart = Math.ceil(reader.at / alignment) * alignment
  const tensors = new Map<string, GgufTensor>()
  for (const { name, offset, ...info } of infos) {
    if (tensors.has(name) || offset % alignment !== 0) throw new Damaged(reader.at)
    tensors.set(name, { ...info, offset: dataStart + offset })
  }
  checkPlaces(tensors, source)
  return { metadata, tensors }
}

function parseMetadata(reader: BytesReader, count: number): Metadata {
  const metadata = new Map<string, GgufValue>()
  const budget = { strings: MAX_ARRAY_STRINGS }
  for (let index = 0; index < count; index++) {
    const key = reader.string(MAX_KEY_BYTES)
    if (metadata.has(key)) throw new Damaged(reader.at)
    metadata.set(key, parseValue(reader, budget))
  }
  return metadata
}

const scalar = (reader: BytesReader, type: ScalarType): Scalar =>
  type === 'string' ? reader.string(MAX_HEADER_BYTES) : reader[type]()

function parseValue(reader: BytesReader, budget: { strings: number }): GgufValue {
  const number = reader.uint32()
  if (number !== ARRAY) {
    const type = typeOrThrow(reader, number)
    return { type, value: scalar(reader, type) }
  }
  const of = typeOrThrow(reader, reader.uint32())
  const count = reader.count(MAX_HEADER_BYTES)
  if (of === 'string' && (budget.strings -= count) < 0) throw new Damaged(reader.at)
  const values: Scalar[] = []
  // Not by its length: a file that claims many values must also have them.
  for (let index = 0; index < count; index++) values.push(scalar(reader, of))
  return { type: 'array', of, values }
}

function typeOrThrow(reader: BytesReader, number: number): ScalarType {
  const type = scalarTypeOf(number)
  if (!type) throw new Damaged(reader.at)
  return type
}

function parseInfo(reader: BytesReader, path: string): GgufTensor & { readonly name: string } {
  const name = reader.string(MAX_KEY_BYTES)
  const rank = reader.uint32()
  if (rank < 1 || rank > MAX_RANK) throw new Damaged(reader.at)
  const sizes = Array.from({ length: rank }, () => reader.uint64())
  const id = reader.uint32()
  const offset = reader.uint64()
  const type = typeOfId(id)
  if (!type) throw new UserError('gguf/type-unknown', { file: path, tensor: name.slice(0, MAX_KEY_BYTES), found: id })
  const count = sizes.reduce((product, size) => product * size, 1)
  const isSound = sizes.every((size) => size > 0) && Number.isSafeInteger(count) && sizes[0]! % type.blockSize === 0
  if (!isSound || !Number.isSafeInteger(offset)) throw new Damaged(reader.at)
  return { name, type, shape: sizes.reverse(), offset, length: bytesOf(type, count) }
}

function alignmentOf(metadata: Metadata, at: number): number {
  const entry = metadata.get('general.alignment')
  const found = entry === undefined ? DEFAULT_ALIGNMENT : entry.type === 'uint32' ? Number(entry.value) : 0
  if (found < 1 || found > MAX_ALIGNMENT || (found & (found - 1)) !== 0) throw new Damaged(at)
  return found
}

/** Tensors lie inside the file and beside each other. */
function checkPlaces(tensors: ReadonlyMap<string, GgufTensor>, { path, fileBytes }: Source): void {
  let end = 0
  for (const { offset, length } of [...tensors.values()].sort((a, b) => a.offset - b.offset)) {
    if (offset < end) throw damaged(path, offset)
    end = offset + length
    if (end > fileBytes) throw new UserError('checkpoint/truncated', { file: path, expected: end, found: fileBytes })
  }
}
