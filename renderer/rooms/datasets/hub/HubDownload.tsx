import { useTranslation } from 'react-i18next'
import type { HubDatasetId, HubProgress } from '../../../../core/contract/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { ProgressBar } from '../../../ui/index.ts'
import { useFormat } from '../../../language/index.ts'
import { useHub } from './hub.store.ts'
import styles from './HubDialog.module.css'

/** How far the download is, or why it stopped; its dataset is named where another one is shown. */
export function HubDownload({ shown }: { readonly shown: HubDatasetId }) {
  const { t } = useTranslation('hub')
  const download = useHub((state) => state.download)
  if (download.kind === 'none') return null
  const { progress } = download
  const share = progress && progress.totalBytes > 0 ? progress.receivedBytes / progress.totalBytes : null
  return (
    <div className={styles.download}>
      {download.kind === 'stopped' && download.error && <ErrorNotice error={download.error} />}
      {(download.kind === 'running' || share !== null) && (
        <ProgressBar
          label={t('download.label', { id: download.id })}
          value={share ?? (download.kind === 'running' ? null : 0)}
          tone={download.kind === 'running' ? 'accent' : 'quiet'}
          thick
        />
      )}
      <p className={styles.progressText} role="status">
        {download.id !== shown && `${download.id}　`}
        {progress ? <Figures progress={progress} /> : download.kind === 'running' && t('download.starting')}
      </p>
    </div>
  )
}

function Figures({ progress }: { readonly progress: HubProgress }) {
  const { t } = useTranslation('hub')
  const format = useFormat()
  const { state, receivedBytes, totalBytes, bytesPerSecond, remainingSeconds, fileNumber, fileCount } = progress
  const isMoving = state === 'downloading' && bytesPerSecond !== null && remainingSeconds !== null
  const parts = [
    t('download.received', { received: format.bytes(receivedBytes), total: format.bytes(totalBytes) }),
    ...(fileCount > 1 ? [t('download.file', { number: fileNumber, count: fileCount })] : []),
    ...(isMoving
      ? [
          t('download.rate', { rate: format.bytes(bytesPerSecond) }),
          t('download.remaining', { time: format.duration(remainingSeconds) }),
        ]
      : []),
    ...(state === 'checking' ? [t('download.checking')] : []),
    ...(state === 'cancelled' ? [t('download.stopped')] : []),
  ]
  return parts.join('　')
}
