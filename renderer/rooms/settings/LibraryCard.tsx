import { FolderInput, FolderOpen, Trash2 } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { LeftLibrary, LibraryUsage } from '../../../core/contract/index.ts'
import { ErrorNotice, openOutside, toastError } from '../../errors/index.ts'
import { useFormat } from '../../language/index.ts'
import { Button, toast } from '../../ui/index.ts'
import {
  chooseDestination,
  connectUsage,
  disarmLeft,
  isMoving,
  loadUsage,
  pressRemoveLeft,
  useLibrary,
} from './library.store.ts'
import { MoveDialog } from './MoveDialog.tsx'
import { MoveEnd, MoveProgress } from './MoveProgress.tsx'
import { hostKind } from './settings.api.ts'
import { chooseLibrary, useSystem } from './system.store.ts'
import styles from './LibraryCard.module.css'

/** Where the library is and what it takes; its way to another place, and what was left behind. */
export function LibraryCard() {
  const { t } = useTranslation('settings')
  const system = useSystem((state) => state.system)
  const { usage, usageError, left, move } = useLibrary()
  useEffect(connectUsage, [])
  if (system.kind !== 'ready') return null
  const { libraryFolder, access } = system.info
  return (
    <div className={styles.card}>
      <p className={styles.help}>{t('library.help')}</p>
      <p className={styles.path}>{libraryFolder}</p>
      {usage && <Usage usage={usage} />}
      {usageError && <ErrorNotice error={usageError} onRetry={() => void loadUsage()} />}
      {move && isMoving(move) ? (
        <MoveProgress move={move} />
      ) : (
        <Acts folder={libraryFolder} isOurs={access.kind === 'writer'} />
      )}
      {move && !isMoving(move) && <MoveEnd move={move} />}
      {left.map((each) => (
        <Left key={each.id} left={each} />
      ))}
      <MoveDialog />
    </div>
  )
}

function Acts({ folder, isOurs }: { readonly folder: string; readonly isOurs: boolean }) {
  const { t } = useTranslation('settings')
  const busy = useSystem((state) => state.library.kind === 'changing')
  const choose = async () => {
    if (await chooseLibrary()) toast(t('library.changed'))
  }
  return (
    <div className={styles.acts}>
      <Button icon={<FolderInput size={15} />} onPress={() => void chooseDestination()} isDisabled={busy || !isOurs}>
        {t('library.move')}
      </Button>
      <Button icon={<FolderOpen size={15} />} onPress={() => void choose()} isDisabled={busy}>
        {t('library.choose')}
      </Button>
      {hostKind() === 'desktop' && (
        <Button variant="quiet" onPress={() => void openOutside(folder)}>
          {t('library.show')}
        </Button>
      )}
    </div>
  )
}

/** A bar with a part for each kind, and its legend. */
function Usage({ usage: { kinds, bytes, freeBytes } }: { readonly usage: LibraryUsage }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const total = format.bytes(bytes)
  return (
    <div className={styles.usage}>
      <p className={styles.total}>
        {freeBytes === null
          ? t('library.usage.total', { total })
          : t('library.usage.totalOf', { total, free: format.bytes(freeBytes) })}
      </p>
      {bytes > 0 && (
        <div className={styles.bar} aria-hidden>
          {kinds.map(({ kind, bytes: part }) => (
            <span key={kind} data-kind={kind} style={{ flexGrow: part }} />
          ))}
        </div>
      )}
      <ul className={styles.legend} aria-label={t('library.usage.title')}>
        {kinds.map(({ kind, bytes: part }) => (
          <li key={kind}>
            <span className={styles.dot} data-kind={kind} aria-hidden />
            <span>{t(`library.usage.kinds.${kind}`)}</span>
            <span className={styles.bytes}>{format.bytes(part)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** A copy that a move has left: deleted with a second press. */
function Left({ left: { id, folder, bytes } }: { readonly left: LeftLibrary }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const isArmed = useLibrary((state) => state.armed === id)
  const press = async () => {
    const error = await pressRemoveLeft(id)
    if (error) toastError(error)
  }
  return (
    <div className={styles.left}>
      <p>
        {t('library.left.text', { size: format.bytes(bytes) })}
        <span className={styles.place}>{folder}</span>
      </p>
      <Button
        variant={isArmed ? 'danger' : 'secondary'}
        icon={<Trash2 size={15} />}
        onPress={() => void press()}
        onBlur={() => disarmLeft(id)}
      >
        {t(isArmed ? 'library.left.removeNow' : 'library.left.remove')}
      </Button>
    </div>
  )
}
