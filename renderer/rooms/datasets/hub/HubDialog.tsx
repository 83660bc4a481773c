import { useTranslation } from 'react-i18next'
import { Button, Dialog, Spinner } from '../../../ui/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { useFormat } from '../../../language/index.ts'
import { HubTokenForm } from '../../../hub/index.ts'
import { downloadAndImport } from './hub.actions.ts'
import { chosenFiles, totalBytes } from './hub.selectors.ts'
import { closeHub, openHubDataset, reopenKeptBack, showResults, stopDownload, useHub } from './hub.store.ts'
import { HubDetail } from './HubDetail.tsx'
import { HubDownload } from './HubDownload.tsx'
import { HubSearch } from './HubSearch.tsx'
import styles from './HubDialog.module.css'

/**
 * Datasets of the Hugging Face Hub: search, look at card and licence, choose a split or files, download, and on to the
 * import's preview.
 */
export function HubDialog() {
  const { t } = useTranslation('hub')
  const isOpen = useHub((state) => state.isOpen)
  const opened = useHub((state) => state.opened)
  if (!isOpen) return null
  const isKeptBack = opened.kind === 'ready' && opened.dataset.problem !== null
  return (
    <Dialog
      title={t('title')}
      isOpen
      isWide
      onClose={closeHub}
      actions={opened.kind === 'ready' && !isKeptBack ? <Actions /> : undefined}
    >
      <div className={styles.content}>
        {opened.kind === 'none' ? <HubSearch /> : <Opened />}
        {!isKeptBack && <HubTokenForm onChanged={reopenKeptBack} />}
      </div>
    </Dialog>
  )
}

function Opened() {
  const { t } = useTranslation('hub')
  const opened = useHub((state) => state.opened)
  return (
    <>
      <Button variant="quiet" size="small" autoFocus className={styles.back as string} onPress={showResults}>
        {t('back')}
      </Button>
      {opened.kind === 'loading' && <Spinner />}
      {opened.kind === 'failed' && <ErrorNotice error={opened.error} onRetry={() => void openHubDataset(opened.id)} />}
      {opened.kind === 'ready' && <HubDetail dataset={opened.dataset} choice={opened.choice} />}
    </>
  )
}

function Actions() {
  const { t } = useTranslation('hub')
  const format = useFormat()
  const opened = useHub((state) => state.opened)
  const download = useHub((state) => state.download)
  if (opened.kind !== 'ready') return null
  const files = chosenFiles(opened.dataset, opened.choice)
  const isRunning = download.kind === 'running'
  return (
    <div className={styles.actions}>
      <HubDownload shown={opened.dataset.id} />
      {isRunning ? (
        <Button variant="danger" isDisabled={download.downloadId === null} onPress={() => void stopDownload()}>
          {t('download.stop')}
        </Button>
      ) : (
        <Button variant="primary" isDisabled={files.length === 0} onPress={() => void downloadAndImport()}>
          {t(download.kind === 'stopped' ? 'download.resume' : 'download.start', {
            size: format.bytes(totalBytes(files)),
          })}
        </Button>
      )}
    </div>
  )
}
