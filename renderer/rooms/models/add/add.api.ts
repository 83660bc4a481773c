import type {
  AppError,
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
export const model = (id: HubModelId, revision: HubRevision): Answer<HubModel> =>
  window.studio.call('hub.model', { id, revision })
export const download = (id: HubModelId, revision: HubRevision): Answer<ModelDownload> =>
  window.studio.call('hub.downloadModel', { id, revision })
