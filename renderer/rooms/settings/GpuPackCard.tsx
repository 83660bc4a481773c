import { Download, FolderOpen, Trash2, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { GpuPackPlan, GpuPackProgress, GpuPackState } from '../../../core/contract/index.ts'
import { Button, ProgressBar } from '../../ui/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { useFormat } from '../../language/index.ts'
import { pickFolder } from '../../dialogs/index.ts'
import {
  askForPlan,
  cancelGpuPack,
  connectGpuPack,
  downloadGpuPack,
  isMoving,
  moveGpuPack,
  removeGpuPack,
  useGpuPack,
} from './gpuPack.store.ts'
import styles from './GpuPackCard.module.css'

/** What NVIDIA's GPUs need: how much it is, where it goes, and how far its download is. */
export function GpuPackCard() {
  const { t } = useTranslation('settings')
  const { pack, plan, isAsking, progress, error, isWanted } = useGpuPack()
  const card = useRef<HTMLDivElement>(null)
  useEffect(() => connectGpuPack(), [])
  useEffect(() => {
    if (!isWanted || !card.current) return
    card.current.scrollIntoView({ block: 'center' })
    card.current.querySelector<HTMLElement>('button:not([disabled])')?.focus({ preventScroll: true })
    useGpuPack.setState({ isWanted: false })
  }, [isWanted, pack])
  if (!pack) return null
  if (!pack.isSupported) return <p className={styles.help}>{t('gpuPack.unsupported')}</p>
  const moving = isMoving(progress) || pack.isBusy
  return (
    <div ref={card} className={styles.card}>
      <p className={styles.help}>{t(pack.isInstalled ? 'gpuPack.installed' : 'gpuPack.help')}</p>
      {pack.isInstalled ? <Installed pack={pack} /> : <Folder pack={pack} isDisabled={moving} />}
      {!pack.isInstalled && plan && <Parts plan={plan} />}
      {error && <ErrorNotice error={error} />}
      {progress && !pack.isInstalled && <Figures progress={progress} />}
      {!pack.isInstalled && (
        <div className={styles.row}>
          {moving ? (
            <Button icon={<X size={15} />} onPress={() => void cancelGpuPack()}>
              {t('gpuPack.cancel')}
            </Button>
          ) : plan ? (
            <Button variant="primary" icon={<Download size={15} />} onPress={() => void downloadGpuPack()}>
              {t(
                progress?.state === 'cancelled' || progress?.state === 'failed'
                  ? 'gpuPack.continue'
                  : 'gpuPack.download',
              )}
            </Button>
          ) : (
            <Button onPress={() => void askForPlan()} isDisabled={isAsking}>
              {t(isAsking ? 'gpuPack.asking' : 'gpuPack.ask')}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

function Installed({ pack }: { readonly pack: GpuPackState }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  return (
    <>
      <p className={styles.path}>{pack.folder}</p>
      <div className={styles.row}>
        <Button icon={<Trash2 size={15} />} onPress={() => void removeGpuPack()}>
          {t('gpuPack.remove', { size: format.bytes(pack.sizeBytes) })}
        </Button>
      </div>
    </>
  )
}

/** Where it goes. */
function Folder({ pack, isDisabled }: { readonly pack: GpuPackState; readonly isDisabled: boolean }) {
  const { t } = useTranslation('settings')
  return (
    <div className={styles.row}>
      <p className={styles.path}>{pack.folder}</p>
      <Button
        icon={<FolderOpen size={15} />}
        isDisabled={isDisabled}
        onPress={() => void pickFolder().then(moveGpuPack)}
      >
        {t('gpuPack.choose')}
      </Button>
    </div>
  )
}

function Parts({ plan }: { readonly plan: GpuPackPlan }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  return (
    <dl className={styles.parts}>
      {plan.parts.map(({ name, sizeBytes, foundAt }) => (
        <div key={name} className={styles.part}>
          <dt>{name}</dt>
          <dd>{foundAt === null ? format.bytes(sizeBytes) : t('gpuPack.found')}</dd>
        </div>
      ))}
      <div className={styles.part}>
        <dt>{t('gpuPack.total')}</dt>
        <dd>
          <strong>{format.bytes(plan.downloadBytes)}</strong>
        </dd>
      </div>
    </dl>
  )
}

function Figures({ progress }: { readonly progress: GpuPackProgress }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const { state, receivedBytes, totalBytes, bytesPerSecond, remainingSeconds, part } = progress
  const texts = {
    downloading: [
      part,
      t('gpuPack.received', { received: format.bytes(receivedBytes), total: format.bytes(totalBytes) }),
      ...(bytesPerSecond !== null && remainingSeconds !== null
        ? [
            t('gpuPack.rate', { rate: format.bytes(bytesPerSecond) }),
            t('gpuPack.remaining', { time: format.duration(remainingSeconds) }),
          ]
        : []),
    ],
    checking: [t('gpuPack.checking', { part })],
    unpacking: [t('gpuPack.unpacking', { part })],
    cancelled: [t('gpuPack.stopped')],
    failed: [],
    done: [],
  }[state]
  if (texts.length === 0) return null
  return (
    <div className={styles.progress}>
      <ProgressBar
        label={t('gpuPack.label')}
        value={state === 'unpacking' || totalBytes === 0 ? null : receivedBytes / totalBytes}
        tone={isMoving(progress) ? 'accent' : 'quiet'}
        thick
      />
      <p role="status">{texts.filter((text) => text !== '').join('　')}</p>
    </div>
  )
}
