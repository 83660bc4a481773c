// A folder with vocab.json and merges.txt: byte-level BPE as GPT-2 came with, made into what tokenizer.json would say.
import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../contract/errors.ts'
import { readJsonObject } from '../files/json-file.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { MAX_TOKENIZER_BYTES } from './limits.ts'
import { optionalJson, TokenIdSchema, type TokenizerConfig } from './tokenizer-config.ts'

export const VOCABULARY = 'vocab.json'
export const MERGES = 'merges.txt'

const Vocabulary = z.record(z.string(), TokenIdSchema)
/** What transformers' classes ask of these files besides the marks. */
const Settings = z.looseObject({
  add_prefix_space: z.boolean().nullish().catch(null),
  add_bos_token: z.boolean().nullish().catch(null),
})
const ModelType = z.looseObject({ model_type: z.string().catch('') })

/** Words as Qwen's tokenizers cut them: single digits, and line breaks with what stands before them. */
const QWEN_WORDS =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
/** What the classes name as a mark unless tokenizer_config.json does. */
const END = '<|endoftext|>'

/** What tokenizer.json would say, and the settings with what the class adds to them. */
interface AsJson {
  readonly json: Record<string, unknown>
  readonly file: string
  readonly config: TokenizerConfig
}

/**
 * Reads vocab.json and merges.txt as the tokenizer's class in transformers reads them: Qwen2's, GPT-NeoX's, else
 * GPT-2's. Throws UserError 'tokenizer/damaged' or 'checkpoint/json-invalid'.
 */
export async function readVocabularyAndMerges(folder: string, written: TokenizerConfig): Promise<AsJson> {
  const file = join(folder, VOCABULARY)
  const [vocab, merges, settings, model] = await Promise.all([
    readJsonObject(file, { maxBytes: MAX_TOKENIZER_BYTES }),
    readMerges(join(folder, MERGES)),
    optionalJson(join(folder, 'tokenizer_config.json')),
    optionalJson(join(folder, 'config.json')),
  ])
  const ids = Vocabulary.safeParse(vocab)
  if (!ids.success) throw new UserError('tokenizer/damaged', { file, position: 0 })
  const { add_prefix_space: prefix, add_bos_token: begins } = Settings.parse(settings)
  const family = familyOf(written, ModelType.parse(model).model_type)
  const config = { ...written, ...missingMarks(written, family, ids.data) }
  const json = {
    model: { type: 'BPE', vocab: ids.data, merges, unk_token: null, fuse_unk: false, byte_fallback: false },
    normalizer: family === 'gpt2' ? null : { type: 'NFC' },
    pre_tokenizer: wordsOf(family, prefix ?? false),
    post_processor:
      begins && config.bos_token ? beginning(config.bos_token, { ...ids.data, ...addedIds(config) }) : null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  }
  return { json, file, config }
}

const addedIds = ({ added_tokens_decoder: tokens }: TokenizerConfig): Record<string, number> =>
  Object.fromEntries(Object.entries(tokens).map(([id, { content }]) => [content, Number(id)]))

/** `a b` in each line, the earlier ones first; the first line may say the version. */
async function readMerges(file: string): Promise<string[]> {
  const text = (await readRegularFile(file, { maxBytes: MAX_TOKENIZER_BYTES })).toString('utf8')
  return text.split(/\r?\n/).filter((line, index) => line !== '' && !(index === 0 && line.startsWith('#version')))
}

type Family = 'qwen2' | 'gpt_neox' | 'gpt2'

function familyOf({ tokenizer_class: name }: TokenizerConfig, modelType: string): Family {
  const said = name ?? modelType
  if (/^qwen[23]/i.test(said)) return 'qwen2'
  return /^gpt_?neox/i.test(said) ? 'gpt_neox' : 'gpt2'
}

function missingMarks(
  { bos_token: bos, eos_token: eos, pad_token: pad }: TokenizerConfig,
  family: Family,
  vocab: Readonly<Record<string, number>>,
): Partial<TokenizerConfig> {
  if (!Object.hasOwn(vocab, END)) return {}
  if (family === 'qwen2') return { eos_token: eos ?? END, pad_token: pad ?? END }
  return { bos_token: bos ?? END, eos_token: eos ?? END }
}

const byteLevel = (prefix: boolean, regex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: prefix,
  trim_offsets: true,
  use_regex: regex,
})

const wordsOf = (family: Family, prefix: boolean) =>
  family === 'qwen2'
    ? {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: QWEN_WORDS }, behavior: 'Isolated', invert: false },
          byteLevel(prefix, false),
        ],
      }
    : byteLevel(prefix, true)

const beginning = (bos: string, ids: Readonly<Record<string, number>>) => ({
  type: 'TemplateProcessing',
  single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
  pair: [],
  special_tokens: { [bos]: { id: bos, ids: [ids[bos] ?? 0], tokens: [bos] } },
})
