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
  switch (place.dtype) {
    case 'float32': return new Float32Array(buffer)
    case 'float16': return widenFloat16(new Uint16Array(buffer))
    case 'bfloat16': return widenBfloat16(new Uint16Array(buffer))
    case 'float64': return Float32Array.from(new Float64Array(buffer))
    default: throw new UserError('checkpoint/dtype-unknown', { file: join(folder, place.file), tensor: '', found: place.dtype })
  }
}
