import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * Where the studio keeps what belongs to the user's account rather than to a library (preferences). `TERAKOYA_HOME`
 * overrides it.
 */
export function userDataFolder(): string {
  const override = process.env['TERAKOYA_HOME']
  if (override) return override
  const name = 'Terakoya Studio'
  if (process.platform === 'win32') return join(process.env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), name)
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', name)
  return join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'terakoya-studio')
}

/** What can be made again at any time. */
export function cacheFolder(): string {
  const override = process.env['TERAKOYA_HOME']
  if (override) return join(override, 'cache')
  if (process.platform === 'win32')
    return join(process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Terakoya Studio', 'Cache')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'Terakoya Studio')
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'terakoya-studio')
}

/**
 * The library that is used until the user chooses one: datasets, models and experiments as plain files.
 * `TERAKOYA_LIBRARY` overrides it.
 */
export function defaultLibraryFolder(): string {
  const override = process.env['TERAKOYA_LIBRARY']
  return override ? namedFolder(override) : join(homedir(), 'Terakoya')
}

/** The absolute path of a folder as it was typed. `~` is the home folder, also where the shell has left it as it is. */
export const namedFolder = (typed: string): string => resolve(typed.replace(/^~(?=$|[\\/])/, () => homedir()))
