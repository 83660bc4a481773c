import { FolderInput, FolderOpen } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button, DropArea } from '../../../ui/index.ts'
import { AdditionItem } from '../downloads/DownloadItem.tsx'
import { useDownloads } from '../downloads/downloads.store.ts'
import { addByDialog, addDropped } from '../models.actions.ts'
import styles from './Add.module.css'

/** A folder of this computer is copied into the library: chosen in a dialog, or dropped here. */
export function FolderTab() {
  const { t } = useTranslation('models')
  const additions = useDownloads((state) => state.additions)
  return (
    <DropArea
      icon={<FolderInput size={28} aria-hidden />}
      title={t('drop.title')}
      text={t('drop.text')}
      onDrop={(dropped) => void addDropped(dropped)}
    >
      <div className={styles.tab}>
        <p>{t('add.folder.lead')}</p>
        <div className={styles.target}>
          <Button variant="primary" icon={<FolderOpen size={15} />} onPress={() => void addByDialog()}>
            {t('add.folder.choose')}
          </Button>
          <p className={styles.quiet}>{t('add.folder.drop')}</p>
        </div>
        {additions.length > 0 && (
          <ul className={styles.additions} aria-label={t('downloads.title')}>
            {additions.map((addition) => (
              <AdditionItem key={addition.additionId} addition={addition} />
            ))}
          </ul>
        )}
      </div>
    </DropArea>
  )
}
