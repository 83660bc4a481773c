import { Box } from 'lucide-react'
import type { Room } from '../../session/index.ts'
import { connectAdd } from './add/add.store.ts'
import { connectDownloads } from './downloads/downloads.store.ts'
import { modelCommands, modelFindings } from './models.commands.tsx'
import { connectModels, useModels } from './models.store.ts'
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
  commands: modelCommands,
  findings: { stores: [useModels], sections: modelFindings },
  connect: () => {
    const ends = [connectModels(), connectDownloads(), connectAdd()]
    return () => ends.forEach((end) => end())
  },
}
