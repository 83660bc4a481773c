import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { widenBfloat16, widenFloat16 } from './float-bits.ts'
import { toReadError } from './json-file.ts'
import type { TensorPlace } from './tensor-types.ts'

/** Returns a tensor's bytes as they lie in the file. Throws UserError 'checkpoint/truncated' where the file has become shorter. */
export async function readTensorBytes(folder: string, { file, offset, length }: TensorPlace): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(folder, file)
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw toReadError(error, path)
  })
  try {
    const bytes = new Uint8Array(length)
    for (let done = 0; done < length;) {
      const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, 2 ** 30), offset + done)
      if (bytesRead === 0) throw new UserError('checkpoint/truncated', { file: path, expected: offset + length, found: offset + done })
      done += bytesRead
    }
    return bytes
  } finally {
    await handle.close()
  }
}

/** Returns a float32, float16, bfloat16 or float64 tensor as float32, row-major. Throws UserError 'checkpoint/dtype-unknown' for other element types. */
export async function readTensor(folder: string, place: TensorPlace): Promise<Float32Array<ArrayBuffer>> {
  const { buffer } = await readTensorBytes(folder, place)
  switch (place.dtype) {
    case 'float32': return new Float32Array(buffer)
    case 'float16': return widenFloat16(new Uint16Array(buffer))
    case 'bfloat16': return widenBfloat16(new Uint16Array(buffer))
    case 'float64': return Float32Array.from(new Float64Array(buffer))
    default: throw new UserError('checkpoint/dtype-unknown', { file: join(folder, place.file), tensor: '', found: place.dtype })
  }
}
