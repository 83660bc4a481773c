// A ZIP archive whose entries are stored as they are, with 64-bit sizes and offsets (ZIP64) where needed.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
import type { FileWriter } from './file-writer.ts'

/** What is known of a file before it is put into an archive. */
export interface ZipFile {
  /** Parts divided by slashes. */
  readonly name: string
  readonly bytes: number
  readonly crc: number
  readonly changedAt: Date
}

interface Entry extends ZipFile {
  readonly offset: number
}

const WIDE = 0xffffffff
const MANY = 0xffff
/** Names are UTF-8. */
const FLAGS = 0x0800
const VERSION = 45

/** Writes an archive's entries one after the other, then its directory. */
export class ZipWriter {
  readonly #to: FileWriter
  readonly #entries: Entry[] = []

  constructor(to: FileWriter) {
    this.#to = to
  }

  /** Puts a file in: exactly the bytes that `file` was told to have. */
  async add(file: ZipFile, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const offset = this.#to.length
    const name = Buffer.from(file.name)
    const extra = wideField(file.bytes >= WIDE ? [file.bytes, file.bytes] : [])
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(VERSION, 4)
    writeCommon(header, 6, file)
    header.writeUInt16LE(name.length, 26)
    header.writeUInt16LE(extra.length, 28)
    await this.#to.add(Buffer.concat([header, name, extra]))
    for await (const piece of pieces) await this.#to.add(piece)
    this.#entries.push({ ...file, offset })
  }

  /** Writes the directory, which ends the archive. */
  async end(): Promise<void> {
    const offset = this.#to.length
    for (const entry of this.#entries) await this.#to.add(directoryEntry(entry))
    const bytes = this.#to.length - offset
    const count = this.#entries.length
    const isWide = count >= MANY || offset >= WIDE || bytes >= WIDE
    if (isWide) await this.#to.add(wideEnd({ count, bytes, offset }))
    const end = Buffer.alloc(22)
    end.writeUInt32LE(0x06054b50, 0)
    end.writeUInt16LE(isWide ? MANY : count, 8)
    end.writeUInt16LE(isWide ? MANY : count, 10)
    end.writeUInt32LE(isWide ? WIDE : bytes, 12)
    end.writeUInt32LE(isWide ? WIDE : offset, 16)
    await this.#to.add(end)
  }
}

/** Flags, method (stored), time, date, CRC and both sizes: the same in both headers. */
function writeCommon(header: Buffer, at: number, { bytes, crc, changedAt }: ZipFile): void {
  const size = Math.min(bytes, WIDE)
  header.writeUInt16LE(FLAGS, at)
  header.writeUInt16LE(0, at + 2)
  header.writeUInt16LE(
    (changedAt.getHours() << 11) | (changedAt.getMinutes() << 5) | (changedAt.getSeconds() >> 1),
    at + 4,
  )
  // Years count from 1980 in seven bits.
  const year = Math.min(127, Math.max(0, changedAt.getFullYear() - 1980))
  header.writeUInt16LE((year << 9) | ((changedAt.getMonth() + 1) << 5) | changedAt.getDate(), at + 6)
  header.writeUInt32LE(crc, at + 8)
  header.writeUInt32LE(size, at + 12)
  header.writeUInt32LE(size, at + 16)
}

function directoryEntry(entry: Entry): Buffer {
  const { bytes, offset } = entry
  const name = Buffer.from(entry.name)
  const extra = wideField([...(bytes >= WIDE ? [bytes, bytes] : []), ...(offset >= WIDE ? [offset] : [])])
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(VERSION, 4)
  header.writeUInt16LE(VERSION, 6)
  writeCommon(header, 8, entry)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE(Math.min(offset, WIDE), 42)
  return Buffer.concat([header, name, extra])
}

/** ZIP64's extra field: 64-bit numbers of the fields that are too small for theirs. */
function wideField(numbers: readonly number[]): Buffer {
  if (numbers.length === 0) return Buffer.alloc(0)
  const field = Buffer.alloc(4 + 8 * numbers.length)
  field.writeUInt16LE(1, 0)
  field.writeUInt16LE(8 * numbers.length, 2)
  numbers.forEach((number, index) => field.writeBigUInt64LE(BigInt(number), 4 + 8 * index))
  return field
}

/** ZIP64's end record, and where it lies. */
function wideEnd({ count, bytes, offset }: Readonly<Record<'count' | 'bytes' | 'offset', number>>): Buffer {
  const end = Buffer.alloc(76)
  end.writeUInt32LE(0x06064b50, 0)
  end.writeBigUInt64LE(44n, 4)
  end.writeUInt16LE(VERSION, 12)
  end.writeUInt16LE(VERSION, 14)
  for (const [at, value] of [
    [24, count],
    [32, count],
    [40, bytes],
    [48, offset],
  ] as const)
    end.writeBigUInt64LE(BigInt(value), at)
  end.writeUInt32LE(0x07064b50, 56)
  end.writeBigUInt64LE(BigInt(offset + bytes), 64)
  end.writeUInt32LE(1, 72)
  return end
}
