import { Box } from 'lucide-react'
import type { Room } from '../../session/index.ts'
import { connectModels } from './models.store.ts'
import { ModelsRoom } from './ModelsRoom.tsx'

declare module '../../session/index.ts' {
  interface RoomIds {
    readonly models: true
  }
}

export const models: Room = {
  id: 'models',
  view: ModelsRoom,
  icon: Box,
  texts: 'models',
  shortcut: 'Mod+5',
  connect: connectModels,
}
