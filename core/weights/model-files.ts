import { elementCount, isContiguous, openCheckpoint, type Checkpoint, type StoredTensor } from '../checkpoints/index.ts'
import { UserError } from '../contract/errors.ts'
import type { WeightEntry } from '../models/context.ts'
import { architectureOf } from '../models/family.ts'
import type { ModelSource } from '../models/programs.ts'

/**
 * A model folder opened for computing, without its tokenizer: what it is, and where its weights lie. Holds no device
 * memory.
 */
export interface ModelFiles extends ModelSource {
  readonly folder: string
  readonly config: Readonly<Record<string, unknown>>
  /** Every tensor that can be a weight, wherever its elements lie. */
  readonly stored: ReadonlyMap<string, StoredTensor>
  /** Some weights lie scattered in their file, so that sessions cannot read them there. */
  readonly scattered: boolean
}

const WEIGHT_TYPES = new Set(['float32', 'float16', 'bfloat16'])

/**
 * Opens a model folder. Throws UserError for a damaged or unsupported model, and `model/weight` for a weight of a type
 * that cannot be computed with.
 */
export const openModelFiles = async (folder: string): Promise<ModelFiles> => modelFilesOf(await openCheckpoint(folder))

/** The same of a checkpoint that is open already. */
export function modelFilesOf({ folder, config, tensors }: Checkpoint): ModelFiles {
  const architecture = architectureOf(config)
  const stored = new Map<string, StoredTensor>()
  for (const [name, place] of tensors) {
    if (WEIGHT_TYPES.has(place.dtype)) stored.set(name, place)
    else if (name.endsWith('.weight'))
      throw new UserError('model/weight', { weight: name, expected: [...WEIGHT_TYPES].join(' / '), found: place.dtype })
  }
  const scattered = [...stored.values()].some((place) => !isContiguous(place))
  const weights = new Map(
    [...stored].map(([name, place]) => [
      name,
      (isContiguous(place) ? place : { ...place, offset: 0, length: 0 }) as WeightEntry,
    ]),
  )
  return { folder, config, architecture, weights, stored, scattered }
}

/** Weights that take more than this as float32 are loaded once for all sessions, in the type they are stored in. */
const SMALL_MODEL_BYTES = 800e6
const FLOAT32_BYTES = 4

/**
 * True where each session keeps a copy of the weights as its kernels like them best: small models whose weights stay as
 * they are stored.
 */
export function keepsCopies({ stored, scattered }: Pick<ModelFiles, 'stored' | 'scattered'>, storage: string): boolean {
  const bytes = [...stored.values()].reduce((sum, { shape }) => sum + FLOAT32_BYTES * elementCount(shape), 0)
  return (storage === 'float32' || storage === 'as-stored') && !scattered && bytes < SMALL_MODEL_BYTES
}
