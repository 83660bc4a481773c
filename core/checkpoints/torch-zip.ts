// The zip archive that torch.save writes: entries stored as they are, with 64-bit sizes and offsets (zip64) where
// needed.
import type { FileHandle } from 'node:fs/promises'
import { UserError } from '../contract/errors.ts'
import { MAX_DIRECTORY_BYTES } from './limits.ts'
import { readAt } from './read-bytes.ts'

/** An entry of the archive. Its data lies behind the local header at `headerOffset` and is `bytes` long. */
export interface ZipEntry {
  readonly headerOffset: number
  readonly bytes: number
}

/** An open archive: its file, the file's path and size, and its entries by name. */
export interface Zip {
  readonly file: FileHandle
  readonly path: string
  readonly fileBytes: number
  readonly entries: ReadonlyMap<string, ZipEntry>
}

interface Directory {
  readonly count: number
  readonly bytes: number
  readonly offset: number
}

const END_BYTES = 22
const END_64_BYTES = 56
const LOCATOR_BYTES = 20
const MAX_COMMENT_BYTES = 65535
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30
const SIGNATURE = {
  local: 0x04034b50,
  entry: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const
/** Where a 32-bit field holds this, zip64 has the number. */
const WIDE = 0xffffffff

/** The error of an archive that is not as torch.save writes it. */
export const damaged = (path: string): UserError => new UserError('checkpoint/torch-damaged', { file: path })

/**
 * Reads the archive's directory; the data stays on disk.
 * Throws UserError 'checkpoint/torch-damaged' for a file that is cut off or no zip archive,
 * 'checkpoint/torch-unsupported' where entries are compressed.
 */
export async function readZip(file: FileHandle, path: string): Promise<Zip> {
  const { size: fileBytes } = await file.stat()
  const directory = await findDirectory(file, path, fileBytes)
  if (directory.bytes > MAX_DIRECTORY_BYTES || directory.offset + directory.bytes > fileBytes) throw damaged(path)
  const bytes = await readAt(file, path, directory.offset, directory.bytes)
  return { file, path, fileBytes, entries: parseDirectory(bytes, directory.count, path) }
}

/**
 * Returns where an entry's data starts in the file. Throws UserError 'checkpoint/torch-damaged' where it is not inside
 * the file.
 */
export async function dataOffset({ file, path, fileBytes }: Zip, { headerOffset, bytes }: ZipEntry): Promise<number> {
  if (headerOffset + LOCAL_BYTES > fileBytes) throw damaged(path)
  const header = await readAt(file, path, headerOffset, LOCAL_BYTES)
  if (header.readUInt32LE(0) !== SIGNATURE.local) throw damaged(path)
  // The local header's extra field is longer than the directory's: torch.save aligns the data to 64 bytes with it.
  const start = headerOffset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28)
  if (start + bytes > fileBytes) throw damaged(path)
  return start
}

/** Returns the data of a small entry. Throws like dataOffset, also for one of more than 16 MB. */
export async function readEntry(zip: Zip, entry: ZipEntry): Promise<Buffer> {
  if (entry.bytes > MAX_DIRECTORY_BYTES) throw damaged(zip.path)
  return readAt(zip.file, zip.path, await dataOffset(zip, entry), entry.bytes)
}

async function findDirectory(file: FileHandle, path: string, fileBytes: number): Promise<Directory> {
  const tailBytes = Math.min(fileBytes, MAX_COMMENT_BYTES + END_BYTES)
  const tail = await readAt(file, path, fileBytes - tailBytes, tailBytes)
  const at = findEnd(tail)
  if (at < 0) throw damaged(path)
  const directory = {
    count: tail.readUInt16LE(at + 10),
    bytes: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  }
  const wide = directory.count === 0xffff || directory.bytes === WIDE || directory.offset === WIDE
  return wide ? readDirectory64(file, path, fileBytes - tailBytes + at) : directory
}

/** The end record closes the file; only its comment may follow. */
function findEnd(tail: Buffer): number {
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) === SIGNATURE.end && at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length)
      return at
  }
  return -1
}

async function readDirectory64(file: FileHandle, path: string, endOffset: number): Promise<Directory> {
  if (endOffset < LOCATOR_BYTES) throw damaged(path)
  const locator = await readAt(file, path, endOffset - LOCATOR_BYTES, LOCATOR_BYTES)
  const recordOffset = wideNumber(locator, 8, path)
  if (locator.readUInt32LE(0) !== SIGNATURE.locator64 || recordOffset + END_64_BYTES > endOffset) throw damaged(path)
  const record = await readAt(file, path, recordOffset, END_64_BYTES)
  if (record.readUInt32LE(0) !== SIGNATURE.end64) throw damaged(path)
  return {
    count: wideNumber(record, 32, path),
    bytes: wideNumber(record, 40, path),
    offset: wideNumber(record, 48, path),
  }
}

function parseDirectory(bytes: Buffer, count: number, path: string): ReadonlyMap<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>()
  let at = 0
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== SIGNATURE.entry) throw damaged(path)
    const nameEnd = at + ENTRY_BYTES + bytes.readUInt16LE(at + 28)
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30)
    const end = extraEnd + bytes.readUInt16LE(at + 32)
    if (end > bytes.length) throw damaged(path)
    const name = bytes.toString('utf8', at + ENTRY_BYTES, nameEnd)
    entries.set(name, parseEntry(bytes.subarray(at, at + ENTRY_BYTES), bytes.subarray(nameEnd, extraEnd), path))
    at = end
  }
  return entries
}

function parseEntry(entry: Buffer, extra: Buffer, path: string): ZipEntry {
  const encrypted = (entry.readUInt16LE(8) & 1) === 1
  const compressed = entry.readUInt16LE(10) !== 0
  if (encrypted || compressed)
    throw new UserError('checkpoint/torch-unsupported', {
      file: path,
      found: encrypted ? 'zip encryption' : 'zip compression',
    })
  const [bytes, stored, headerOffset] = widen(
    [24, 20, 42].map((field) => entry.readUInt32LE(field)),
    extra,
    path,
  ) as [number, number, number]
  if (bytes !== stored) throw damaged(path)
  return { headerOffset, bytes }
}

/** Zip64's extra field (id 1) holds, in this order, the 64-bit numbers of those fields that are WIDE. */
function widen(fields: readonly number[], extra: Buffer, path: string): number[] {
  const wide = extraField(extra, 1)
  let at = 0
  return fields.map((field) => {
    if (field !== WIDE) return field
    at += 8
    if (at > wide.length) throw damaged(path)
    return wideNumber(wide, at - 8, path)
  })
}

function extraField(extra: Buffer, id: number): Buffer {
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (extra.readUInt16LE(at) === id) return extra.subarray(at + 4, end)
    at = end
  }
  return extra.subarray(0, 0)
}

function wideNumber(bytes: Buffer, at: number, path: string): number {
  const value = Number(bytes.readBigUInt64LE(at))
  if (!Number.isSafeInteger(value)) throw damaged(path)
  return value
}
