import { isContiguous, openCheckpoint, type StoredTensor } from '../checkpoints/index.ts'
import { UserError } from '../contract/errors.ts'
import type { WeightEntry } from '../models/context.ts'
import { architectureOf } from '../models/family.ts'
import type { ModelSource } from '../models/programs.ts'

/** A model folder opened for computing, without its tokenizer: what it is, and where its weights lie. Holds no device memory. */
export interface ModelFiles extends ModelSource {
  readonly folder: string
  readonly config: Readonly<Record<string, unknown>>
  /** Every tensor that can be a weight, wherever its elements lie. */
  readonly stored: ReadonlyMap<string, StoredTensor>
  /** Some weights lie scattered in their file, so that sessions cannot read them there. */
  readonly scattered: boolean
}

const WEIGHT_TYPES = new Set(['float32', 'float16', 'bfloat16'])

/** Opens a model folder. Throws UserError for a damaged or unsupported model, and `model/weight` for a weight of a type that cannot be computed with. */
export async function openModelFiles(folder: string): Promise<ModelFiles> {
  const { config, tensors } = await openCheckpoint(folder)
  const architecture = architectureOf(config)
  const stored = new Map<string, StoredTensor>()
  for (const [name, place] of tensors) {
    if (WEIGHT_TYPES.has(place.dtype)) stored.set(name, place)
    else if (name.endsWith('.weight')) throw new UserError('model/weight', { weight: name, expected: [...WEIGHT_TYPES].join(' / '), found: place.dtype })
  }
  const scattered = [...stored.values()].some((place) => !isContiguous(place))
  const weights = new Map([...stored].map(([name, place]) => [name, (isContiguous(place) ? place : { ...place, offset: 0, length: 0 }) as WeightEntry]))
  return { folder, config, architecture, weights, stored, scattered }
}
