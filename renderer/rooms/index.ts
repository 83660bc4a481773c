import type { Room } from '../session/index.ts'
import { chat } from './chat/room.tsx'
import { datasets } from './datasets/room.tsx'
import { experiments } from './experiments/room.tsx'
import { home } from './home/room.tsx'
import { models } from './models/room.tsx'
import { settings } from './settings/room.tsx'

/** The rooms of the window in the order of the rail. The first is shown until another is chosen. */
export const rooms: readonly Room[] = [home, datasets, experiments, chat, models, settings]
