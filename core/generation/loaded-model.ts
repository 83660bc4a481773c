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

/** `eos_token_id` of a config.json or generation_config.json: one id or several. */
const Ends = z.union([z.number().int().nonnegative(), z.array(z.number().int().nonnegative()).max(1000)])

/** Those that the model's files name, and the mark that its chat template puts behind an answer. */
function endTokensOf(
  config: ModelFiles['config'],
  generation: Readonly<Record<string, unknown>>,
  tokenizer: Tokenizer,
): ReadonlySet<number> {
  const named = [config, generation].flatMap(({ eos_token_id: ends }) => Ends.safeParse(ends).data ?? [])
  const others = [tokenizer.special.eos, templateEndOf(tokenizer)].filter((id) => id !== undefined)
  return new Set([...named, ...others])
}

/** Few models need it: one that is missing or damaged says nothing. */
const readGenerationConfig = (folder: string): Promise<Readonly<Record<string, unknown>>> =>
  readJsonObject(join(folder, 'generation_config.json')).catch(() => ({}))
