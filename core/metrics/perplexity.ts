/** Mean of some numbers; NaN of none. */
export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * H2O LLM Studio's perplexity: exp of every row's mean token loss, then the mean of the rows. Rows without counted
 * tokens are left out.
 */
export const meanRowPerplexity = (losses: readonly (readonly number[])[]): number =>
  mean(losses.filter((row) => row.length > 0).map((row) => Math.exp(mean(row))))

/** exp of the mean loss over all counted tokens, as language models are usually compared. */
export const tokenPerplexity = (losses: readonly number[]): number => Math.exp(mean(losses))
