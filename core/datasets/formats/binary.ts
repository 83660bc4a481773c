import { decodeText, encodingOfBeginning } from './encoding.ts'

/** Signatures of files that are certainly no text. */
const signatures: readonly { readonly bytes: readonly number[]; readonly at?: number; readonly name: string }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], name: 'ZIP / XLSX / Numbers' },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], name: 'XLS' },
  { bytes: [0x25, 0x50, 0x44, 0x46], name: 'PDF' },
  { bytes: [0x89, 0x50, 0x4e, 0x47], name: 'PNG' },
  { bytes: [0xff, 0xd8, 0xff], name: 'JPEG' },
  { bytes: [0x50, 0x41, 0x52, 0x31], name: 'Parquet' },
  { bytes: [0x50, 0x41, 0x52, 0x45], name: 'Parquet' },
  { bytes: [0x46, 0x45, 0x41, 0x31], name: 'Feather 1' },
  { bytes: [0x7f, 0x45, 0x4c, 0x46], name: 'ELF' },
  { bytes: [0x1f, 0x8b], name: 'gzip' },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], name: 'xz' },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], name: '7z' },
  { bytes: [0x52, 0x61, 0x72, 0x21], name: 'RAR' },
  { bytes: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66], name: 'SQLite' },
  { bytes: [0x75, 0x73, 0x74, 0x61, 0x72], at: 257, name: 'tar' },
]

/** Text has a few control characters at most; more than this part of them are no text. */
const MAX_CONTROLS = 0.05
/** Records of a fixed length are filled with zeros. */
const MAX_ZEROS = 0.9
const SAMPLE_BYTES = 1 << 16

/**
 * What a file is that is no text: the name of its format, or '' where that is not known. Null where it can be text; a
 * zero here and there is none.
 */
export function binaryFormat(bytes: Uint8Array): string | null {
  const found = signatures.find(({ bytes: mark, at = 0 }) => mark.every((byte, index) => bytes[at + index] === byte))
  if (found) return found.name
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  if (!sample.includes(0)) return null
  const text = decodeText(sample, encodingOfBeginning(sample))
  const controls = text.match(/[\u0001-\u0007\u0010-\u0019\u001c-\u001f\u007f\ufffd]/g)?.length ?? 0
  const zeros = text.match(/\u0000/g)?.length ?? 0
  return controls > MAX_CONTROLS * (text.length - zeros) || zeros > MAX_ZEROS * text.length ? '' : null
}
