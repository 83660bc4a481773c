import type { AppError, DownloadId, ModelDownload, Result } from '../../../../core/contract/index.ts'

type Answer<T> = Promise<Result<T, AppError>>

export const list = (): Answer<readonly ModelDownload[]> => window.studio.call('hub.downloads', {})
export const pause = (downloadId: DownloadId): Answer<null> => window.studio.call('hub.pause', { downloadId })
export const resume = (downloadId: DownloadId): Answer<null> => window.studio.call('hub.resume', { downloadId })
export const cancel = (downloadId: DownloadId): Answer<null> => window.studio.call('hub.cancel', { downloadId })
export const onDownloads = (listener: (downloads: readonly ModelDownload[]) => void): (() => void) =>
  window.studio.on('hub.downloads', listener)
