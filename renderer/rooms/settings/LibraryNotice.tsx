import { useTranslation } from 'react-i18next'
import type { LibraryHolder, LibraryMove } from '../../../core/contract/index.ts'
import { Button, Notice } from '../../ui/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../language/index.ts'
import { isMoving, useLibrary } from './library.store.ts'
import { takeLibrary, useSystem } from './system.store.ts'
import styles from './LibraryNotice.module.css'

/** Above every room while another studio writes in the library: who it is, and the act that takes the library over. */
export function LibraryNotice() {
  const { t } = useTranslation('settings')
  const language = useLanguage()
  const system = useSystem((state) => state.system)
  const library = useSystem((state) => state.library)
  const move = useLibrary((state) => state.move)
  if (move && isMoving(move)) return <Moving move={move} />
  if (system.kind !== 'ready' || system.info.access.kind === 'writer') return null
  const { holder } = system.info.access
  const isTaking = library.kind === 'changing'
  const take = (
    <Button size="small" isDisabled={isTaking} onPress={() => void takeLibrary()}>
      {isTaking ? t('reader.taking') : t('reader.take')}
    </Button>
  )
  return (
    <Notice tone="warning" className={styles.notice as string} actions={take}>
      {holder ? errorSentence({ code: 'library/locked', facts: factsOf(holder) }, language) : t('reader.released')}
      {holder?.isSilent && ` ${t('reader.silent')}`}
      {library.kind === 'failed' && <p role="alert">{errorSentence(library.error, language)}</p>}
    </Notice>
  )
}

/** While the library is on its way nothing is changed in it. */
function Moving({ move: { state, doneBytes, totalBytes } }: { readonly move: LibraryMove }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const share = format.percent(totalBytes > 0 ? doneBytes / totalBytes : 0)
  return (
    <Notice tone="info" className={styles.notice as string}>
      {t(state === 'checking' ? 'library.moving.noticeChecking' : 'library.moving.notice', { share })}
    </Notice>
  )
}

const factsOf = ({ kind, host, since }: LibraryHolder) => ({ program: kind, host, since })
