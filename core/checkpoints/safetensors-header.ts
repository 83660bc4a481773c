// A safetensors file: u64 header length, JSON header {name: {dtype, shape, data_offsets: [begin, end)}}, then the data.
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { depthOf } from '../files/json-file.ts'
import { openRegularFile } from '../files/regular-file.ts'
import { MAX_DIRECTORY_BYTES, MAX_NOTES_BYTES, MAX_RANK, MAX_TENSOR_ENTRY_BYTES } from './limits.ts'
import { readAt } from './read-bytes.ts'
import { elementCount, tensorTypeOf, tensorTypes, type TensorPlace } from './tensor-types.ts'

/** Python's reader refuses longer headers. */
const LONGEST = 100_000_000
/** {name: {shape: [], …}}: a header that nests deeper is none. */
const MAX_DEPTH = 4

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorPlace>
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Reads and checks the header of a safetensors file; the data stays on disk.
 * Throws UserError 'file/not-found', 'file/not-regular', 'checkpoint/truncated', 'checkpoint/header-invalid',
 * 'checkpoint/header-too-long', 'checkpoint/dtype-unknown' or 'checkpoint/offsets-invalid'.
 */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  const file = await openRegularFile(path)
  try {
    const { size } = await file.stat()
    const header = await readHeaderBytes(file, path, size)
    return parseHeader(header.toString('utf8'), { path, fileBytes: size, dataStart: 8 + header.length })
  } finally {
    await file.close()
  }
}

/**
 * The same of the beginning of a file of `fileBytes` bytes, such as a range of one that lies elsewhere. Throws as
 * readSafetensorsHeader; 'checkpoint/truncated' also where `start` holds less than the header.
 */
export function parseSafetensorsHeader(start: Buffer, path: string, fileBytes: number): SafetensorsHeader {
  const dataStart = 8 + safetensorsHeaderLength(start, path, fileBytes)
  if (start.length < dataStart)
    throw new UserError('checkpoint/truncated', { file: path, expected: dataStart, found: start.length })
  const header = start.subarray(8, dataStart)
  if (depthOf(header) > MAX_DEPTH) throw new UserError('checkpoint/header-invalid', { file: path })
  return parseHeader(header.toString('utf8'), { path, fileBytes, dataStart })
}

async function readHeaderBytes(file: FileHandle, path: string, fileBytes: number): Promise<Buffer> {
  const length = safetensorsHeaderLength(
    fileBytes < 8 ? Buffer.alloc(0) : await readAt(file, path, 0, 8),
    path,
    fileBytes,
  )
  const bytes = await readAt(file, path, 8, length)
  if (depthOf(bytes) > MAX_DEPTH) throw new UserError('checkpoint/header-invalid', { file: path })
  return bytes
}

/** Bytes of the JSON header that follows the first eight bytes of a file. Throws as readSafetensorsHeader. */
export function safetensorsHeaderLength(start: Buffer, path: string, fileBytes: number): number {
  if (start.length < 8) throw new UserError('checkpoint/truncated', { file: path, expected: 8, found: fileBytes })
  const length = Number(start.readBigUInt64LE())
  if (length < 2) throw new UserError('checkpoint/header-invalid', { file: path })
  // A file that is no safetensors file has any number here: it is said to be too long only where it could be one.
  if (8 + length > fileBytes)
    throw new UserError(length > LONGEST ? 'checkpoint/header-invalid' : 'checkpoint/truncated', {
      file: path,
      expected: 8 + length,
      found: fileBytes,
    })
  if (length > MAX_DIRECTORY_BYTES) throw tooLong(path, length, MAX_DIRECTORY_BYTES)
  return length
}

const tooLong = (file: string, found: number, max: number): UserError =>
  new UserError('checkpoint/header-too-long', { file, found, max })

interface Source {
  readonly path: string
  readonly fileBytes: number
  readonly dataStart: number
}

function parseHeader(text: string, source: Source): SafetensorsHeader {
  const header = parseObject(text, source.path)
  const tensors = new Map<string, TensorPlace>()
  for (const [name, entry] of Object.entries(header)) {
    if (name !== '__metadata__') tensors.set(name, parseEntry(name, entry, source))
  }
  const maxBytes = MAX_NOTES_BYTES + tensors.size * MAX_TENSOR_ENTRY_BYTES
  if (source.dataStart > maxBytes) throw tooLong(source.path, source.dataStart, maxBytes)
  checkLayout(tensors, source)
  return { tensors, metadata: metadataOf(header['__metadata__']) }
}

function parseObject(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Reported below like any other header that is no JSON object.
  }
  throw new UserError('checkpoint/header-invalid', { file: path })
}

function parseEntry(name: string, entry: unknown, { path, dataStart }: Source): TensorPlace {
  const { dtype: code, shape, data_offsets: range } = (entry ?? {}) as Record<string, unknown>
  if (!isCounts(shape) || shape.length > MAX_RANK || !isCounts(range) || range.length !== 2)
    throw new UserError('checkpoint/header-invalid', { file: path })
  const dtype = tensorTypeOf(code)
  if (!dtype)
    throw new UserError('checkpoint/dtype-unknown', {
      file: path,
      tensor: name,
      found: typeof code === 'string' ? code : typeof code,
    })
  const [begin = 0, end = 0] = range
  const expected = elementCount(shape) * tensorTypes[dtype].bytes
  if (end - begin !== expected)
    throw new UserError('checkpoint/offsets-invalid', { file: path, tensor: name, expected, found: end - begin })
  return { dtype, shape, file: basename(path), offset: dataStart + begin, length: expected }
}

/** The format wants the tensors to follow each other without holes or overlaps, up to the end of the file. */
function checkLayout(tensors: ReadonlyMap<string, TensorPlace>, { path, fileBytes, dataStart }: Source): void {
  let end = dataStart
  for (const [name, { offset, length }] of [...tensors].sort(
    ([, a], [, b]) => a.offset - b.offset || a.length - b.length,
  )) {
    if (offset !== end)
      throw new UserError('checkpoint/offsets-invalid', {
        file: path,
        tensor: name,
        expected: end - dataStart,
        found: offset - dataStart,
      })
    end = offset + length
  }
  if (end > fileBytes) throw new UserError('checkpoint/truncated', { file: path, expected: end, found: fileBytes })
  if (end < fileBytes) throw new UserError('checkpoint/excess', { file: path, expected: end, found: fileBytes })
}

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && Number(item) >= 0)

const metadataOf = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(typeof value === 'object' && value !== null ? value : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )
