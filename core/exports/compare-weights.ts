import { basename } from 'node:path'
import { openCheckpoint, storedWeight, toBytes, type TensorType, type WeightSource } from '../checkpoints/index.ts'
import { UserError } from '../contract/index.ts'
import { piecesOf } from './merged-weights.ts'

const NUMBERS: readonly TensorType[] = ['float64', 'float32', 'float16', 'bfloat16']

/**
 * Reads a model folder again and compares every number with what was to be written. Throws UserError 'export/damaged'
 * {file} where one is another, and the signal's reason.
 */
export async function requireSameWeights(
  folder: string,
  weights: readonly WeightSource[],
  signal: AbortSignal,
): Promise<void> {
  const { tensors } = await openCheckpoint(folder)
  if (tensors.size !== weights.length) throw new UserError('export/damaged', { file: basename(folder) })
  for (const wanted of weights) {
    const { name, shape, dtype } = wanted
    const place = tensors.get(name)
    const damaged = () => new UserError('export/damaged', { file: place?.file ?? name })
    if (!place || place.dtype !== dtype || place.shape.join() !== shape.join()) throw damaged()
    if (!NUMBERS.includes(dtype)) continue
    const written = storedWeight(folder, name, place)
    for await (const { first, numbers } of piecesOf(wanted)) {
      signal.throwIfAborted()
      const rows = numbers.length / shape.slice(1).reduce((product, size) => product * size, 1)
      const bytes = toBytes(dtype as 'float32', numbers)
      if (Buffer.compare(bytes, await written.readBytes(first, rows)) !== 0) throw damaged()
    }
  }
}
