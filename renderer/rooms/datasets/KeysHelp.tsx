import { useTranslation } from 'react-i18next'
import { Sheet } from '../../ui/index.ts'
import { shortcutText } from '../../commands/index.ts'
import styles from './DatasetsRoom.module.css'

/** Which keys do what in the table. */
export function KeysHelp({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation('datasets')
  const mod = (keys: string): string => shortcutText(`Mod+${keys}`)
  const rows: readonly (readonly [what: string, keys: string])[] = [
    [t('keys.type'), t('keys.typeKeys')],
    [t('keys.edit'), t('keys.editKeys')],
    [t('keys.commit'), 'Enter / Tab'],
    [t('keys.lineBreak'), shortcutText('Alt+Enter')],
    [t('keys.cancel'), 'Esc'],
    [t('keys.clear'), 'Delete'],
    [t('keys.move'), '← ↑ ↓ → / PageUp / PageDown'],
    [t('keys.edge'), `Home / End / ${mod('←→↑↓')}`],
    [t('keys.range'), shortcutText('Shift+←→↑↓')],
    [t('keys.all'), `${mod('A')} / ${shortcutText('Shift+Space')} / Ctrl+Space`],
    [t('keys.clipboard'), `${mod('C')} / ${mod('X')} / ${mod('V')}`],
    [t('keys.fill'), `${mod('D')} / ${mod('R')}`],
    [t('keys.ranges'), mod(t('keys.click'))],
    [t('keys.moveLines'), shortcutText('Alt+Shift+←→↑↓')],
    [t('keys.rows'), `${mod('Shift+Plus')} / ${mod('Minus')}`],
    [t('keys.history'), `${mod('Z')} / ${mod('Shift+Z')}`],
    [t('keys.find'), `${mod('F')} / ${shortcutText('Ctrl+H')}`],
    [t('keys.zoom'), mod(t('keys.wheel'))],
    [t('keys.save'), mod('S')],
    [t('keys.menu'), shortcutText('Shift+F10')],
    [t('keys.leave'), 'F6 / Shift+F6'],
  ]
  return (
    <Sheet title={t('keys.title')} isOpen={isOpen} onClose={onClose}>
      <p className={styles.helpText}>{t('keys.intro')}</p>
      <dl className={styles.keys}>
        {rows.map(([what, keys]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              <kbd>{keys}</kbd>
            </dd>
          </div>
        ))}
      </dl>
      <p className={styles.helpText}>{t('keys.mouseText')}</p>
      <p className={styles.helpText}>{t('keys.leaveText')}</p>
    </Sheet>
  )
}
