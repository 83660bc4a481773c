import { Box, FlaskConical, House, MessageSquareText, Settings, Table2, type LucideIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button as AriaButton, TooltipTrigger } from 'react-aria-components'
import { cx, Hint } from '../ui/index.ts'
import { rooms, useSession, type Room } from '../session/index.ts'
import { shortcutText } from '../commands/index.ts'
import { Seal } from './Seal.tsx'
import styles from './Rail.module.css'

export const roomIcons: Record<Room, LucideIcon> = {
  home: House,
  datasets: Table2,
  experiments: FlaskConical,
  chat: MessageSquareText,
  models: Box,
  settings: Settings,
}

/** The six rooms. */
export function Rail() {
  const { t } = useTranslation(['shell', 'common'])
  const room = useSession((state) => state.room)
  const go = useSession((state) => state.go)
  return (
    <nav className={styles.rail} aria-label={t('rooms')}>
      <Seal />
      {rooms.map((id, index) => {
        const Icon = roomIcons[id]
        return (
          <TooltipTrigger key={id} delay={700} closeDelay={0}>
            <AriaButton
              className={cx(styles.item, id === room && styles.current)}
              aria-current={id === room ? 'page' : undefined}
              onPress={() => go(id)}
            >
              <Icon size={20} strokeWidth={id === room ? 2.1 : 1.8} aria-hidden />
              <span className={styles.label}>{t(`common:rooms.${id}`)}</span>
            </AriaButton>
            <Hint placement="right">
              {t(`hints.${id}`)} <span className={styles.keys}>{shortcutText(`Mod+${index + 1}`)}</span>
            </Hint>
          </TooltipTrigger>
        )
      })}
    </nav>
  )
}
