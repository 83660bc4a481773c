import type {
  AppError,
  DownloadId,
  HubBranch,
  HubDataset,
  HubDatasetId,
  HubDatasetSummary,
  HubProgress,
  Result,
} from '../../../../core/contract/index.ts'

type Answer<T> = Promise<Result<T, AppError>>

export const search = (query: string): Answer<readonly HubDatasetSummary[]> =>
  window.studio.call('hub.searchDatasets', { query })
export const dataset = (id: HubDatasetId): Answer<HubDataset> => window.studio.call('hub.dataset', { id })
export const download = (id: HubDatasetId, branch: HubBranch, paths: readonly string[]) =>
  window.studio.call('hub.download', { id, branch, paths: [...paths] })
export const cancel = (downloadId: DownloadId) => window.studio.call('hub.cancel', { downloadId })
export const discard = (downloadId: DownloadId) => window.studio.call('hub.discard', { downloadId })
export const onProgress = (listener: (progress: HubProgress) => void) => window.studio.on('hub.progress', listener)
