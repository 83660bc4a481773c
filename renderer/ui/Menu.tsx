import type { ReactNode } from 'react'
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components'
import { cx } from './cx.ts'
import styles from './Menu.module.css'

export interface MenuEntry {
  readonly id: string
  readonly label: string
  readonly icon?: ReactNode
  readonly shortcut?: string
  readonly isDisabled?: boolean
  /** Removes or stops: drawn in 朱. */
  readonly danger?: boolean
  /** Draws a line above. */
  readonly separated?: boolean
  readonly onAction: () => void
}

/** A button (`trigger`) that opens a menu below itself. */
export function Menu({
  trigger,
  entries,
  label,
}: {
  readonly trigger: ReactNode
  readonly entries: readonly MenuEntry[]
  readonly label?: string
}) {
  return (
    <MenuTrigger>
      {trigger}
      <MenuPopover entries={entries} label={label} />
    </MenuTrigger>
  )
}

/** The list of a menu, for a MenuTrigger of your own. */
export function MenuPopover({
  entries,
  label,
}: {
  readonly entries: readonly MenuEntry[]
  readonly label?: string | undefined
}) {
  return (
    <Popover className={styles.popover as string} offset={4}>
      <AriaMenu className={styles.menu as string} aria-label={label}>
        {entries.flatMap((entry) => [
          ...(entry.separated ? [<Separator key={`${entry.id}-line`} className={styles.line as string} />] : []),
          <MenuItem
            key={entry.id}
            id={entry.id}
            textValue={entry.label}
            isDisabled={entry.isDisabled ?? false}
            onAction={entry.onAction}
            className={cx(styles.item, entry.danger && styles.danger)}
          >
            <span className={styles.icon}>{entry.icon}</span>
            <span className={styles.label}>{entry.label}</span>
            {entry.shortcut !== undefined && <kbd className={styles.keys}>{entry.shortcut}</kbd>}
          </MenuItem>,
        ])}
      </AriaMenu>
    </Popover>
  )
}
