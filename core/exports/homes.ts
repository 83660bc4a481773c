// Folders in which other programs, and this one, look for models.
import { join } from 'node:path'
import { lmStudioFolder } from '../local-models/caches.ts'

export interface Homes {
  /** The library's models. */
  readonly models: string
  /** Null where LM Studio has kept nothing here yet. */
  readonly lmStudio: string | null
}

export async function homesOf(libraryFolder: string, environment: NodeJS.ProcessEnv): Promise<Homes> {
  return { models: join(libraryFolder, 'models'), lmStudio: await lmStudioFolder(environment) }
}
