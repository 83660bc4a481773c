import type { DType, Value, WeightPlace } from '../graph/ir.ts'
import type { LinearSpec, LoraGroup, LoraLayout, LoraSlot } from './lora.ts'

/** A tensor of a checkpoint: its element type, shape, and where its bytes lie. */
export interface WeightEntry extends WeightPlace {
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Integers whose scales, one for each block of a row, are the weight `<name>.scales`. */
  readonly quantized?: { readonly block: number }
  /** Lies on the device already, as it is stored, and is an input of programs. */
  readonly resident?: boolean
}

export type Weights = ReadonlyMap<string, WeightEntry>

/** What a layer's attention does beyond causal attention over everything before. */
export interface AttentionOptions {
  /** Only so many recent tokens are seen, the query's own included. */
  readonly window?: number | undefined
  /** Scores are kept between -softcap and softcap. */
  readonly softcap?: number | undefined
  /** Scores are multiplied by it; 1/√D unless given. */
  readonly scale?: number
  /** Which of the architecture's rotary schemes turns q and k; the first unless given, none for null. */
  readonly rotary?: number | null
}

/** What a family's forward pass is written against: the same code builds training, evaluation and decoding. */
export interface ModelContext {
  /** Whether the weight itself is trained. */
  isTrained(name: string): boolean
  /**
   * A weight in the type that is computed in, or the one given. Throws UserError `model/weight-missing` or
   * `model/weight` where the checkpoint lacks it or has another shape.
   */
  weight(name: string, shape: readonly number[], dtype?: DType): Value
  /** Rows of the embedding table for the program's token ids: [N, width]. */
  embed(table: string, rows: number, width: number): Value
  /** Rows of a table of learnt positions for the program's tokens: [N, width]. */
  embedPositions(table: string, rows: number, width: number): Value
  /** One layer x → f(x). Gradient checkpointing recomputes its insides in the backward pass instead of keeping them. */
  layer(x: Value, f: (x: Value) => Value): Value
  /**
   * A layer's feed-forward part x → f(x), with the norm before it. It can be recomputed alone in the backward pass.
   */
  feedForward(x: Value, f: (x: Value) => Value): Value
  /**
   * x Wᵀ + b for every layer that reads x [N, inSize], with the LoRA branch where the module is a target: [N, outSize]
   * each.
   */
  linears<const Specs extends readonly LinearSpec[]>(x: Value, specs: Specs): { readonly [Index in keyof Specs]: Value }
  /** Causal self-attention: q [N, H·D], k and v [N, K·D] → [N, H·D]. */
  attention(layer: number, q: Value, k: Value, v: Value, options: AttentionOptions): Value
  /**
   * Causal depthwise convolution of each row's channels: x [N,C], w [C,k] whose last column belongs to the token
   * itself.
   */
  convolution(layer: number, x: Value, w: Value): Value
  /** x [N or M, width] with a share p zeroed and the rest scaled by 1/(1-p) while training. */
  dropout(x: Value, p: number): Value
  /** The rows whose logits are wanted: [M, width]. */
  select(x: Value): Value
}

/** What the matrices of a module are in a graph. */
export interface GroupValues {
  /** A of all the group's modules, one below the other: [r · modules, inSize]. */
  readonly a: Value
  /** Each module's B [outSize, r]. */
  readonly bs: readonly Value[]
}

/** The trainable values of a program: matrices cut from p, and what dropout needs. */
export interface TrainableValues {
  readonly layout: LoraLayout
  readonly groups: ReadonlyMap<LoraGroup, GroupValues>
  /** DoRA's magnitudes [outSize], by slot. */
  readonly magnitudes: ReadonlyMap<LoraSlot, Value>
  /** Weights that are trained as a whole, by name, in their own shape. */
  readonly fullWeights: ReadonlyMap<string, Value>
  /** Null outside of training. `rows` gives the random number of each row of x: all N, or the M selected ones. */
  readonly dropout: { readonly p: number; readonly rows: (x: Value) => Value; readonly columns: Value } | null
}
