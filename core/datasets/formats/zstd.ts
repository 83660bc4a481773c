/** More than the zstd command takes without being asked to; each frame may want such a window anew. */
const MAX_WINDOW_BYTES = 2 ** 27
const MAGIC = 0xfd2fb528
const SKIPPED = 0x184d2a50
const MAX_HEADER_BYTES = 18
const BLOCK_HEADER_BYTES = 3
const CHECKSUM_BYTES = 4
/** A block of this kind is one byte that is repeated. */
const REPEATED = 1

/** A frame that can only be unpacked with more memory than is given to it. */
export class WindowTooLarge extends Error {}

/** Unpacks zstd, also several frames one after another. Throws WindowTooLarge, and other errors for what is damaged. */
export async function* unpackZstd(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd')
  let out: Uint8Array[] = []
  const decompress = new Decompress((chunk) => out.push(Uint8Array.from(chunk)))
  for await (const piece of checkedFrames(pieces)) {
    decompress.push(piece)
    yield* out
    out = []
  }
  decompress.push(new Uint8Array(0), true)
  yield* out
}

/**
 * The same bytes, once the header of each frame has been looked at (RFC 8878): the decompressor takes the memory that a
 * header asks for.
 */
async function* checkedFrames(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0)
  /** Bytes to pass before something is to be looked at; what that is. */
  let passing = 0
  let isHeader = true
  let hasChecksum = false
  const needed = () => (isHeader ? MAX_HEADER_BYTES : BLOCK_HEADER_BYTES)
  const look = (bytes: Uint8Array) => {
    if (isHeader) {
      const header = frameHeader(bytes)
      hasChecksum = header.hasChecksum
      isHeader = header.isSkipped
      passing = header.bytes
      return
    }
    const [low = 0, middle = 0, high = 0] = bytes
    const size = (low | (middle << 8) | (high << 16)) >>> 3
    isHeader = (low & 1) === 1
    passing =
      BLOCK_HEADER_BYTES + (((low >> 1) & 3) === REPEATED ? 1 : size) + (isHeader && hasChecksum ? CHECKSUM_BYTES : 0)
  }
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    let at = 0
    while (at < bytes.length) {
      if (passing === 0 && bytes.length - at < needed()) break
      if (passing === 0) look(bytes.subarray(at))
      const passed = Math.min(passing, bytes.length - at)
      passing -= passed
      at += passed
    }
    if (at > 0) yield bytes.subarray(0, at)
    rest = Uint8Array.from(bytes.subarray(at))
  }
  if (rest.length === 0) return
  look(Buffer.concat([rest, new Uint8Array(MAX_HEADER_BYTES)]))
  yield rest
}

/** Looks at the header of the first frame. Throws WindowTooLarge. */
export const requireSmallWindow = (bytes: Uint8Array): void => {
  frameHeader(Buffer.concat([bytes.subarray(0, MAX_HEADER_BYTES), new Uint8Array(MAX_HEADER_BYTES)]))
}

function frameHeader(bytes: Uint8Array): {
  readonly bytes: number
  readonly hasChecksum: boolean
  readonly isSkipped: boolean
} {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const magic = view.getUint32(0, true)
  if ((magic & 0xfffffff0) >>> 0 === SKIPPED)
    return { bytes: 8 + view.getUint32(4, true), hasChecksum: false, isSkipped: true }
  if (magic !== MAGIC) throw new Error('no frame')
  const flags = bytes[4] as number
  const isSingle = (flags & 0x20) !== 0
  const sizeKind = flags >> 6
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] as number
  const sizeBytes = sizeKind === 0 ? (isSingle ? 1 : 0) : 1 << sizeKind
  const sizeAt = 5 + (isSingle ? 0 : 1) + dictionaryBytes
  if (isSingle && sizeIn(view, sizeAt, sizeBytes) > MAX_WINDOW_BYTES) throw new WindowTooLarge()
  if (!isSingle && windowOf(bytes[5] as number) > MAX_WINDOW_BYTES) throw new WindowTooLarge()
  return { bytes: sizeAt + sizeBytes, hasChecksum: (flags & 4) !== 0, isSkipped: false }
}

const windowOf = (descriptor: number): number => {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}

function sizeIn(view: DataView, at: number, bytes: number): number {
  if (bytes === 8) return Number(view.getBigUint64(at, true))
  if (bytes === 4) return view.getUint32(at, true)
  return bytes === 2 ? view.getUint16(at, true) + 256 : view.getUint8(at)
}
