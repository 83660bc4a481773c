import { X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { IconButton, ProgressBar } from '../../ui/index.ts'
import { useFormat } from '../../language/index.ts'
import { cancelImport } from './datasets.actions.ts'
import { useDatasets, type ImportState } from './datasets.store.ts'
import styles from './ImportProgressNote.module.css'

/** The file that is being imported: how far it is, how long it will take, and the way to end it. */
export function ImportProgressNote() {
  const { t } = useTranslation('datasets')
  const importing = useDatasets((state) => state.importing)
  if (!importing) return null
  const { file, progress, isStopping } = importing
  return (
    <div className={styles.note}>
      <p role="status" className={styles.file}>
        {t('importing', { name: file })}
      </p>
      <IconButton icon={<X size={15} />} label={t('importStop')} isDisabled={isStopping} onPress={cancelImport} />
      <ProgressBar
        label={t('importing', { name: file })}
        value={progress?.share ?? null}
        tone={isStopping ? 'quiet' : 'accent'}
        className={styles.bar as string}
      />
      <p className={styles.figures}>
        <Figures importing={importing} />
      </p>
    </div>
  )
}

function Figures({ importing: { progress, isStopping } }: { readonly importing: ImportState }) {
  const { t } = useTranslation('datasets')
  const format = useFormat()
  if (isStopping) return t('importStopping')
  const { rowCount = 0, share = null, remainingSeconds = null } = progress ?? {}
  const parts = [
    ...(rowCount > 0
      ? [t('rows', { count: rowCount, rows: format.number(rowCount) })]
      : share !== null
        ? [format.percent(share)]
        : []),
    ...(remainingSeconds === null ? [] : [t('importRemaining', { time: format.duration(remainingSeconds) })]),
  ]
  return parts.length > 0 ? parts.join('　') : t('importStarting')
}
