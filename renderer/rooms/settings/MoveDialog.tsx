import { useTranslation } from 'react-i18next'
import type { LibraryMovePlan, LibraryMoveWarning } from '../../../core/contract/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { useFormat } from '../../language/index.ts'
import { Button, Dialog, LoadingPane, Notice } from '../../ui/index.ts'
import { chooseDestination, closeMove, startMove, useLibrary } from './library.store.ts'
import styles from './LibraryCard.module.css'

/** What moving the library would mean, before it is done. */
export function MoveDialog() {
  const { t } = useTranslation(['settings', 'common'])
  const asking = useLibrary((state) => state.asking)
  if (asking.kind === 'closed') return null
  return (
    <Dialog
      title={t('library.moving.title')}
      isOpen
      onClose={closeMove}
      actions={
        <>
          <Button onPress={closeMove}>{t('common:cancel')}</Button>
          {asking.kind === 'failed' && (
            <Button variant="primary" onPress={() => void chooseDestination()}>
              {t('library.moving.another')}
            </Button>
          )}
          {asking.kind === 'ready' && (
            <Button variant="primary" isDisabled={asking.isStarting} onPress={() => void startMove()}>
              {t('library.moving.start')}
            </Button>
          )}
        </>
      }
    >
      {asking.kind === 'planning' && <LoadingPane />}
      {asking.kind === 'failed' && <ErrorNotice error={asking.error} />}
      {asking.kind === 'ready' && <Plan plan={asking.plan} />}
    </Dialog>
  )
}

function Plan({ plan: { from, to, bytes, files, freeBytes, warnings } }: { readonly plan: LibraryMovePlan }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const size = t('library.moving.size', { count: files, size: format.bytes(bytes) })
  return (
    <div className={styles.plan}>
      <dl className={styles.facts}>
        <dt>{t('library.moving.from')}</dt>
        <dd className={styles.place}>{from}</dd>
        <dt>{t('library.moving.to')}</dt>
        <dd className={styles.place}>{to}</dd>
        <dt>{t('library.moving.what')}</dt>
        <dd>{freeBytes === null ? size : t('library.moving.sizeOf', { size, free: format.bytes(freeBytes) })}</dd>
      </dl>
      {warnings.map((warning) => (
        <Notice key={warning.kind} tone="warning">
          <Warning warning={warning} />
        </Notice>
      ))}
      <p className={styles.help}>{t('library.moving.how')}</p>
    </div>
  )
}

function Warning({ warning }: { readonly warning: LibraryMoveWarning }) {
  const { t } = useTranslation('settings')
  if (warning.kind !== 'cloud') return t(`library.moving.warnings.${warning.kind}`)
  const service = t(`library.moving.services.${warning.service}`)
  return t(
    warning.service === 'google-drive' ? 'library.moving.warnings.googleDrive' : 'library.moving.warnings.cloud',
    { service },
  )
}
