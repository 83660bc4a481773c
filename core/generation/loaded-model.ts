import { answerEndOf } from '../samples/sample-template.ts'
import { loadTokenizer, readEndIds, type Tokenizer } from '../tokenizers/index.ts'
import { openModelFiles, type ModelFiles } from '../weights/model-files.ts'

/**
 * A model folder opened for computing: what it is, where its weights lie, how it reads text. Holds no device memory.
 */
export interface LoadedModel extends ModelFiles {
  readonly tokenizer: Tokenizer
  /**
   * Tokens that end an answer: those that config.json, generation_config.json and the tokenizer name, and the mark that
   * the chat template puts behind an answer.
   */
  readonly endTokens: ReadonlySet<number>
}

/** Opens a model folder. Throws UserError for a damaged or unsupported model. */
export async function loadModel(folder: string): Promise<LoadedModel> {
  const [files, tokenizer, endIds] = await Promise.all([
    openModelFiles(folder),
    loadTokenizer(folder),
    readEndIds(folder),
  ])
  const named = [files.config['eos_token_id'], tokenizer.special.eos].flat()
  const known = named.filter((id): id is number => typeof id === 'number')
  return { ...files, tokenizer, endTokens: new Set([...known, ...endIds, ...answerEndOf(tokenizer).ids]) }
}
