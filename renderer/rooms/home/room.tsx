import { House } from 'lucide-react'
import type { Room } from '../../session/index.ts'
import { HomeRoom } from './HomeRoom.tsx'

declare module '../../session/index.ts' {
  interface RoomIds {
    readonly home: true
  }
}

export const home: Room = { id: 'home', view: HomeRoom, icon: House, texts: 'home', shortcut: 'Mod+1' }
