import { inflateRawSync } from 'node:zlib'
import { UserError } from '../../contract/index.ts'

const END = 0x06054b50
const ENTRY = 0x02014b50
const MAX_COMMENT = 65_557
/** A file inside may grow to so much: a small ZIP must not fill the memory. */
const MAX_INFLATED_BYTES = 2 ** 30

interface Entry {
  readonly name: string
  readonly method: number
  readonly compressed: number
  readonly size: number
  readonly offset: number
}

/** Names of the files in a ZIP; none where its directory cannot be read. */
export const listZip = (bytes: Uint8Array): string[] => entriesOf(bytes).map(({ name }) => name)

export const has = (names: readonly string[], name: string): boolean => names.includes(name)

/** The contents of a file in a ZIP. Throws UserError 'dataset/zip-damaged'. */
export function readZipEntry(bytes: Uint8Array, name: string, file: string): Uint8Array<ArrayBuffer> {
  const entry = entriesOf(bytes).find((candidate) => candidate.name === name)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  try {
    if (!entry || entry.size > MAX_INFLATED_BYTES) throw new Error(name)
    const start = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true)
    const packed = bytes.subarray(start, start + entry.compressed)
    if (entry.method === 0) return Uint8Array.from(packed)
    return Uint8Array.from(inflateRawSync(packed, { maxOutputLength: MAX_INFLATED_BYTES }))
  } catch {
    throw new UserError('dataset/zip-damaged', { file, entry: name })
  }
}

function entriesOf(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let end = bytes.length - 22; end >= Math.max(0, bytes.length - MAX_COMMENT); end--) {
    if (view.getUint32(end, true) !== END) continue
    return readDirectory(bytes, view, { at: view.getUint32(end + 16, true), count: view.getUint16(end + 10, true) })
  }
  return []
}

function readDirectory(bytes: Uint8Array, view: DataView, { at, count }: { at: number; count: number }): Entry[] {
  const entries: Entry[] = []
  for (let index = 0; index < count && at + 46 <= bytes.length && view.getUint32(at, true) === ENTRY; index++) {
    const nameLength = view.getUint16(at + 28, true)
    const raw = bytes.subarray(at + 46, at + 46 + nameLength)
    const isUtf8 = (view.getUint16(at + 8, true) & 0x800) !== 0
    entries.push({
      name: nameOf(raw, isUtf8),
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
