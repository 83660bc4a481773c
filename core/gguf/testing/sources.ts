import { storedWeight, type Checkpoint } from '../../checkpoints/index.ts'
import type { WeightSource } from '../../checkpoints/weight-source.ts'

/** The weights of a checkpoint. */
export const sourcesOf = ({ folder, tensors }: Checkpoint): WeightSource[] =>
  Array.from(tensors, ([name, place]) => storedWeight(folder, name, place))
