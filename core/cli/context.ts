import { join } from 'node:path'
import { UserError, type CallName, type Calls, type EventName, type Events } from '../contract/index.ts'
import type { SpawnEngine } from '../experiments/engine-port.ts'
import { defaultLibraryFolder, userDataFolder } from '../folders.ts'
import type { SpawnReader } from '../reader/client.ts'
import { createStudio } from '../studio.ts'

export interface CliHost {
  readonly version: string
  readonly resourcesFolder: string
  readonly spawnEngine: SpawnEngine
  readonly spawnReader: SpawnReader
  /** Serves the studio to a browser until it is told to end; given by the web host. */
  readonly serve: (args: readonly string[]) => Promise<number>
}

/** The studio as a command uses it: calls throw UserError, events are typed. */
export interface CliContext {
  readonly resourcesFolder: string
  call<N extends CallName>(name: N, input: Calls[N]['input']): Promise<Calls[N]['output']>
  on<N extends EventName>(name: N, listener: (payload: Events[N]) => void): () => void
  close(): Promise<void>
}

/** Opens the studio on a library folder; null takes TERAKOYA_LIBRARY or the default one. */
export async function openCliStudio(host: CliHost, libraryFolder: string | null): Promise<CliContext> {
  const studio = await createStudio({
    host: 'cli',
    version: host.version,
    resourcesFolder: host.resourcesFolder,
    preferencesFile: join(userDataFolder(), 'preferences.json'),
    libraryFolder: libraryFolder ?? defaultLibraryFolder(),
    spawnEngine: host.spawnEngine,
    spawnReader: host.spawnReader,
  })
  return {
    resourcesFolder: host.resourcesFolder,
    async call(name, input) {
      const result = await studio.dispatch(name, input)
      if (!result.ok) throw new UserError(result.error.code, result.error.facts)
      return result.value as never
    },
    on: (name, listener) => studio.on((event, payload) => { if (event === name) listener(payload as never) }),
    close: () => studio.close(),
  }
}
