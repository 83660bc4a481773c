import { useEffect, useReducer } from 'react'
import { useTranslation } from 'react-i18next'
import { shortcutText, type PaletteEntry, type PaletteSection } from '../commands/index.ts'
import { rooms } from '../rooms/index.ts'
import { goTo, roomTitle } from '../session/index.ts'
import { allCommands } from './rooms.ts'

/** Everything the palette can find, in sections. */
export function usePaletteSections(): readonly PaletteSection[] {
  const { t } = useTranslation('shell')
  useFindingsNow()
  return [
    { id: 'commands', title: t('palette.commands'), entries: commandEntries() },
    { id: 'rooms', title: t('palette.rooms'), entries: roomEntries() },
    ...rooms.flatMap(({ findings }) => findings?.sections() ?? []),
  ]
}

/** Draws again whenever a store changes that a room's findings come from. */
function useFindingsNow(): void {
  const [, drawAgain] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const ends = rooms.flatMap(({ findings }) => findings?.stores.map((store) => store.subscribe(drawAgain)) ?? [])
    return () => ends.forEach((end) => end())
  }, [])
}

const commandEntries = (): readonly PaletteEntry[] =>
  allCommands()
    .filter((command) => command.canRun())
    .map(({ id, label, detail, keywords = '', icon, shortcut, run }) => ({
      id,
      label,
      ...(detail && { detail }),
      keywords: `${id} ${keywords}`,
      icon,
      ...(shortcut && { aside: shortcutText(shortcut) }),
      run: () => void run(),
    }))

const roomEntries = (): readonly PaletteEntry[] =>
  rooms.map((room) => ({
    id: `room.${room.id}`,
    label: roomTitle(room),
    keywords: room.id,
    icon: <room.icon size={15} />,
    ...(room.shortcut && { aside: shortcutText(room.shortcut) }),
    run: () => goTo(room.id),
  }))
