import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { InternalError, UserError } from '../contract/errors.ts'
import { bfloat16ToFloat32Array, float16ToFloat32Array } from './float-bits.ts'
import { toReadError } from '../files/read-error.ts'
import { openRegularFile } from '../files/regular-file.ts'
import { readAt } from './read-bytes.ts'
import { gather, spanOf } from './strides.ts'
import { isContiguous, tensorTypes, type StoredTensor, type TensorPlace, type TensorType } from './tensor-types.ts'

/**
 * Returns a tensor's elements as bytes, row-major; read straight into `into` where given and the tensor lies in one
 * piece. Throws UserError 'checkpoint/truncated' where the file has become shorter, 'file/not-found' or
 * 'file/unreadable'.
 */
export function readTensorBytes(
  folder: string,
  place: StoredTensor,
  into?: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  return withFile(join(folder, place.file), async (file, path) => {
    if (isContiguous(place)) return readAt(file, path, place.offset, place.length, into)
    const elementBytes = tensorTypes[place.dtype].bytes
    return gather(
      await readAt(file, path, place.start, spanOf(place.shape, place.strides) * elementBytes),
      place,
      elementBytes,
    )
  })
}

/** An open file's bytes from `position` on. */
export interface FilePiece {
  readonly fd: number
  readonly position: number
  readonly byteLength: number
}

/** Opens a tensor's file for other threads to read, for as long as `use` takes. Throws as `readTensorBytes`. */
export function withFilePiece<R>(
  folder: string,
  place: TensorPlace,
  use: (piece: FilePiece) => Promise<R>,
): Promise<R> {
  return withFile(join(folder, place.file), async (file, path) => {
    const end = place.offset + place.length
    const checkLength = async () => {
      const { size } = await file.stat()
      if (size < end) throw new UserError('checkpoint/truncated', { file: path, expected: end, found: size })
    }
    await checkLength()
    try {
      return await use({ fd: file.fd, position: place.offset, byteLength: place.length })
    } catch (error) {
      // It may have become shorter meanwhile.
      await checkLength()
      throw error
    }
  })
}

/** Throws UserError where the file cannot be opened or `use` finds that it cannot be read. */
async function withFile<R>(path: string, use: (file: FileHandle, path: string) => Promise<R>): Promise<R> {
  const file = await openRegularFile(path)
  try {
    return await use(file, path)
  } catch (error) {
    // What else goes wrong may have a code too; only a call of the system is about the file.
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : toReadError(error, path)
  } finally {
    await file.close()
  }
}

/** Pieces of so many bytes are compared. */
const COMPARED_BYTES = 2 ** 24

/** True where two tensors of a folder hold the same bytes in the same type and shape. Throws as `readTensorBytes`. */
export async function isSameTensor(folder: string, one: StoredTensor, other: StoredTensor): Promise<boolean> {
  if (one.dtype !== other.dtype || one.shape.join() !== other.shape.join()) return false
  if (!isContiguous(one) || !isContiguous(other)) {
    const [first, second] = [await readTensorBytes(folder, one), await readTensorBytes(folder, other)]
    return Buffer.compare(first, second) === 0
  }
  if (one.file === other.file && one.offset === other.offset) return true
  for (let start = 0; start < one.length; start += COMPARED_BYTES) {
    const length = Math.min(COMPARED_BYTES, one.length - start)
    const [first, second] = [
      await readTensorBytes(folder, { ...one, offset: one.offset + start, length }),
      await readTensorBytes(folder, { ...other, offset: other.offset + start, length }),
    ]
    if (Buffer.compare(first, second) !== 0) return false
  }
  return true
}

/**
 * Returns a float32, float16, bfloat16 or float64 tensor as float32, row-major. Throws UserError
 * 'checkpoint/dtype-unknown' for other element types.
 */
export async function readTensor(folder: string, place: StoredTensor): Promise<Float32Array<ArrayBuffer>> {
  const numbers = toFloat32OrNull(await readTensorBytes(folder, place), place.dtype)
  if (numbers) return numbers
  throw new UserError('checkpoint/dtype-unknown', { file: join(folder, place.file), tensor: '', found: place.dtype })
}

/**
 * Bytes of these elements as float32; they have a buffer of their own. Throws InternalError for element types that are
 * no numbers of a weight.
 */
export function toFloat32(bytes: Uint8Array<ArrayBuffer>, dtype: TensorType): Float32Array<ArrayBuffer> {
  const numbers = toFloat32OrNull(bytes, dtype)
  if (!numbers) throw new InternalError(`${dtype} cannot be read as float32`)
  return numbers
}

function toFloat32OrNull({ buffer }: Uint8Array<ArrayBuffer>, dtype: TensorType): Float32Array<ArrayBuffer> | null {
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer)
    case 'float16':
      return float16ToFloat32Array(new Uint16Array(buffer))
    case 'bfloat16':
      return bfloat16ToFloat32Array(new Uint16Array(buffer))
    case 'float64':
      return Float32Array.from(new Float64Array(buffer))
    default:
      return null
  }
}
