import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../contract/errors.ts'
import { readJsonObject } from '../files/json-file.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { MAX_EXTRA_IDS, MAX_SETTINGS_BYTES, MAX_TEMPLATE_BYTES, MAX_TOKEN_LENGTH, MAX_TOKENS } from './limits.ts'
import type { SpecialIds } from './tokenizer.ts'

const TokenText = z
  .union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
  .nullish()
  .catch(null)
/** The id of a token. */
export const TokenIdSchema = z
  .number()
  .int()
  .min(0)
  .max(MAX_TOKENS - 1)

/** An added token as Hugging Face writes it, in tokenizer_config.json or tokenizer.json. */
export const AddedTokenSchema = z.object({
  content: z.string().max(MAX_TOKEN_LENGTH),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  special: z.boolean().default(false),
  single_word: z.boolean().default(false),
  /** Looked for in the normalised text; where not given, only special tokens are not. */
  normalized: z.boolean().optional(),
})
export type AddedToken = z.infer<typeof AddedTokenSchema>

const TokenizerConfigSchema = z.object({
  tokenizer_class: z.string().nullish(),
  bos_token: TokenText,
  eos_token: TokenText,
  pad_token: TokenText,
  unk_token: TokenText,
  sep_token: TokenText,
  cls_token: TokenText,
  mask_token: TokenText,
  additional_special_tokens: z.array(TokenText).nullish(),
  added_tokens_decoder: z.record(z.string().regex(/^\d{1,7}$/), AddedTokenSchema).default({}),
  extra_ids: z.number().int().min(0).max(MAX_EXTRA_IDS).default(0),
  do_lower_case: z.boolean().default(false),
  legacy: z.boolean().nullish(),
  chat_template: z.union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))]).nullish(),
})

/**
 * tokenizer_config.json, together with special_tokens_map.json, added_tokens.json and chat_template.jinja of older and
 * newer repositories.
 */
export type TokenizerConfig = z.infer<typeof TokenizerConfigSchema>

/**
 * Reads the settings around a tokenizer; every file may be missing. Throws UserError 'checkpoint/json-invalid' for a
 * damaged one, 'tokenizer/setting' for a value beyond what tokenizers have.
 */
export async function readTokenizerConfig(folder: string): Promise<TokenizerConfig> {
  const file = join(folder, 'tokenizer_config.json')
  const [config, map, added, template] = await Promise.all([
    optionalJson(file),
    optionalJson(join(folder, 'special_tokens_map.json')),
    optionalJson(join(folder, ADDED_TOKENS)),
    optionalText(join(folder, 'chat_template.jinja')),
  ])
  const parsed = TokenizerConfigSchema.safeParse({
    ...map,
    ...config,
    ...(template === undefined ? {} : { chat_template: template }),
  })
  if (parsed.success)
    return 'added_tokens_decoder' in config ? parsed.data : withAddedTokens(parsed.data, added, folder)
  const setting = parsed.error.issues[0]?.path.map(String).join('.').slice(0, 100) ?? ''
  throw new UserError('tokenizer/setting', { file, setting })
}

const ADDED_TOKENS = 'added_tokens.json'
const AddedIds = z.record(z.string().max(MAX_TOKEN_LENGTH), TokenIdSchema)

/** Older repositories name added tokens and their ids in a file of its own; marks among them are special. */
function withAddedTokens(config: TokenizerConfig, json: Record<string, unknown>, folder: string): TokenizerConfig {
  const ids = AddedIds.safeParse(json)
  if (!ids.success)
    throw new UserError('tokenizer/setting', {
      file: join(folder, ADDED_TOKENS),
      setting: ids.error.issues[0]?.path.map(String).join('.').slice(0, 100) ?? '',
    })
  const marks = new Set(namedTokens(config))
  const tokens = Object.entries(ids.data).map(([content, id]) => {
    const special = marks.has(content)
    return [id, { content, special, normalized: !special, lstrip: false, rstrip: false, single_word: false }] as const
  })
  return { ...config, added_tokens_decoder: Object.fromEntries(tokens) }
}

/** Anything of that name: what is no file is told when it is opened. */
export const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  )

/** The object in a JSON file that may be missing: an empty one then. */
export const optionalJson = async (file: string): Promise<Record<string, unknown>> =>
  (await exists(file)) ? readJsonObject(file, { maxBytes: MAX_SETTINGS_BYTES }) : {}

const optionalText = async (file: string): Promise<string | undefined> =>
  (await exists(file)) ? (await readRegularFile(file, { maxBytes: MAX_TEMPLATE_BYTES })).toString('utf8') : undefined

/** The chat template that a conversation is written with: the only one, or the one called default. */
export const templateSource = ({ chat_template: written }: TokenizerConfig): string | undefined =>
  (Array.isArray(written)
    ? (written.length === 1 ? written[0] : written.find(({ name }) => name === 'default'))?.template
    : written) ?? undefined

/** True where the files around a tokenizer hold a chat template. Throws as readTokenizerConfig. */
export const hasTemplate = async (folder: string): Promise<boolean> =>
  templateSource(await readTokenizerConfig(folder)) !== undefined

const MARKS = ['bos_token', 'eos_token', 'unk_token', 'pad_token', 'sep_token', 'cls_token', 'mask_token'] as const

/** The texts of the marks that there are, by their names in a chat template. */
export const markTexts = (config: Pick<TokenizerConfig, (typeof MARKS)[number]>): Record<string, string> =>
  Object.fromEntries(MARKS.flatMap((name) => (config[name] ? [[name, config[name]]] : [])))

/** The texts of all marks and additional special tokens that the settings name. */
export const namedTokens = (config: TokenizerConfig): string[] =>
  [...MARKS.map((name) => config[name]), ...(config.additional_special_tokens ?? [])].filter((text): text is string =>
    Boolean(text),
  )

const MarkId = z
  .union([
    TokenIdSchema,
    z
      .array(TokenIdSchema)
      .min(1)
      .transform((ids) => ids[0]!),
  ])
  .optional()
  .catch(undefined)
const ModelConfigSchema = z.object({ bos_token_id: MarkId, eos_token_id: MarkId, pad_token_id: MarkId })

const EndIds = z.object({
  eos_token_id: z
    .union([TokenIdSchema.transform((id) => [id]), z.array(TokenIdSchema)])
    .optional()
    .catch(undefined),
})

/**
 * Ids of the tokens that end an answer in the model's config.json and generation_config.json. Throws UserError
 * 'checkpoint/json-invalid' for a damaged file.
 */
export async function readEndIds(folder: string): Promise<number[]> {
  const files = await Promise.all(
    ['config.json', 'generation_config.json'].map((name) => optionalJson(join(folder, name))),
  )
  return files.flatMap((json) => EndIds.parse(json).eos_token_id ?? [])
}

/**
 * Ids of marks in the model's config.json, for folders whose tokenizer does not name them. The first where there are
 * several.
 */
export async function readMarkIds(folder: string): Promise<SpecialIds> {
  const {
    bos_token_id: bos,
    eos_token_id: eos,
    pad_token_id: pad,
  } = ModelConfigSchema.parse(await optionalJson(join(folder, 'config.json')))
  return {
    ...(bos === undefined ? {} : { bos }),
    ...(eos === undefined ? {} : { eos }),
    ...(pad === undefined ? {} : { pad }),
  }
}
