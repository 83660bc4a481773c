import { useTranslation } from 'react-i18next'
import { Button as AriaButton, TooltipTrigger } from 'react-aria-components'
import { shortcutText } from '../commands/index.ts'
import { rooms } from '../rooms/index.ts'
import { goTo, roomHint, roomTitle, type Room } from '../session/index.ts'
import { cx, Hint } from '../ui/index.ts'
import { useRoom } from './rooms.ts'
import { Seal } from './Seal.tsx'
import styles from './Rail.module.css'

/** Every room, by its icon and title. */
export function Rail() {
  const { t } = useTranslation('shell')
  const current = useRoom()
  return (
    <nav className={styles.rail} aria-label={t('rooms')}>
      <Seal />
      {rooms.map((room) => (
        <Item key={room.id} room={room} isCurrent={room === current} />
      ))}
    </nav>
  )
}

function Item({ room, isCurrent }: { readonly room: Room; readonly isCurrent: boolean }) {
  const Icon = room.icon
  return (
    <TooltipTrigger delay={700} closeDelay={0}>
      <AriaButton
        className={cx(styles.item, isCurrent && styles.current)}
        aria-current={isCurrent ? 'page' : undefined}
        onPress={() => goTo(room.id)}
      >
        <Icon size={20} strokeWidth={isCurrent ? 2.1 : 1.8} aria-hidden />
        <span className={styles.label}>{roomTitle(room)}</span>
      </AriaButton>
      <Hint placement="right">
        {roomHint(room)} {room.shortcut && <span className={styles.keys}>{shortcutText(room.shortcut)}</span>}
      </Hint>
    </TooltipTrigger>
  )
}
