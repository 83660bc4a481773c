import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { crc32, createInflateRaw, inflateRaw } from 'node:zlib'
import { UserError } from '../../contract/index.ts'
import { pause } from './contents.ts'

const END = 0x06054b50
const END_BYTES = 22
const ENTRY = 0x02014b50
const STORED = 0
const DEFLATED = 8
const MAX_COMMENT = 65_557
/** A file inside may grow to so much: a small ZIP must not fill the memory. */
const MAX_INFLATED_BYTES = 2 ** 30

interface Entry {
  readonly name: string
  readonly isEncrypted: boolean
  readonly method: number
  readonly checksum: number
  readonly compressed: number
  readonly size: number
  readonly offset: number
}

/** True where a ZIP's directory is there: it stands at the end, so that a file that is cut off lacks it. */
export const hasDirectory = (bytes: Uint8Array): boolean => endOf(bytes) !== null

/** Names of the files in a ZIP; none where its directory cannot be read. */
export const listZip = (bytes: Uint8Array): string[] => entriesOf(bytes).map(({ name }) => name)

export const has = (names: readonly string[], name: string): boolean => names.includes(name)

const GIB = 2 ** 30
const inflate = promisify(inflateRaw)

/**
 * The contents of a file in a ZIP. Throws UserError 'dataset/zip-damaged' (also for packings other than the usual one),
 * 'dataset/zip-password' or 'dataset/zip-too-large'; what grows to more than the directory says is damaged.
 */
export async function readZipEntry(bytes: Uint8Array, name: string, file: string): Promise<Uint8Array<ArrayBuffer>> {
  const entry = entriesOf(bytes).find((candidate) => candidate.name === name)
  if (entry?.isEncrypted) throw new UserError('dataset/zip-password', { file, entry: name })
  if (entry && entry.size > MAX_INFLATED_BYTES)
    throw new UserError('dataset/zip-too-large', { file, entry: name, limit: MAX_INFLATED_BYTES / GIB })
  try {
    if (!entry) throw new Error(name)
    const packed = packedOf(bytes, entry)
    if (entry.method !== STORED && entry.method !== DEFLATED) throw new Error(`method ${entry.method}`)
    const contents =
      entry.method === STORED ? Uint8Array.from(packed) : await inflate(packed, { maxOutputLength: entry.size + 1 })
    if (contents.length !== entry.size || (await checksumOf(contents)) !== entry.checksum) throw new Error('checksum')
    return new Uint8Array(contents.buffer as ArrayBuffer, contents.byteOffset, contents.byteLength)
  } catch {
    throw new UserError('dataset/zip-damaged', { file, entry: name })
  }
}

/** Bytes summed up between two pauses. */
const CHECKSUM_BYTES = 1 << 24

async function checksumOf(contents: Uint8Array): Promise<number> {
  let sum = 0
  for (let from = 0; from < contents.length; from += CHECKSUM_BYTES) {
    sum = crc32(contents.subarray(from, from + CHECKSUM_BYTES), sum)
    await pause()
  }
  return sum
}

/** How large a file in a ZIP is, as the directory says; 0 where it is not there. */
export const sizeInZip = (bytes: Uint8Array, name: string): number =>
  entriesOf(bytes).find((entry) => entry.name === name)?.size ?? 0

/** Bytes that are unpacked at a time. */
const PIECE_BYTES = 1 << 16

/** The contents of a file in a ZIP piece by piece. Throws Error where they are not what the directory says. */
export async function* streamZipEntry(bytes: Uint8Array, name: string): AsyncGenerator<Buffer> {
  const entry = entriesOf(bytes).find((candidate) => candidate.name === name)
  if (!entry || entry.isEncrypted) return
  const packed = packedOf(bytes, entry)
  if (entry.method === STORED) return yield Buffer.from(packed)
  const inflated = Readable.from([packed]).pipe(createInflateRaw({ chunkSize: PIECE_BYTES }))
  let size = 0
  let sum = 0
  for await (const piece of inflated as AsyncIterable<Buffer>) {
    size += piece.length
    sum = crc32(piece, sum)
    if (size > entry.size) throw new Error(`${name} is larger than ${entry.size} bytes`)
    yield piece
  }
  if (size !== entry.size || sum !== entry.checksum) throw new Error(`${name} is damaged`)
}

function packedOf(bytes: Uint8Array, entry: Entry): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true)
  return bytes.subarray(start, start + entry.compressed)
}

/** Where the record at a ZIP's end lies. */
function endOf(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let end = bytes.length - END_BYTES; end >= Math.max(0, bytes.length - MAX_COMMENT); end--)
    if (view.getUint32(end, true) === END) return end
  return null
}

function entriesOf(bytes: Uint8Array): Entry[] {
  const end = endOf(bytes)
  if (end === null) return []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return readDirectory(bytes, view, { at: view.getUint32(end + 16, true), count: view.getUint16(end + 10, true) })
}

function readDirectory(bytes: Uint8Array, view: DataView, { at, count }: { at: number; count: number }): Entry[] {
  const entries: Entry[] = []
  for (let index = 0; index < count && at + 46 <= bytes.length && view.getUint32(at, true) === ENTRY; index++) {
    const nameLength = view.getUint16(at + 28, true)
    const raw = bytes.subarray(at + 46, at + 46 + nameLength)
    const isUtf8 = (view.getUint16(at + 8, true) & 0x800) !== 0
    entries.push({
      name: nameOf(raw, isUtf8),
      isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
      checksum: view.getUint32(at + 16, true),
      method: view.getUint16(at + 10, true),
      compressed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    })
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

/** Windows in Japan writes names in its own code page and does not say so. */
function nameOf(raw: Uint8Array, isUtf8: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw)
  } catch {
    return new TextDecoder(isUtf8 ? 'utf-8' : 'shift_jis').decode(raw)
  }
}
