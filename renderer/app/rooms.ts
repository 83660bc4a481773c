import type { Command } from '../commands/index.ts'
import { rooms } from '../rooms/index.ts'
import { useSession, type Room } from '../session/index.ts'

/** The room in view. One that this version does not have counts as the first. */
export function useRoom(): Room {
  const id = useSession((state) => state.room)
  return rooms.find((room) => room.id === id) ?? (rooms[0] as Room)
}

/** Every command that there is now, in the language of the interface. */
export const allCommands = (): readonly Command[] =>
  [...rooms]
    .sort((a, b) => Number(b.commandsFirst ?? false) - Number(a.commandsFirst ?? false))
    .flatMap((room) => room.commands?.() ?? [])
