import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { widenBfloat16, widenFloat16 } from './float-bits.ts'
import { toReadError } from './json-file.ts'
import { readAt } from './read-bytes.ts'
import { gather, spanOf } from './strides.ts'
import { isContiguous, tensorTypes, type StoredTensor } from './tensor-types.ts'

/** Returns a tensor's elements as bytes, row-major; read straight into `into` where given and the tensor lies in one piece. Throws UserError 'checkpoint/truncated' where the file has become shorter. */
export async function readTensorBytes(folder: string, place: StoredTensor, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(folder, place.file)
  const file = await open(path, 'r').catch((error: unknown) => {
    throw toReadError(error, path)
  })
  try {
    if (isContiguous(place)) return await readAt(file, path, place.offset, place.length, into)
    const elementBytes = tensorTypes[place.dtype].bytes
    return gather(await readAt(file, path, place.start, spanOf(place.shape, place.strides) * elementBytes), place, elementBytes)
  } finally {
    await file.close()
  }
}

/** Returns a float32, float16, bfloat16 or float64 tensor as float32, row-major. Throws UserError 'checkpoint/dtype-unknown' for other element types. */
export async function readTensor(folder: string, place: StoredTensor): Promise<Float32Array<ArrayBuffer>> {
  const { buffer } = await readTensorBytes(folder, place)
  return floatsOf(buffer, place, folder)
}

/** Few enough that a piece, widened, stays in the processor's nearest cache: new memory for a large tensor takes longer than what is computed. */
const PIECE_ELEMENTS = 4096

/** Hands a tensor over as `readTensor` gives it, 4096 elements at a time: a piece lies where the one before was. */
export async function readTensorInPieces(folder: string, place: StoredTensor, use: (piece: Float32Array, start: number) => void): Promise<void> {
  const { buffer, byteLength } = await readTensorBytes(folder, place)
  const count = byteLength / tensorTypes[place.dtype].bytes
  const room = new Float32Array(PIECE_ELEMENTS)
  for (let start = 0; start < count; start += PIECE_ELEMENTS) {
    const length = Math.min(PIECE_ELEMENTS, count - start)
    use(floatsOf(buffer, place, folder, { start, length, into: room.subarray(0, length) }), start)
  }
}

interface Part {
  readonly start: number
  readonly length: number
  readonly into: Float32Array<ArrayBuffer>
}

function floatsOf(buffer: ArrayBuffer, { dtype, file }: StoredTensor, folder: string, part?: Part): Float32Array<ArrayBuffer> {
  const elements = <T>(type: new (buffer: ArrayBuffer, byteOffset?: number, length?: number) => T): T => (part ? new type(buffer, part.start * tensorTypes[dtype].bytes, part.length) : new type(buffer))
  switch (dtype) {
    case 'float32': return elements<Float32Array<ArrayBuffer>>(Float32Array)
    case 'float16': return widenFloat16(elements<Uint16Array>(Uint16Array), part?.into)
    case 'bfloat16': return widenBfloat16(elements<Uint16Array>(Uint16Array), part?.into)
    case 'float64': return Float32Array.from(elements<Float64Array>(Float64Array))
    default: throw new UserError('checkpoint/dtype-unknown', { file: join(folder, file), tensor: '', found: dtype })
  }
}
