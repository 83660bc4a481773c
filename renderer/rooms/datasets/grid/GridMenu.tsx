import type { TFunction } from 'i18next'
import { useEffect, useState } from 'react'
import { Menu as AriaMenu, MenuItem, Popover, Separator } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { cx } from '../../../ui/index.ts'
import { shortcutText } from '../../../commands/index.ts'
import { menuOffset } from './measures.ts'
import { commandOf, CONTEXT_MENU, isDanger, runFromMenu, type CommandContext, type CommandId } from './commands.ts'
import styles from './Grid.module.css'

/** The menu of the selected cells, at the mouse or at the active cell. */
export function GridMenu({ context }: { readonly context: CommandContext }) {
  const { t } = useTranslation('datasets')
  const { store } = context.env
  const place = useStore(store, (state) => state.menu)
  const [point, setPoint] = useState<HTMLDivElement | null>(null)
  const [heightPx, measure] = useHeight()
  const close = () => store.setState({ menu: null })
  return (
    <>
      <div
        ref={setPoint}
        aria-hidden
        className={styles.menuPoint}
        style={{ left: place?.x ?? 0, top: place?.y ?? 0 }}
      />
      <Popover
        className={styles.popover}
        triggerRef={{ current: point }}
        isOpen={place !== null}
        onOpenChange={(open) => !open && close()}
        placement="bottom start"
        shouldFlip={false}
        offset={menuOffset(place?.y ?? 0, heightPx, window.innerHeight)}
      >
        <AriaMenu
          ref={measure}
          autoFocus="first"
          aria-label={t('grid.menu')}
          className={styles.menu}
          onAction={(key) => {
            close()
            runFromMenu(key as CommandId, context)
          }}
        >
          {menuItems(context, t)}
        </AriaMenu>
      </Popover>
    </>
  )
}

/** The height of all that an element holds, also what it hides, and the ref that measures it. */
function useHeight(): [heightPx: number, ref: (element: HTMLElement | null) => void] {
  const [heightPx, setHeight] = useState(0)
  const [element, setElement] = useState<HTMLElement | null>(null)
  useEffect(() => {
    if (!element) return
    // A menu's items come after the menu.
    const observer = new ResizeObserver(() => setHeight(element.scrollHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return [heightPx, setElement]
}

const menuItems = (context: CommandContext, t: TFunction<'datasets'>) =>
  CONTEXT_MENU.flatMap((section, index) => [
    ...(index > 0 ? [<Separator key={`line${index}`} className={styles.menuLine as string} />] : []),
    ...section.map((id) => {
      const command = commandOf(id)
      return (
        <MenuItem
          key={id}
          id={id}
          textValue={t(`grid.command.${id}`)}
          isDisabled={!command.canRun(context)}
          className={cx(styles.menuItem, isDanger(id) && styles.menuDanger)}
        >
          <span className={styles.menuLabel}>{t(`grid.command.${id}`)}</span>
          {command.shortcut !== undefined && <kbd className={styles.keys}>{shortcutText(command.shortcut)}</kbd>}
        </MenuItem>
      )
    }),
  ])
