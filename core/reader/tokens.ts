import type { SamplePreview, SettingValues } from '../contract/index.ts'
import type { Tokenizer } from '../tokenizers/index.ts'
import { sampleOfChain, type TrainingRow } from '../samples/sample-files.ts'
import type { Sample } from '../samples/samples.ts'

/** More tokens than that are counted but not shown. */
const SHOWN_TOKENS = 2_000

/** How many tokens each text has. */
export const countTokens = (tokenizer: Tokenizer, texts: readonly string[]): number[] =>
  texts.map((text) => tokenizer.encode(text).length)

/**
 * What the model would see of the last of these rows with these settings. Throws UserError where the format does not
 * fit the model.
 */
export function previewOf(
  tokenizer: Tokenizer,
  rows: readonly TrainingRow[],
  values: SettingValues,
): { tokens: { text: string; counts: boolean }[] } & Omit<SamplePreview, 'tokens'> {
  const result = sampleOfChain(rows, tokenizer, values)
  return result.ok
    ? shown(result.sample, tokenizer)
    : { tokens: [], tokenCount: 0, countedTokens: 0, truncated: false, leftOut: result.issue.code }
}

function shown({ ids, labelMask, truncated }: Sample, tokenizer: Tokenizer): ReturnType<typeof previewOf> {
  const decoder = tokenizer.streamDecoder({ skipSpecial: false })
  const tokens = Array.from(ids.subarray(0, SHOWN_TOKENS), (id, index) => ({
    text: decoder.push(id),
    counts: labelMask[index] === 1,
  }))
  return {
    tokens,
    tokenCount: ids.length,
    countedTokens: labelMask.reduce((sum, one) => sum + one, 0),
    truncated: truncated.prompt || truncated.answer,
    leftOut: null,
  }
}
