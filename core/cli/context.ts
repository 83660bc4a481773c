import { join } from 'node:path'
import { UserError, type AppError, type CallName, type Calls, type EventName, type Events } from '../contract/index.ts'
import type { SpawnEngineWith } from '../processes/port.ts'
import { createErrorLog, surviveErrors } from '../host/error-log.ts'
import { defaultLibraryFolder, userDataFolder } from '../files/folders.ts'
import type { SpawnLlamaCpp } from '../llama-cpp/client.ts'
import type { ApiServerService } from '../openai-server/service.ts'
import type { SpawnReader } from '../reader/client.ts'
import type { WantedAccess } from '../host/library-session.ts'
import { createStudio, type Studio } from '../host/studio.ts'

export interface CliHost {
  readonly version: string
  readonly resourcesFolder: string
  readonly spawnEngine: SpawnEngineWith
  readonly spawnReader: SpawnReader
  readonly spawnLlamaCpp: SpawnLlamaCpp
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

/** With what only the terminal may do. */
export interface OpenCliContext extends CliContext {
  readonly apiServer: ApiServerService
}

export interface CliStudioOptions {
  /** Null takes TERAKOYA_LIBRARY or the default one. */
  readonly libraryFolder: string | null
  readonly access: WantedAccess
}

/**
 * Opens the studio on a library folder. Throws UserError `cli/library-locked` where it is to be written in and another
 * studio does so already.
 */
export async function openCliStudio(
  host: CliHost,
  { libraryFolder, access }: CliStudioOptions,
): Promise<OpenCliContext> {
  const report = createErrorLog(join(userDataFolder(), 'errors.log'))
  // A training must not end with something beside it.
  if (access === 'write') surviveErrors(report)
  const studio = await createStudio({
    host: 'cli',
    access,
    report,
    preferencesFile: join(userDataFolder(), 'preferences.json'),
    version: host.version,
    resourcesFolder: host.resourcesFolder,
    libraryFolder: libraryFolder ?? defaultLibraryFolder(),
    spawnEngine: host.spawnEngine,
    spawnReader: host.spawnReader,
    spawnLlamaCpp: host.spawnLlamaCpp,
  })
  if (access === 'write') await requireWriter(studio)
  return {
    resourcesFolder: host.resourcesFolder,
    apiServer: studio.apiServer,
    async call(name, input) {
      const result = await studio.dispatch(name, input)
      if (!result.ok) throw inTerminal(result.error)
      return result.value as never
    },
    on: (name, listener) =>
      studio.on((event, payload) => {
        if (event === name) listener(payload as never)
      }),
    close: () => studio.close(),
  }
}

async function requireWriter(studio: Studio): Promise<void> {
  try {
    studio.requireWriter()
  } catch (error) {
    await studio.close()
    throw error instanceof UserError ? inTerminal(error.error) : error
  }
}

/** The terminal has no button to take a library over. */
const inTerminal = ({ code, facts }: AppError): UserError =>
  new UserError(code === 'library/locked' ? 'cli/library-locked' : code, facts)
