import { isContiguous, readTensor, tensorTypes, type Checkpoint } from '../../checkpoints/index.ts'
import type { WeightSource } from '../../checkpoints/weight-source.ts'

/** The weights of a checkpoint in safetensors. */
export const sourcesOf = ({ folder, tensors }: Checkpoint): WeightSource[] =>
  Array.from(tensors, ([name, place]) => ({
    name,
    shape: place.shape,
    dtype: place.dtype,
    async read(first, count) {
      if (!isContiguous(place)) throw new Error(`${name} lies apart`)
      const rowSize = place.shape.slice(1).reduce((product, size) => product * size, 1)
      const rowBytes = rowSize * tensorTypes[place.dtype].bytes
      const rows = { ...place, offset: place.offset + first * rowBytes, length: count * rowBytes }
      return readTensor(folder, rows)
    },
  }))
