import type {
  AppError,
  GgufName,
  HubModel,
  HubModelId,
  HubModelSummary,
  HubRevision,
  ModelDownload,
  Result,
} from '../../../../core/contract/index.ts'

type Answer<T> = Promise<Result<T, AppError>>

export const search = (query: string): Answer<readonly HubModelSummary[]> =>
  window.studio.call('hub.searchModels', { query })
/** A model of the Hub, and of one in GGUF files which of them. */
export interface Wanted {
  readonly id: HubModelId
  readonly revision: HubRevision
  readonly gguf?: GgufName
}
export const model = (wanted: Wanted): Answer<HubModel> => window.studio.call('hub.model', wanted)
export const download = (wanted: Wanted): Answer<ModelDownload> => window.studio.call('hub.downloadModel', wanted)
