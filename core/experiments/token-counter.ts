import type { TokenCounter } from '../datasets/statistics/index.ts'
import type { ModelService } from '../hub/local-models.ts'
import { tokenizerOf } from './sample-preview.ts'

/** How a model counts tokens. Throws UserError where there is no such model or its tokenizer cannot be read. */
export async function tokenCounter(models: ModelService, modelId: string): Promise<TokenCounter> {
  const tokenizer = await tokenizerOf((await models.find(modelId)).checkpoint.folder)
  return { modelId, countTokens: (text) => tokenizer.encode(text).length }
}
