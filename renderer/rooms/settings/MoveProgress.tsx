import { useTranslation } from 'react-i18next'
import type { LibraryMove } from '../../../core/contract/index.ts'
import { ErrorNotice, toastError } from '../../errors/index.ts'
import { useFormat } from '../../language/index.ts'
import { Button, Notice, ProgressBar } from '../../ui/index.ts'
import { cancelMove } from './library.store.ts'
import styles from './LibraryCard.module.css'

/** A move under way. */
export function MoveProgress({ move }: { readonly move: LibraryMove }) {
  const { t } = useTranslation(['settings', 'common'])
  const format = useFormat()
  const { state, to, doneBytes, totalBytes, remainingSeconds } = move
  const label = t(state === 'checking' ? 'library.moving.checking' : 'library.moving.copying')
  const stop = async () => {
    const error = await cancelMove()
    if (error) toastError(error)
  }
  return (
    <div className={styles.progress}>
      <p>
        {label} <span className={styles.place}>{to}</span>
      </p>
      <ProgressBar label={label} value={totalBytes > 0 ? doneBytes / totalBytes : null} />
      <div className={styles.acts}>
        <span className={styles.bytes}>
          {t('library.moving.done', { done: format.bytes(doneBytes), total: format.bytes(totalBytes) })}
          {remainingSeconds !== null && t('library.moving.remaining', { time: format.duration(remainingSeconds) })}
        </span>
        <Button size="small" onPress={() => void stop()}>
          {t('common:cancel')}
        </Button>
      </div>
    </div>
  )
}

/** What became of the last move. */
export function MoveEnd({ move: { state, error } }: { readonly move: LibraryMove }) {
  const { t } = useTranslation('settings')
  if (error) return <ErrorNotice error={error} />
  return <Notice tone="info">{t(state === 'done' ? 'library.moving.ended' : 'library.moving.cancelled')}</Notice>
}
