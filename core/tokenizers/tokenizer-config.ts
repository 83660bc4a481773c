import { stat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../contract/errors.ts'
import { readJsonObject } from '../checkpoints/json-file.ts'

const TokenText = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]).nullish().catch(null)
const AddedToken = z.object({
  content: z.string(),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  special: z.boolean().default(false),
})

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
  added_tokens_decoder: z.record(z.string(), AddedToken).default({}),
  extra_ids: z.number().int().min(0).default(0),
  do_lower_case: z.boolean().default(false),
  legacy: z.boolean().nullish(),
  chat_template: z.union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))]).nullish(),
})

/** tokenizer_config.json, together with special_tokens_map.json and chat_template.jinja of older and newer repositories. */
export type TokenizerConfig = z.infer<typeof TokenizerConfigSchema>

/** Reads the settings around a tokenizer; every file may be missing. Throws UserError 'checkpoint/json-invalid' for a damaged one. */
export async function readTokenizerConfig(folder: string): Promise<TokenizerConfig> {
  const file = join(folder, 'tokenizer_config.json')
  const [config, map, template] = await Promise.all([
    optionalJson(file),
    optionalJson(join(folder, 'special_tokens_map.json')),
    readFile(join(folder, 'chat_template.jinja'), 'utf8').catch(() => undefined),
  ])
  const parsed = TokenizerConfigSchema.safeParse({ ...map, ...config, ...(template === undefined ? {} : { chat_template: template }) })
  if (!parsed.success) throw new UserError('checkpoint/json-invalid', { file })
  return parsed.data
}

const optionalJson = async (file: string): Promise<Record<string, unknown>> =>
  (await stat(file).catch(() => null)) ? readJsonObject(file) : {}

/** The chat template that a conversation is written with: the only one, or the one called default. */
export const templateSource = ({ chat_template: written }: TokenizerConfig): string | undefined =>
  (Array.isArray(written) ? written.find(({ name }) => name === 'default')?.template : written) ?? undefined
