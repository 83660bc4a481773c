import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readTensorBytes, readTorchFile } from '../checkpoints/index.ts'

type RecordedTensor = readonly [dtype: string, shape: readonly number[], sha1: string]

/**
 * Compares every tensor of a folder's pytorch_model.bin with what torch recorded in expected.json: type, shape and the
 * SHA-1 of its elements in order.
 */
export async function checkTorchFolder(folder: string): Promise<{ tensors: number; wrong: number }> {
  const expected = Object.entries(
    JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Record<string, RecordedTensor>,
  )
  const found = await readTorchFile(join(folder, 'pytorch_model.bin'))
  let wrong = 0
  for (const [name, [dtype, shape, sha1]] of expected) {
    const place = found.get(name)
    const same =
      place !== undefined &&
      dtype === `torch.${place.dtype}` &&
      place.shape.join() === shape.join() &&
      createHash('sha1')
        .update(await readTensorBytes(folder, place))
        .digest('hex') === sha1
    if (!same) wrong++
  }
  return { tensors: expected.length, wrong }
}
