import type { Value } from '../../graph/ir.ts'
import type { ModelContext } from '../context.ts'
import type { LinearSpec } from '../lora.ts'

/** Which layer a block belongs to, and which of its rows are needed after tokens were mixed. */
export interface LayerPosition {
  readonly index: number
  /** All rows, but in the last layer only those whose logits are wanted. */
  select(x: Value): Value
}

/** A block of a layer: hidden states [N, width] to hidden states [N, width], or [M, width] where it selects rows. */
export interface Block {
  /** Every linear layer that LoRA may be added to, in the order of the model. */
  readonly linears: readonly LinearSpec[]
  apply(c: ModelContext, x: Value, at: LayerPosition): Value
  /** Runs f, the block with the norm before it, as one part that training may recompute in the backward pass. */
  recomputable(c: ModelContext, x: Value, f: (x: Value) => Value): Value
}

/** What is added to the residual stream: a block with its norms and dropout. */
export interface Branch {
  readonly linears: readonly LinearSpec[]
  /** How often it drops hidden states while training. */
  readonly dropoutSites: number
  apply(c: ModelContext, x: Value, at: LayerPosition): Value
}

/** A layer of the residual stream. */
export type Layer = Branch

/** `recomputable` of blocks that training never recomputes alone. */
export const keptWhole: Block['recomputable'] = (_, x, f) => f(x)
