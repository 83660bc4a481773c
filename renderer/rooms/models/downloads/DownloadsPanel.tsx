import { Download } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { ErrorNotice } from '../../../errors/index.ts'
import { EmptyState, Sheet } from '../../../ui/index.ts'
import { AdditionItem, DownloadItem } from './DownloadItem.tsx'
import { closeDownloads, loadDownloads, useDownloads } from './downloads.store.ts'
import styles from './Downloads.module.css'

/** Everything that is on its way into the library, and what has come: from any room. */
export function DownloadsPanel() {
  const { t } = useTranslation('models')
  const isOpen = useDownloads((state) => state.isOpen)
  if (!isOpen) return null
  return (
    <Sheet title={t('downloads.title')} isOpen onClose={closeDownloads}>
      <Items />
    </Sheet>
  )
}

function Items() {
  const { t } = useTranslation('models')
  const { downloads, additions, error } = useDownloads()
  if (error) return <ErrorNotice error={error} onRetry={() => void loadDownloads()} />
  if (downloads.length + additions.length === 0)
    return <EmptyState icon={<Download size={22} />} title={t('downloads.none')} />
  return (
    <ul className={styles.items} aria-label={t('downloads.title')}>
      {additions.map((addition) => (
        <AdditionItem key={addition.additionId} addition={addition} />
      ))}
      {downloads.map((download) => (
        <DownloadItem key={download.downloadId} download={download} />
      ))}
    </ul>
  )
}
