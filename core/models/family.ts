import { UserError } from '../contract/errors.ts'
import type { Architecture, Family } from './architecture.ts'
import { checkSizes, refuseUnknown } from './config.ts'
import * as known from './families/index.ts'
import type { LinearSpec } from './lora.ts'
import { refuseQuantized } from './quantized.ts'
import { wrapped } from './wrapped.ts'

export type { Architecture } from './architecture.ts'

/** The name of a model type is shown so far. */
const MAX_TYPE_LENGTH = 60

type Config = Readonly<Record<string, unknown>>

const families: readonly Family[] = Object.values(known)

/** Models of text and images, whose model of text is opened: what that is where its own config does not say. */
const TEXT_TYPES: Readonly<Record<string, string>> = { gemma3: 'gemma3_text', mistral3: 'mistral' }

/**
 * The architecture that config.json describes. Throws UserError `model/unsupported` naming the architecture and what is
 * supported, `model/quantized`, or as readConfig and checkSizes.
 */
export function architectureOf(config: Config): Architecture {
  refuseQuantized(config)
  const modelType = modelTypeOf(config)
  const text = textConfigOf(config)
  const family = families.find(({ modelTypes }) => modelTypes.includes(text === config ? modelType : modelTypeOf(text)))
  if (!family)
    throw new UserError('model/unsupported', {
      found: text === config ? modelType : `${modelType} (${modelTypeOf(text)})`,
      supported: supportedTypes().join(', '),
    })
  const architecture = family.read(text)
  checkSizes(architecture)
  return text === config ? architecture : wrapped(architecture)
}

/** Every model_type that can be opened, in the order of their names. */
export const supportedTypes = (): string[] =>
  [...families.flatMap(({ modelTypes }) => modelTypes), ...Object.keys(TEXT_TYPES)].sort()

const modelTypeOf = ({ model_type: type }: Config): string =>
  typeof type === 'string' ? type.slice(0, MAX_TYPE_LENGTH) : ''

/** What config.json says of a model of text and images besides the text: nothing that text depends on. */
const WRAPPING = [
  'text_config',
  'tie_word_embeddings',
  'vision_config',
  'mm_tokens_per_image',
  'multimodal_projector_bias',
  'projector_hidden_act',
  'spatial_merge_size',
  'vision_feature_layer',
  'vision_feature_select_strategy',
]

/** The part of config.json that describes the model of text: all of it, unless the model has a part for images too. */
export function textConfigOf(config: Config): Config {
  const type = modelTypeOf(config)
  if (!Object.hasOwn(TEXT_TYPES, type)) return config
  const { text_config: written, tie_word_embeddings: tied } = config
  if (typeof written !== 'object' || written === null || Array.isArray(written))
    throw new UserError('model/config-missing', { setting: 'text_config' })
  refuseUnknown(config, { known: WRAPPING })
  // transformers ties by what the whole says, and by default.
  return { model_type: TEXT_TYPES[type], ...written, tie_word_embeddings: tied ?? true }
}

/** The modules that a LoRA target text means: `all-linear`, empty for PEFT's default, or names separated by commas. */
export function loraTargets(architecture: Architecture, text: string): LinearSpec[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 1 && names[0] === 'all-linear') return [...architecture.linears]
  const wanted = names.length === 0 ? architecture.defaultTargets : names
  const last = ({ path }: LinearSpec) => path.slice(path.lastIndexOf('.') + 1)
  const unknown = wanted.find((name) => !architecture.linears.some((linear) => last(linear) === name))
  if (unknown !== undefined)
    throw new UserError('model/unknown-target', {
      target: unknown,
      known: [...new Set(architecture.linears.map(last))].join(', '),
    })
  return architecture.linears.filter((linear) => wanted.includes(last(linear)))
}
