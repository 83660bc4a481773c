// What a model's folder holds besides weights: how it is built, how it reads text, and what one may do with it.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readJsonObject, tensorBytes, type TensorType, type WeightSource } from '../checkpoints/index.ts'
import { MAX_CONFIG_BYTES } from '../checkpoints/limits.ts'
import type { SampleFormat } from '../samples/sample-format.ts'
import { MAX_SETTINGS_BYTES } from '../tokenizers/limits.ts'
import { readMarkIds, readTokenizerConfig, templateSource } from '../tokenizers/tokenizer-config.ts'
import { editedJson } from './edit-json.ts'
import { copyInto, writeText } from './file-writer.ts'
import { markerTemplate } from './marker-template.ts'
import type { ExportWatch } from './watch.ts'

const TOKENIZER_CONFIG = 'tokenizer_config.json'
const TEMPLATE = 'chat_template.jinja'

/** Files of tokenizers, by the names that transformers looks for; other files of a folder stay where they are. */
const TOKENIZER_FILES = [
  'tokenizer.json',
  TOKENIZER_CONFIG,
  'special_tokens_map.json',
  'added_tokens.json',
  'tokenizer.model',
  'spiece.model',
  'sentencepiece.bpe.model',
  'vocab.json',
  'vocab.txt',
  'merges.txt',
  TEMPLATE,
  'chat_template.json',
]
/** Whoever passes a model on passes these on. */
const LICENCE_FILES = ['LICENSE', 'LICENSE.txt', 'LICENSE.md', 'NOTICE', 'NOTICE.txt', 'NOTICE.md']

/** Copies the licence of a model. */
export const writeLicence = (target: string, folder: string, watch: ExportWatch): Promise<void> =>
  copyThose(LICENCE_FILES, { folder, target }, watch)

async function copyThose(
  names: readonly string[],
  { folder, target }: { readonly folder: string; readonly target: string },
  watch: ExportWatch,
): Promise<void> {
  for (const name of names)
    if (await isFile(join(folder, name))) await copyInto(join(target, name), join(folder, name), watch)
}

/**
 * Copies the tokenizer of a model. Where the run was trained with markers of its own, they become the
 * chat template: other programs ask the model as the studio does.
 */
export async function writeTokenizer(
  target: string,
  { folder, format }: { readonly folder: string; readonly format: SampleFormat },
  watch: ExportWatch,
): Promise<void> {
  const template = await templateFor(folder, format)
  const replaced = template === null ? [] : [TOKENIZER_CONFIG, TEMPLATE, 'chat_template.json']
  const names = TOKENIZER_FILES.filter((name) => !replaced.includes(name))
  await copyThose(names, { folder, target }, watch)
  if (template === null) return
  const file = join(folder, TOKENIZER_CONFIG)
  const settings = { chat_template: template }
  const text = (await isFile(file)) ? await editedJson(file, settings, MAX_SETTINGS_BYTES) : asJson(settings)
  await writeText(join(target, TOKENIZER_CONFIG), text, watch)
  await writeText(join(target, TEMPLATE), template, watch)
}

/** A chat template for markers; null where the model's own template is the run's format. */
export async function templateFor(folder: string, format: SampleFormat): Promise<string | null> {
  const hasTemplate = templateSource(await readTokenizerConfig(folder)) !== undefined
  const used = format.kind === 'template' && !hasTemplate ? format.otherwise : format
  return used?.kind === 'h2o' ? markerTemplate(used) : null
}

export interface ConfigFiles {
  readonly folder: string
  readonly weights: readonly WeightSource[]
  /** Changes of config.json besides the type of the weights. */
  readonly changes?: Readonly<Record<string, unknown>>
}

/**
 * Writes config.json, which names the type of the weights, and generation_config.json with the marks that end an answer.
 * Code that a model brings along is not passed on, nor named.
 */
export async function writeConfigs(
  target: string,
  { folder, weights, changes = {} }: ConfigFiles,
  watch: ExportWatch,
): Promise<void> {
  const file = join(folder, 'config.json')
  const config = await readJsonObject(file, { maxBytes: MAX_CONFIG_BYTES })
  const dtype = { ['dtype' in config ? 'dtype' : 'torch_dtype']: mainType(weights) }
  const text = await editedJson(file, { ...dtype, ...changes, auto_map: undefined }, MAX_CONFIG_BYTES)
  await writeText(join(target, 'config.json'), text, watch)
  const generation = 'generation_config.json'
  if (await isFile(join(folder, generation))) return copyInto(join(target, generation), join(folder, generation), watch)
  const ids = Object.entries(await readMarkIds(folder)).map(([mark, id]) => [`${mark}_token_id`, id] as const)
  await writeText(join(target, generation), asJson({ ...Object.fromEntries(ids) }), watch)
}

/** The type of most of the bytes. */
function mainType(weights: readonly WeightSource[]): TensorType {
  const bytes = new Map<TensorType, number>()
  for (const weight of weights) bytes.set(weight.dtype, (bytes.get(weight.dtype) ?? 0) + tensorBytes(weight))
  return [...bytes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'float32'
}

const asJson = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
