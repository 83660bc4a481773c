import { useTranslation } from 'react-i18next'
import { settingTexts } from '../../../core/contract/index.ts'
import { Button, Dialog } from '../../ui/index.ts'
import { useLanguage } from '../../language/index.ts'
import { useChat } from './chat.store.ts'
import { flagKeys, isAsking, labelOfFlag, nameOfFlag } from './flags.ts'
import styles from './FlagsHelp.module.css'

/** What `--help` shows: every setting that a text may begin with, and its value now. */
export function FlagsHelp() {
  const { t } = useTranslation(['chat', 'common'])
  const language = useLanguage()
  const isOpen = useChat((state) => state.helpOpen)
  const settings = useChat((state) => state.settings)
  const asking = useChat((state) => state.asking)
  const close = () => useChat.setState({ helpOpen: false, draft: '' })
  return (
    <Dialog
      title={t('flags.title')}
      isOpen={isOpen}
      onClose={close}
      actions={
        <Button variant="primary" onPress={close}>
          {t('common:close')}
        </Button>
      }
    >
      <p className={styles.help}>{t('flags.help')}</p>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t('flags.name')}</th>
            <th>{t('flags.meaning')}</th>
            <th>{t('flags.value')}</th>
          </tr>
        </thead>
        <tbody>
          {flagKeys.map((key) => (
            <tr key={key}>
              <td>
                <code>{`--${nameOfFlag(key)}`}</code>
              </td>
              <td>
                <strong>{labelOfFlag(key, language)}</strong>
                <span className={styles.meaning}>
                  {isAsking(key) ? t(`askingHelp.${key}`) : settingTexts(key, language).help}
                </span>
              </td>
              <td>{String(isAsking(key) ? asking[key] : (settings[key] ?? ''))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  )
}
