import { z } from 'zod'
import { UserError } from '../../contract/errors.ts'
import { readEndIds, readTokenizerFiles, type Tokenizer } from '../../tokenizers/index.ts'
import { templateSource } from '../../tokenizers/tokenizer-config.ts'
import { bool, string, uint32, type Metadata } from '../values.ts'
import { jsonVocabulary } from './json.ts'
import { sentencePieceVocabulary } from './sentencepiece.ts'

interface VocabularyOptions {
  readonly modelFolder: string
  readonly tokenizer: Tokenizer | null
  /** Rows of the embedding table: as many tokens are written. */
  readonly size: number
  /** Instead of the folder's own. */
  readonly chatTemplate?: string | undefined
}

/**
 * tokenizer.ggml.* and the chat template of a model folder, in the form that llama.cpp reads best. Throws as
 * readTokenizerFiles, and UserError 'tokenizer/damaged'.
 */
export async function readVocabulary({
  modelFolder,
  tokenizer,
  size,
  chatTemplate,
}: VocabularyOptions): Promise<Metadata> {
  if (!tokenizer) return new Map([['tokenizer.ggml.model', string('none')]])
  const files = await readTokenizerFiles(modelFolder)
  const template = chatTemplate ?? templateSource(files.config)
  const { bos, eos = (await readEndIds(modelFolder))[0], pad } = tokenizer.special
  const marks = { bos, eos, padding: pad }
  try {
    return new Map([
      ...Object.entries(
        files.kind === 'sentencepiece' ? sentencePieceVocabulary(files, tokenizer, size) : jsonVocabulary(files, size),
      ),
      ...Object.entries(marks).flatMap(([name, id]) =>
        id === undefined ? [] : [[`tokenizer.ggml.${name}_token_id`, uint32(id)] as const],
      ),
      ['tokenizer.ggml.add_bos_token', bool(beginsWithMark(tokenizer))],
      ['tokenizer.ggml.add_eos_token', bool(false)],
      ...(template === undefined ? [] : [['tokenizer.chat_template', string(template)] as const]),
    ])
  } catch (error) {
    throw error instanceof z.ZodError ? new UserError('tokenizer/damaged', { file: files.file, position: 0 }) : error
  }
}

/**
 * Whether the chat template begins with BOS. llama.cpp puts one before every text where the file says so, and takes the
 * template's away then; the studio itself adds none.
 */
function beginsWithMark(tokenizer: Tokenizer): boolean {
  const { bos } = tokenizer.special
  const mark = bos === undefined ? undefined : tokenizer.specialText(bos)
  if (!mark || !tokenizer.chatTemplate) return false
  try {
    return tokenizer.chatTemplate.render([{ role: 'user', content: 'a' }]).startsWith(mark)
  } catch {
    // A template that refuses such a conversation says nothing of its beginning.
    return false
  }
}
