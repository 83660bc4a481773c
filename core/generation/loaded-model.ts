import { openCheckpoint, type Checkpoint } from '../checkpoints/index.ts'
import { UserError } from '../contract/errors.ts'
import type { WeightEntry, Weights } from '../models/context.ts'
import { architectureOf } from '../models/family.ts'
import type { ModelSource } from '../models/programs.ts'
import { loadTokenizer, type Tokenizer } from '../tokenizers/index.ts'

/** A model folder opened for computing: what it is, where its weights lie, how it reads text. Holds no device memory. */
export interface LoadedModel extends ModelSource {
  readonly folder: string
  readonly tokenizer: Tokenizer
  /** Tokens that end an answer. */
  readonly endTokens: ReadonlySet<number>
}

const WEIGHT_TYPES = new Set(['float32', 'float16', 'bfloat16'])

/** Opens a model folder. Throws UserError for a damaged or unsupported model. */
export async function loadModel(folder: string): Promise<LoadedModel> {
  const [checkpoint, tokenizer] = await Promise.all([openCheckpoint(folder), loadTokenizer(folder)])
  const end = checkpoint.config['eos_token_id'] ?? tokenizer.special.eos
  const endTokens = new Set([end, tokenizer.special.eos].flat().filter((id): id is number => typeof id === 'number'))
  return { folder, architecture: architectureOf(checkpoint.config), weights: weightsOf(checkpoint), tokenizer, endTokens }
}

/** The tensors that can be weights; others (rotary tables, masks) are never asked for. Throws UserError `model/weight` for a weight of a type that cannot be computed with. */
function weightsOf({ tensors }: Checkpoint): Weights {
  const found = new Map<string, WeightEntry>()
  for (const [name, place] of tensors) {
    if (WEIGHT_TYPES.has(place.dtype)) found.set(name, place as WeightEntry)
    else if (name.endsWith('.weight')) throw new UserError('model/weight', { weight: name, expected: [...WEIGHT_TYPES].join(' / '), found: place.dtype })
  }
  return found
}
