import { InternalError } from '../contract/errors.ts'
import { writeAtomic } from '../files/atomic.ts'
import { elementCount, tensorTypes, type TensorType } from './tensor-types.ts'

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
  const header = encodeHeader(entries, metadata)
  await writeAtomic(path, async (file) => {
    await file.writeFile(header)
    for (const [, { data }] of entries)
      await file.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  })
}

const byLayout = ([nameA, a]: [string, TensorData], [nameB, b]: [string, TensorData]): number =>
  tensorTypes[b.dtype].bytes - tensorTypes[a.dtype].bytes || (nameA < nameB ? -1 : 1)

function encodeHeader(
  entries: readonly [string, TensorData][],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let end = 0
  for (const [name, { dtype, shape, data }] of entries) {
    const length = elementCount(shape) * tensorTypes[dtype].bytes
    if (data.byteLength !== length)
      throw new InternalError(`${name}: ${dtype} [${shape.join()}] needs ${length} bytes, got ${data.byteLength}`)
    header[name] = { dtype: tensorTypes[dtype].code, shape, data_offsets: [end, end + length] }
    end += length
  }
  const json = Buffer.from(JSON.stringify(header))
  const padded = Math.ceil(json.length / 8) * 8
  const out = Buffer.alloc(8 + padded, ' ')
  out.writeBigUInt64LE(BigInt(padded))
  json.copy(out, 8)
  return out
}
