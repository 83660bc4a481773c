// Folders in which other programs, and this one, look for models.
import { join } from 'node:path'
import { lmStudioFolders } from '../local-models/caches.ts'
import { isFolder } from '../local-models/library-models.ts'

export interface Homes {
  /** The library's models. */
  readonly models: string
  /** Null where LM Studio has kept nothing here yet. */
  readonly lmStudio: string | null
}

export async function homesOf(libraryFolder: string, environment: NodeJS.ProcessEnv): Promise<Homes> {
  const folders = lmStudioFolders(environment)
  const isThere = await Promise.all(folders.map(isFolder))
  return { models: join(libraryFolder, 'models'), lmStudio: folders.find((_, index) => isThere[index]) ?? null }
}
