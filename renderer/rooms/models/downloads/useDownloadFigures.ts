import { useTranslation } from 'react-i18next'
import type { ModelDownload } from '../../../../core/contract/index.ts'
import { useFormat } from '../../../language/index.ts'

/** One line about a download: its state, how much has come, how fast, how long it takes. */
export function useDownloadFigures(): (download: ModelDownload) => string {
  const { t } = useTranslation('models')
  const format = useFormat()
  const stateOf = ({ state, totalBytes, retryAt }: ModelDownload): string | null => {
    switch (state) {
      case 'downloading':
        return totalBytes === 0 ? t('downloads.state.starting') : null
      case 'waiting-to-retry':
        return retryAt === null ? t('downloads.state.queued') : t('downloads.waiting', { time: format.time(retryAt) })
      default:
        return t(`downloads.state.${state}`)
    }
  }
  return (download) => {
    const { state, receivedBytes, totalBytes, bytesPerSecond, remainingSeconds } = download
    const moves = state === 'downloading'
    return [
      stateOf(download),
      state === 'done'
        ? format.bytes(totalBytes)
        : totalBytes > 0 &&
          t('downloads.received', { received: format.bytes(receivedBytes), total: format.bytes(totalBytes) }),
      moves && bytesPerSecond !== null && t('downloads.rate', { rate: format.bytes(bytesPerSecond) }),
      moves && remainingSeconds !== null && t('downloads.remaining', { time: format.duration(remainingSeconds) }),
    ]
      .filter((part) => typeof part === 'string')
      .join('　')
  }
}
