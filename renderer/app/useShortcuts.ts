import { useEffect } from 'react'
import { goTo, rooms } from '../session/index.ts'
import { isShortcut } from '../commands/index.ts'
import { usePalette } from './palette.store.ts'
import { useCommands } from './useCommands.tsx'

/**
 * The shell's own keys: Mod+K, Mod+1…6, and the shortcuts of experiment commands. A room's keys are handled where they
 * are typed.
 */
export function useShortcuts(): void {
  const commands = useCommands()
  useEffect(() => {
    const keyDown = (event: KeyboardEvent) => {
      if (event.isComposing || event.defaultPrevented) return
      const act = actOf(event)
      if (!act) return
      event.preventDefault()
      act()
    }
    const actOf = (event: KeyboardEvent): (() => void) | null => {
      if (isShortcut(event, 'Mod+K')) return () => usePalette.setState(({ isOpen }) => ({ isOpen: !isOpen }))
      const room = rooms.find((_, index) => isShortcut(event, `Mod+${index + 1}`))
      if (room) return () => goTo(room)
      const command = commands().find(
        ({ id, shortcut, canRun }) =>
          id.startsWith('experiments.') && shortcut !== undefined && isShortcut(event, shortcut) && canRun(),
      )
      return command ? () => void command.run() : null
    }
    window.addEventListener('keydown', keyDown)
    return () => window.removeEventListener('keydown', keyDown)
  }, [commands])
}
