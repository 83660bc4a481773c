import { readTensorBytes, toFloat32 } from './read-tensor.ts'
import { isContiguous, tensorTypes, type StoredTensor } from './tensor-types.ts'
import type { WeightSource } from './weight-source.ts'

/** A weight as it lies in a checkpoint's folder. */
export interface StoredWeight extends WeightSource {
  /** The bytes of those rows in the type that is stored. Throws as readTensorBytes. */
  readBytes(first: number, count: number): Promise<Uint8Array<ArrayBuffer>>
}

/**
 * A tensor of a checkpoint, read in pieces. One whose elements lie apart is put in order as a whole and kept until its
 * last row was read.
 */
export function storedWeight(folder: string, name: string, place: StoredTensor): StoredWeight {
  const { shape, dtype } = place
  const rowBytes = shape.slice(1).reduce((product, size) => product * size, tensorTypes[dtype].bytes)
  let whole: Promise<Uint8Array<ArrayBuffer>> | null = null
  async function readBytes(first: number, count: number): Promise<Uint8Array<ArrayBuffer>> {
    const [start, length] = [first * rowBytes, count * rowBytes]
    if (isContiguous(place)) return readTensorBytes(folder, { ...place, offset: place.offset + start, length })
    const bytes = await (whole ??= readTensorBytes(folder, place))
    if (first + count >= rowsOf(shape)) whole = null
    return bytes.slice(start, start + length)
  }
  return { name, shape, dtype, readBytes, read: async (...rows) => toFloat32(await readBytes(...rows), dtype) }
}

/** The number of rows that a weight is read in: those of the first axis; 1 for a scalar. */
export const rowsOf = (shape: readonly number[]): number => shape[0] ?? 1
