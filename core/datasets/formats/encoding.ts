/** Encodings of text files in Japan, by their WHATWG labels. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'shift_jis' | 'euc-jp' | 'iso-2022-jp'

/** So much of a file is looked at. */
const SAMPLE_BYTES = 1 << 20

/** Which encoding a file is in: by its byte order mark, else the only one that it fits, else the one that gives the most plausible Japanese. */
export function detectEncoding(bytes: Uint8Array): TextEncoding {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  if (sample.includes(0x1b) && decodes(sample, 'iso-2022-jp')) return 'iso-2022-jp'
  if (decodes(sample, 'utf-8')) return 'utf-8'
  const candidates = (['shift_jis', 'euc-jp'] as const).filter((encoding) => decodes(sample, encoding))
  return candidates.toSorted((first, second) => plausibility(sample, second) - plausibility(sample, first))[0] ?? 'shift_jis'
}

/** How sure an encoding is, 0 … 1: certain with a byte order mark or where no other fits; else by how much more plausible its text is than the next one's. */
export function encodingConfidence(bytes: Uint8Array, encoding: TextEncoding): number {
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  if (!decodes(sample, encoding)) return 0
  if (encoding !== 'shift_jis' && encoding !== 'euc-jp') return 1
  const other = encoding === 'shift_jis' ? 'euc-jp' : 'shift_jis'
  if (!decodes(sample, other)) return 1
  return Math.max(0, Math.min(1, 0.5 + plausibility(sample, encoding) - plausibility(sample, other)))
}

/** Decodes a whole file; a byte order mark is dropped, characters that cannot be read become U+FFFD. */
export const decodeText = (bytes: Uint8Array, encoding: TextEncoding): string => new TextDecoder(encoding).decode(bytes)

/** True where every byte sequence is valid; one cut off by the end of the sample does not count. */
function decodes(sample: Uint8Array, encoding: TextEncoding): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(sample, { stream: true })
    return true
  } catch {
    return false
  }
}

/** Share of kana and common punctuation: a wrong decoding gives rare characters and half-width katakana. */
function plausibility(sample: Uint8Array, encoding: TextEncoding): number {
  const text = new TextDecoder(encoding).decode(sample)
  const common = text.match(/[\u3041-\u3096\u30a1-\u30fa\u30fc、。\u0020-\u007e\r\n]/g)?.length ?? 0
  return text.length === 0 ? 0 : common / text.length
}

/** Signatures of files that are certainly no text. */
const binarySignatures: readonly { readonly bytes: readonly number[]; readonly name: string }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], name: 'ZIP / XLSX / Numbers' },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], name: 'XLS' },
  { bytes: [0x25, 0x50, 0x44, 0x46], name: 'PDF' },
  { bytes: [0x89, 0x50, 0x4e, 0x47], name: 'PNG' },
  { bytes: [0xff, 0xd8, 0xff], name: 'JPEG' },
  { bytes: [0x50, 0x41, 0x52, 0x31], name: 'Parquet' },
  { bytes: [0x7f, 0x45, 0x4c, 0x46], name: 'ELF' },
  { bytes: [0x1f, 0x8b], name: 'gzip' },
]

/** The name of the binary format that a file is in; null where it can be text. */
export function binaryFormat(bytes: Uint8Array): string | null {
  const found = binarySignatures.find((signature) => signature.bytes.every((byte, index) => bytes[index] === byte))
  if (found) return found.name
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  return !wide && bytes.subarray(0, SAMPLE_BYTES).includes(0) ? 'binary' : null
}
