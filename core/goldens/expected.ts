import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Losses and gradient norms of an optimizer's recorded steps, and Σ|p| after them. */
export interface RecordedTraining {
  readonly losses: readonly number[]
  readonly grad_norms: readonly number[]
  readonly final_checksum: number
  readonly logits_row0_after?: readonly (readonly number[])[]
}

/** expected.json of a family's folder: what transformers and peft give in float32. */
export interface Expected {
  readonly rows: readonly (readonly number[])[]
  readonly prompt_lengths: readonly number[]
  /** [row][token][vocabulary] */
  readonly logits: readonly (readonly (readonly number[])[])[]
  readonly generate: {
    readonly prompt: readonly number[]
    readonly max_new_tokens: number
    readonly outputs: Readonly<Record<string, readonly number[]>>
  }
  readonly lora: {
    readonly loss_all_tokens: number
    readonly loss_answer_only: number
    readonly logits_row0: readonly (readonly number[])[]
    readonly grad_global_norm: number
  }
  readonly train: Readonly<Record<string, RecordedTraining>>
}

/** Reads a family's expected.json. */
export const readExpected = async (folder: string): Promise<Expected> =>
  JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as Expected
