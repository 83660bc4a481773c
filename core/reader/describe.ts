import { join } from 'node:path'
import {
  ADAPTER_CONFIG,
  elementCount,
  isContiguous,
  openAdapterTensors,
  parseAdapterConfig,
  readJsonObject,
  tensorBytes,
  type StoredTensor,
} from '../checkpoints/index.ts'
import { MAX_CONFIG_BYTES } from '../checkpoints/limits.ts'
import { UserError } from '../contract/errors.ts'
import { GGUF_ADAPTER } from '../gguf/adapter-folder.ts'
import { readGgufFacts } from './gguf.ts'
import { checkMatrices } from '../models/checkpoint-names.ts'
import { readsSystem } from '../samples/sample-template.ts'
import { readEndIds, type Tokenizer } from '../tokenizers/index.ts'
import { modelFilesOf } from '../weights/model-files.ts'
import { readLicence } from './card.ts'
import type { OpenModel } from './open-model.ts'
import type { Description } from './protocol.ts'

/** Describes a model whose files can be used. Throws UserError where they cannot. */
export async function describeModel(model: OpenModel): Promise<Description> {
  const checkpoint = await model.checkpoint()
  const { config, tensors } = checkpoint
  const files = modelFilesOf(checkpoint)
  checkMatrices(files)
  const { vocabularySize, contextLength } = files.architecture
  const tokenizer = await model.tokenizer()
  tryTokenizer(tokenizer)
  await readEndIds(model.folder)
  const places = distinct([...tensors.values()])
  return {
    architecture: nameOf(config['architectures']),
    parameterCount: places.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    sizeBytes: places.reduce((sum, place) => sum + tensorBytes(place), 0),
    contextLengthTokens: contextLength,
    vocabularySize,
    licence: await readLicence(model.folder),
    dtype: commonType(places),
    hasChatTemplate: tokenizer.chatTemplate !== undefined,
    adapterOf: null,
    ...(tokenizer.chatTemplate && !readsSystem(tokenizer.chatTemplate) ? { mergesSystem: true } : {}),
  }
}

/** Describes a LoRA adapter by its adapter_config.json and where its weights lie. Throws UserError as readAdapter. */
export async function describeAdapter(folder: string): Promise<Description> {
  const file = join(folder, ADAPTER_CONFIG)
  const { baseModel } = parseAdapterConfig(await readJsonObject(file, { maxBytes: MAX_CONFIG_BYTES }), file)
  const places = [...(await openAdapterTensors(folder)).tensors.values()]
  return {
    ...ADAPTER,
    parameterCount: places.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    sizeBytes: places.reduce((sum, place) => sum + tensorBytes(place), 0),
    licence: await readLicence(folder),
    dtype: commonType(places),
    adapterOf: (baseModel ?? '').slice(0, MAX_NAME_LENGTH),
  }
}

const MAX_NAME_LENGTH = 200

/** What every adapter is. */
const ADAPTER = { architecture: 'LoRA', contextLengthTokens: 0, vocabularySize: 0, hasChatTemplate: false } as const

/** Describes a GGUF LoRA by its header. Throws UserError as readGgufHeader. */
export async function describeGgufAdapter(folder: string): Promise<Description> {
  const { type, ...facts } = await readGgufFacts(join(folder, GGUF_ADAPTER))
  return {
    ...ADAPTER,
    parameterCount: facts.parameterCount,
    sizeBytes: facts.weightBytes,
    licence: await readLicence(folder),
    dtype: type.toLowerCase(),
    adapterOf: facts.adapterOf ?? '',
  }
}

/** The type of most elements; '' of none. */
export function commonType(places: readonly StoredTensor[]): string {
  const counts = new Map<string, number>()
  for (const { dtype, shape } of places) counts.set(dtype, (counts.get(dtype) ?? 0) + elementCount(shape))
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}

/** Every tensor once: in pytorch_model.bin a tied head may be the embedding under a second name. */
const distinct = (places: readonly StoredTensor[]): StoredTensor[] => [
  ...new Map(
    places.map((place) => [
      `${place.file} ${isContiguous(place) ? place.offset : place.start} ${tensorBytes(place)}`,
      place,
    ]),
  ).values(),
]

/** The first name of config.json's `architectures`; '' where there is none. */
export const nameOf = (value: unknown): string =>
  [value]
    .flat()
    .find((name): name is string => typeof name === 'string')
    ?.slice(0, 100) ?? ''

/** Ordinary text, and what makes a careless regular expression try everything: long runs with another end. */
const TRIED_TEXTS = [
  'こんにちは。今日は2026年11月30日です。\nHello, world! It is 12:30 — 😀 𠮷野家\r\n',
  ...['a', 'あ', '1', ' ', '\n', '!', 'a ', 'あ。', '<s>'].map((text) => `${text.repeat(64)}\u0001`),
  '吾輩は猫である。名前はまだ無い。'.repeat(64),
]

/**
 * What the engine will do with the tokenizer and the chat template, done here first. Throws UserError where the
 * tokenizer does not work; a template that refuses a conversation is told where it is used.
 */
function tryTokenizer(tokenizer: Tokenizer): void {
  for (const text of TRIED_TEXTS) tokenizer.decode(tokenizer.encode(text))
  const [user, assistant] = [
    { role: 'user', content: TRIED_TEXTS[0]! },
    { role: 'assistant', content: 'はい。' },
  ] as const
  for (const messages of [
    [user],
    [user, assistant, user],
    [{ role: 'system', content: '短く答えて。' }, user, assistant],
  ] as const) {
    const text = rendered(tokenizer, messages)
    if (text !== null) tokenizer.encode(text)
  }
}

function rendered(
  { chatTemplate }: Tokenizer,
  messages: Parameters<NonNullable<Tokenizer['chatTemplate']>['render']>[0],
): string | null {
  try {
    return chatTemplate?.render(messages, { addGenerationPrompt: messages.at(-1)?.role === 'user' }) ?? null
  } catch (error) {
    if (error instanceof UserError && error.error.code === 'tokenizer/template-failed') return null
    throw error
  }
}
