import { parseSettings, type SamplePreview } from '../contract/index.ts'
import type { DatasetService } from '../datasets/service.ts'
import type { ModelService } from '../hub/local-models.ts'
import { loadTokenizer, type Tokenizer } from '../tokenizers/index.ts'
import { sampleOfChain } from '../training/sample-files.ts'
import type { Sample } from '../training/samples.ts'

/** More tokens than that are counted but not shown. */
const SHOWN_TOKENS = 2000

const tokenizers = new Map<string, Promise<Tokenizer>>()

/** The tokenizer of a model's folder, read once. */
export function tokenizerOf(folder: string): Promise<Tokenizer> {
  const known = tokenizers.get(folder) ?? loadTokenizer(folder)
  tokenizers.set(folder, known)
  known.catch(() => tokenizers.delete(folder))
  return known
}

export interface SampleQuestion {
  readonly datasetId: string
  /** From 0. */
  readonly row: number
  readonly settings: Readonly<Record<string, unknown>>
}

/** What the model would see of a row with these settings; null where there is no such row. Throws UserError where model or format do not fit. */
export async function previewSample({ datasetId, row, settings }: SampleQuestion, { datasets, models }: { readonly datasets: DatasetService; readonly models: ModelService }): Promise<SamplePreview | null> {
  const { values } = parseSettings(settings)
  const rows = await datasets.conversationRows(datasetId, row)
  if (rows.length === 0) return null
  const model = await models.find(values['general.llm_backbone'])
  const tokenizer = await tokenizerOf(model.checkpoint.folder)
  const result = sampleOfChain(rows, tokenizer, values)
  return result.ok ? shown(result.sample, tokenizer) : { tokens: [], tokenCount: 0, countedTokens: 0, truncated: false, leftOut: result.issue.code }
}

function shown({ ids, labelMask, truncated }: Sample, tokenizer: Tokenizer): SamplePreview {
  const decoder = tokenizer.streamDecoder({ skipSpecial: false })
  const tokens = Array.from(ids.subarray(0, SHOWN_TOKENS), (id, index) => ({ text: decoder.push(id), counts: labelMask[index] === 1 }))
  return { tokens, tokenCount: ids.length, countedTokens: labelMask.reduce((sum, one) => sum + one, 0), truncated: truncated.prompt || truncated.answer, leftOut: null }
}
