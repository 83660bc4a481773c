// Random token masking: some tokens are hidden from the model, so that it does not rely on every single one.
import type { Tokenizer } from '../tokenizers/index.ts'
import type { TokenRow } from './token-row.ts'
import { randomUniform } from '../random/rng.ts'

/**
 * The id that stands for a hidden token: H2O LLM Studio's choice is `<unk>`, then `<pad>`, then the end mark, then the
 * last id of the vocabulary.
 */
export const maskIdOf = ({ special, vocabSize }: Pick<Tokenizer, 'special' | 'vocabSize'>): number =>
  special.unk ?? special.pad ?? special.eos ?? vocabSize - 1

export interface MaskOptions {
  /** Share of the tokens that are hidden, 0 … 1. */
  readonly probability: number
  readonly maskId: number
  readonly seed: number
  /** Another one for every row of every epoch, such as epoch · rows + row: equal keys hide the same places. */
  readonly key: number
}

/**
 * H2O LLM Studio's token_mask_probability: every token of the row, special or not, is replaced by the mask with this
 * probability and does not count for the loss. Unlike in H2O the mask is seen by the tokens after it, and a row that
 * would have nothing left to learn stays as it is. The given row is not changed.
 */
export function maskTokens<R extends TokenRow>(row: R, { probability, maskId, seed, key }: MaskOptions): R {
  if (probability <= 0) return row
  const ids = Int32Array.from(row.ids)
  const labelMask = Uint8Array.from(row.labelMask)
  for (let index = 0; index < ids.length; index++) {
    if (randomUniform(seed, 'tokenMask', key, index) >= probability) continue
    ids[index] = maskId
    labelMask[index] = 0
  }
  return labelMask.includes(1) ? { ...row, ids, labelMask } : row
}
