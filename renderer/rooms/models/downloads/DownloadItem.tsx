import { ArrowRight, Pause, Play, RotateCcw, X } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError, ModelAddition, ModelDownload, ModelId } from '../../../../core/contract/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { useFormat } from '../../../language/index.ts'
import { goTo } from '../../../session/index.ts'
import { Button, ProgressBar } from '../../../ui/index.ts'
import { closeAdd } from '../add/add.store.ts'
import { amountOf, isMoving, isPausable, shareOf } from './downloads.selectors.ts'
import { cancel, cancelAddition, closeDownloads, forgetAddition, pause, resume } from './downloads.store.ts'
import { useDownloadFigures } from './useDownloadFigures.ts'
import styles from './Downloads.module.css'

/** A download: how far it is, what is wrong, and what can be done. */
export function DownloadItem({ download }: { readonly download: ModelDownload }) {
  const { t } = useTranslation('models')
  const figures = useDownloadFigures()
  const { downloadId, id, state, modelId, error } = download
  return (
    <Item
      name={id}
      share={state === 'done' ? null : shareOf([amountOf(download)])}
      isMoving={isMoving(download)}
      figures={figures(download)}
      error={error}
      isError={state === 'failed'}
    >
      {isPausable(download) && (
        <Button size="small" icon={<Pause size={13} />} onPress={() => void pause(downloadId)}>
          {t('downloads.pause')}
        </Button>
      )}
      {state === 'paused' && (
        <Button size="small" icon={<Play size={13} />} onPress={() => void resume(downloadId)}>
          {t('downloads.resume')}
        </Button>
      )}
      {state === 'failed' && (
        <Button size="small" icon={<RotateCcw size={13} />} onPress={() => void resume(downloadId)}>
          {t('downloads.retry')}
        </Button>
      )}
      {state === 'done' ? (
        <Done modelId={modelId} onForget={() => void cancel(downloadId)} />
      ) : (
        <Cancel download={download} />
      )}
    </Item>
  )
}

/** Ends a download. What has arrived cannot come back, so that is asked once more. */
function Cancel({ download: { downloadId, receivedBytes } }: { readonly download: ModelDownload }) {
  const { t } = useTranslation('models')
  const format = useFormat()
  const [isAsking, setAsking] = useState(false)
  const press = () => (receivedBytes > 0 ? setAsking(true) : void cancel(downloadId))
  if (!isAsking)
    return (
      <Button size="small" variant="quiet" icon={<X size={13} />} onPress={press}>
        {t('downloads.cancel')}
      </Button>
    )
  return (
    <div className={styles.asking} role="group" aria-label={t('downloads.cancel')}>
      <span>{t('downloads.confirm', { size: format.bytes(receivedBytes) })}</span>
      <Button size="small" autoFocus onPress={() => setAsking(false)}>
        {t('downloads.keep')}
      </Button>
      <Button size="small" variant="danger" onPress={() => void cancel(downloadId)}>
        {t('downloads.confirmCancel')}
      </Button>
    </div>
  )
}

/** A folder that is being copied into the library. */
export function AdditionItem({ addition }: { readonly addition: ModelAddition }) {
  const { t } = useTranslation('models')
  const format = useFormat()
  const { name, state, copiedBytes, totalBytes, remainingSeconds, modelId, error } = addition
  const isCopying = state === 'copying'
  const figures = [
    t(`downloads.state.${state}`),
    ...(isCopying
      ? [t('downloads.received', { received: format.bytes(copiedBytes), total: format.bytes(totalBytes) })]
      : []),
    ...(isCopying && remainingSeconds !== null
      ? [t('downloads.remaining', { time: format.duration(remainingSeconds) })]
      : []),
  ]
  return (
    <Item
      name={name}
      share={isCopying ? shareOf([{ arrivedBytes: copiedBytes, totalBytes }]) : null}
      isMoving={isCopying}
      figures={figures.join('　')}
      error={error ?? null}
      isError={state === 'failed'}
    >
      {isCopying && (
        <Button size="small" variant="quiet" icon={<X size={13} />} onPress={() => void cancelAddition(addition)}>
          {t('downloads.cancel')}
        </Button>
      )}
      {!isCopying && <Done modelId={modelId ?? null} onForget={() => forgetAddition(addition)} />}
    </Item>
  )
}

function Done({ modelId, onForget }: { readonly modelId: ModelId | null; readonly onForget: () => void }) {
  const { t } = useTranslation('models')
  const show = () => {
    closeDownloads()
    closeAdd()
    goTo('models', modelId)
  }
  return (
    <>
      {modelId !== null && (
        <Button size="small" icon={<ArrowRight size={13} />} onPress={show}>
          {t('downloads.show')}
        </Button>
      )}
      <Button size="small" variant="quiet" onPress={onForget}>
        {t('downloads.forget')}
      </Button>
    </>
  )
}

interface ItemProps {
  readonly name: string
  /** Null: no bar where it does not move, else one whose end is not known. */
  readonly share: number | null
  readonly isMoving: boolean
  readonly figures: string
  readonly error: AppError | null
  readonly isError: boolean
  readonly children: ReactNode
}

function Item({ name, share, isMoving: moves, figures, error, isError, children }: ItemProps) {
  const { t } = useTranslation('models')
  return (
    <li className={styles.item} aria-label={name}>
      <strong className={styles.name}>{name}</strong>
      {(moves || share !== null) && (
        <ProgressBar label={t('downloads.label', { name })} value={share} tone={moves ? 'accent' : 'quiet'} thick />
      )}
      <p className={styles.figures}>{figures}</p>
      {error && <ErrorNotice error={error} tone={isError ? 'error' : 'warning'} />}
      <div className={styles.acts}>{children}</div>
    </li>
  )
}
