import { Settings } from 'lucide-react'
import type { Room } from '../../session/index.ts'
import { connectMoves } from './library.store.ts'
import { settingsCommands } from './settings.commands.tsx'
import { SettingsRoom } from './SettingsRoom.tsx'
import { connectSystem } from './system.store.ts'

declare module '../../session/index.ts' {
  interface RoomIds {
    readonly settings: true
  }
}

export const settings: Room = {
  id: 'settings',
  view: SettingsRoom,
  icon: Settings,
  texts: 'settings',
  shortcut: 'Mod+6',
  commands: settingsCommands,
  connect() {
    const ends = [connectSystem(), connectMoves()]
    return () => ends.forEach((end) => end())
  },
}
