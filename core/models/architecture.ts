import type { Value } from '../graph/ir.ts'
import type { ModelContext, Weights } from './context.ts'
import type { LinearSpec } from './lora.ts'
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
   * Attention's scores or the logits are kept between -cap and cap (Gemma 2): then attention is no custom operator and
   * losses are not computed in chunks. No caps unless given.
   */
  readonly softcaps?: { readonly attention: number | null; readonly logits: number | null }
  /** Every linear layer that LoRA may be added to, in the order of the model. */
  readonly linears: readonly LinearSpec[]
  /** PEFT's default LoRA targets, by the last part of the module's name. */
  readonly defaultTargets: readonly string[]
  /** Names that the output layer's weight may have; transformers writes the first. */
  readonly outputLayers: readonly string[]
  /** config.json says that the output layer is the embedding table: it is where the checkpoint holds no other. */
  readonly tied: boolean
  /** Names of the embedding table and of the output layer's weight, which is the same table where they are tied. */
  readonly embedding: string
  readonly head: (has: (name: string) => boolean) => string
  /** Hidden states after the last norm, of the rows that the context selects: [M, width]. `head` makes logits of them. */
  forward(context: ModelContext): Value
}

/** A model as programs are built of it. */
export interface ModelSource {
  readonly architecture: Architecture
  readonly weights: Weights
}

/** A family of models: one file, which reads like the paper. */
export interface Family {
  readonly modelTypes: readonly string[]
  /** Reads config.json. Throws UserError `model/config` naming what does not fit. */
  read(config: Readonly<Record<string, unknown>>): Architecture
}
