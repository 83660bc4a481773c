import { ArrowRight, Download } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { HubModel, ModelId } from '../../../../core/contract/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { useFormat } from '../../../language/index.ts'
import { goTo } from '../../../session/index.ts'
import { Button, ProgressBar } from '../../../ui/index.ts'
import { amountOf, isMoving, shareOf } from '../downloads/downloads.selectors.ts'
import { openDownloads, resume, useDownloads } from '../downloads/downloads.store.ts'
import { useDownloadFigures } from '../downloads/useDownloadFigures.ts'
import { useModels, modelItems } from '../models.store.ts'
import { closeAdd, startDownload, type ReadyModel } from './add.store.ts'
import styles from './Add.module.css'

/** The download of the model in view: its beginning, how far it is, and the way to the model that is here. */
export function InspectionActions({ opened: { model, isStarting, error } }: { readonly opened: ReadyModel }) {
  const { t } = useTranslation('models')
  const format = useFormat()
  const localId = useLocalId(model)
  const download = useDownloads(({ downloads }) =>
    downloads.find(({ id, revision, state }) => id === model.id && revision === model.revision && state !== 'done'),
  )
  if (localId) return <Here id={localId} />
  if (download)
    return (
      <div className={styles.actions}>
        <Under download={download} />
        {!isMoving(download) && (
          <Button onPress={() => void resume(download.downloadId)}>
            {t(download.state === 'failed' ? 'downloads.retry' : 'downloads.resume')}
          </Button>
        )}
        <Button onPress={showDownloads}>{t('inspect.list')}</Button>
      </div>
    )
  if (model.problem) return null
  return (
    <div className={styles.actions}>
      {error && <ErrorNotice error={error} className={styles.refusal as string} />}
      <Button
        variant="primary"
        icon={<Download size={15} />}
        isDisabled={isStarting}
        onPress={() => void startDownload()}
      >
        {t('inspect.download', { size: format.bytes(model.downloadBytes) })}
      </Button>
    </div>
  )
}

function showDownloads(): void {
  closeAdd()
  openDownloads()
}

/** The model on this machine that this one has become; null while it is not here. */
function useLocalId(model: HubModel): ModelId | null {
  const items = useModels(modelItems)
  const done = useDownloads(
    ({ downloads }) =>
      downloads.find(({ id, revision, state }) => id === model.id && revision === model.revision && state === 'done')
        ?.modelId,
  )
  return items.find(({ id }) => id === model.localId || id === done)?.id ?? null
}

function Here({ id }: { readonly id: ModelId }) {
  const { t } = useTranslation('models')
  const show = () => {
    closeAdd()
    goTo('models', id)
  }
  return (
    <div className={styles.actions}>
      <span className={styles.quiet}>{t('inspect.have')}</span>
      <Button variant="primary" icon={<ArrowRight size={15} />} onPress={show}>
        {t('inspect.open')}
      </Button>
    </div>
  )
}

function Under({ download }: { readonly download: Parameters<typeof amountOf>[0] }) {
  const { t } = useTranslation('models')
  const figures = useDownloadFigures()
  return (
    <div className={styles.under}>
      <ProgressBar
        label={t('downloads.label', { name: download.id })}
        value={shareOf([amountOf(download)])}
        tone={isMoving(download) ? 'accent' : 'quiet'}
        thick
      />
      <p className={styles.figures}>{figures(download)}</p>
    </div>
  )
}
