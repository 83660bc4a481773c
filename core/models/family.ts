import { UserError } from '../contract/errors.ts'
import type { Value } from '../graph/ir.ts'
import { checkSizes } from './config.ts'
import type { ModelContext } from './context.ts'
import { gemma2 } from './gemma2.ts'
import { gemma3 } from './gemma3.ts'
import { gpt2 } from './gpt2.ts'
import { gptNeox } from './gpt-neox.ts'
import { llama } from './llama.ts'
import { lfm2 } from './lfm2.ts'
import type { LinearSpec } from './lora.ts'
import { mistral } from './mistral.ts'
import { phi3 } from './phi3.ts'
import { qwen2 } from './qwen2.ts'
import { qwen3 } from './qwen3.ts'
import type { Rotary } from './rotary.ts'

/** What the rest of the studio needs to know of a model, whatever its family. */
export interface Architecture {
  readonly layerCount: number
  readonly width: number
  readonly heads: number
  readonly kvHeads: number
  readonly headSize: number
  readonly feedForwardSize: number
  readonly vocabularySize: number
  readonly contextLength: number
  /** The ways in which positions turn queries and keys; empty where positions are learnt. */
  readonly rotaries: readonly Rotary[]
  /** Share of the attention probabilities that config.json has zeroed while training, with or without LoRA. */
  readonly attentionDropout: number
  /** How often a forward pass calls `context.dropout`. */
  readonly dropoutSites: number
  /**
   * By layer: the kernel size where it is a short convolution instead of attention; null where not. Attention
   * everywhere unless given.
   */
  readonly convolutions?: readonly (number | null)[]
  /**
   * Where attention's scores or the logits are kept between two bounds (Gemma 2): then neither attention in one kernel
   * nor losses in chunks.
   */
  readonly softcaps?: { readonly attention: boolean; readonly logits: boolean }
  /** Every linear layer that LoRA may be added to, in the order of the model. */
  readonly linears: readonly LinearSpec[]
  /** PEFT's default LoRA targets, by the last part of the module's name. */
  readonly defaultTargets: readonly string[]
  /** Names of the embedding table and of the output layer's weight, which is the same table where they are tied. */
  readonly embedding: string
  readonly head: (has: (name: string) => boolean) => string
  /** Logits [M, V] of the hidden states that the context selects. */
  forward(context: ModelContext): Value
}

/** A family of models: one file, which reads like the paper. */
export interface Family {
  readonly modelTypes: readonly string[]
  /** Reads config.json. Throws UserError `model/config` naming what does not fit. */
  read(config: Readonly<Record<string, unknown>>): Architecture
}

/** The name of a model type is shown so far. */
const MAX_TYPE_LENGTH = 60

const families: readonly Family[] = [llama, mistral, qwen2, qwen3, gemma2, gemma3, phi3, gpt2, gptNeox, lfm2]

/**
 * The architecture that config.json describes. Throws UserError `model/unsupported` naming the architecture and what is
 * supported, or as readConfig and checkSizes.
 */
export function architectureOf(config: Readonly<Record<string, unknown>>): Architecture {
  const modelType = typeof config['model_type'] === 'string' ? config['model_type'].slice(0, MAX_TYPE_LENGTH) : ''
  const family = families.find(({ modelTypes }) => modelTypes.includes(modelType))
  if (!family)
    throw new UserError('model/unsupported', {
      found: modelType,
      supported: families.flatMap(({ modelTypes }) => modelTypes).join(', '),
    })
  const architecture = family.read(config)
  checkSizes(architecture)
  return architecture
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
