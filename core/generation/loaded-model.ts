import { loadTokenizer, type Tokenizer } from '../tokenizers/index.ts'
import { openModelFiles, type ModelFiles } from '../weights/model-files.ts'

/**
 * A model folder opened for computing: what it is, where its weights lie, how it reads text. Holds no device memory.
 */
export interface LoadedModel extends ModelFiles {
  readonly tokenizer: Tokenizer
  /** Tokens that end an answer. */
  readonly endTokens: ReadonlySet<number>
}

/** Opens a model folder. Throws UserError for a damaged or unsupported model. */
export async function loadModel(folder: string): Promise<LoadedModel> {
  const [files, tokenizer] = await Promise.all([openModelFiles(folder), loadTokenizer(folder)])
  const end = files.config['eos_token_id'] ?? tokenizer.special.eos
  const endTokens = new Set([end, tokenizer.special.eos].flat().filter((id): id is number => typeof id === 'number'))
  return { ...files, tokenizer, endTokens }
}
