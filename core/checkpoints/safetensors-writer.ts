import { InternalError } from '../contract/errors.ts'
import { writeAtomic } from '../files/atomic.ts'
import { tensorBytes, tensorTypes, type TensorType } from './tensor-types.ts'

/** A tensor to write: row-major little-endian data of exactly shape × element size bytes. */
export interface TensorData {
  readonly dtype: TensorType
  readonly shape: readonly number[]
  readonly data: ArrayBufferView
}

/**
 * Writes a safetensors file in one move, with Python's layout (widest elements first, then by name, header padded to 8
 * bytes). Throws UserError for a full or unwritable disk.
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, TensorData>>,
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Promise<void> {
  const entries = Object.entries(tensors).sort(byLayout)
  for (const [name, { data, ...entry }] of entries)
    if (data.byteLength !== tensorBytes(entry))
      throw new InternalError(`${name}: ${entry.dtype} [${entry.shape.join()}] got ${data.byteLength} bytes`)
  const header = encodeHeader(entries, metadata)
  await writeAtomic(path, async (file) => {
    await file.writeFile(header)
    for (const [, { data }] of entries)
      await file.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  })
}

/** Python's order: the widest elements first, then by name. */
export const byLayout = (
  [nameA, a]: readonly [string, TensorEntry],
  [nameB, b]: readonly [string, TensorEntry],
): number => tensorTypes[b.dtype].bytes - tensorTypes[a.dtype].bytes || (nameA < nameB ? -1 : 1)

/** What a header says of a tensor besides its place. */
export type TensorEntry = Pick<TensorData, 'dtype' | 'shape'>

/** The beginning of a safetensors file whose tensors' data follows in this order, padded to 8 bytes. */
export function encodeHeader(
  entries: readonly (readonly [name: string, entry: TensorEntry])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let end = 0
  for (const [name, { dtype, shape }] of entries) {
    const start = end
    end += tensorBytes({ dtype, shape })
    header[name] = { dtype: tensorTypes[dtype].code, shape, data_offsets: [start, end] }
  }
  const json = Buffer.from(JSON.stringify(header))
  const padded = Math.ceil(json.length / 8) * 8
  const out = Buffer.alloc(8 + padded, ' ')
  out.writeBigUInt64LE(BigInt(padded))
  json.copy(out, 8)
  return out
}
