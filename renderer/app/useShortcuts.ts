import { useEffect } from 'react'
import { isShortcut } from '../commands/index.ts'
import { rooms } from '../rooms/index.ts'
import { goTo } from '../session/index.ts'
import { usePalette } from './palette.store.ts'
import { allCommands } from './rooms.ts'

/**
 * The shell's own keys: Mod+K, the rooms' shortcuts, and those of commands. Other keys of a room are handled where they
 * are typed.
 */
export function useShortcuts(): void {
  useEffect(() => {
    const keyDown = (event: KeyboardEvent) => {
      if (event.isComposing || event.defaultPrevented) return
      const act = actOf(event)
      if (!act) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', keyDown)
    return () => window.removeEventListener('keydown', keyDown)
  }, [])
}

function actOf(event: KeyboardEvent): (() => void) | null {
  const isPressed = ({ shortcut }: { readonly shortcut?: string }) =>
    shortcut !== undefined && isShortcut(event, shortcut)
  if (isShortcut(event, 'Mod+K')) return () => usePalette.setState(({ isOpen }) => ({ isOpen: !isOpen }))
  const room = rooms.find(isPressed)
  if (room) return () => goTo(room.id)
  const command = allCommands().find((each) => isPressed(each) && each.canRun())
  return command ? () => void command.run() : null
}
