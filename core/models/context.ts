import type { Builder } from '../graph/builder.ts'
import type { DType, Value, WeightPlace } from '../graph/ir.ts'
import type { LinearSpec, LoraGroup, LoraLayout } from './lora.ts'

/** A tensor of a checkpoint: its element type, shape, and where its bytes lie. */
export interface WeightEntry extends WeightPlace {
  readonly dtype: DType
  readonly shape: readonly number[]
}

export type Weights = ReadonlyMap<string, WeightEntry>

/** What a family's forward pass is written against: the same code builds training, evaluation and decoding. */
export interface ModelContext {
  readonly b: Builder
  has(name: string): boolean
  /** A frozen weight as float32. Throws UserError `model/weight` where the checkpoint lacks it or has another shape. */
  weight(name: string, shape: readonly number[]): Value
  /** Rows of the embedding table for the program's token ids: [N, width]. */
  embed(table: string, rows: number, width: number): Value
  /** x Wᵀ + b for every layer that reads x [N, inSize], with the LoRA branch where the module is a target: [N, outSize] each. */
  linears<const Specs extends readonly LinearSpec[]>(x: Value, specs: Specs): { readonly [Index in keyof Specs]: Value }
  /** Causal self-attention with rotary positions: q [N, H·D], k and v [N, K·D] → [N, H·D]. */
  attention(layer: number, q: Value, k: Value, v: Value): Value
  /** The rows whose logits are wanted. */
  select(x: Value): Value
}

/** The trainable values of a program: matrices cut from p, and what dropout needs. */
export interface LoraValues {
  readonly layout: LoraLayout
  /** By group: A of all its modules [r · modules, inSize], and each module's B [outSize, r]. */
  readonly matrices: ReadonlyMap<LoraGroup, { readonly a: Value; readonly bs: readonly Value[] }>
  /** Null outside of training. `rows` gives the random number of each row of x: all N, or the M selected ones. */
  readonly dropout: { readonly p: number; readonly rows: (x: Value) => Value; readonly columns: Value } | null
}
