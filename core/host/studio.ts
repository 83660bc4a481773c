import { dirname, join } from 'node:path'
import { languageFor, type Language } from '../../texts/index.ts'
import type { EventName, HostKind, Result } from '../contract/index.ts'
import { createDispatch } from './dispatch.ts'
import { createChatService } from '../chat/chat-service.ts'
import { createEngineClient, type EngineClient } from '../engine/engine-client.ts'
import type { SpawnEngineWith } from '../processes/port.ts'
import type { SpawnLlamaCpp } from '../llama-cpp/client.ts'
import { createModelReader, type SpawnReader } from '../reader/client.ts'
import { createExportService } from '../exports/service.ts'
import { keepSecret } from '../files/secrets.ts'
import { createGpuPackService } from '../gpu-pack/service.ts'
import { createModelFits } from '../local-models/fits.ts'
import { mayHoldTable } from '../datasets/formats/registry.ts'
import { createHubService, type HubService, type HubHost } from '../hub/service.ts'
import { createApiServer, type ApiServerService } from '../openai-server/service.ts'
import { closeAll } from './close-all.ts'
import { createErrorLog, type ReportBug } from './error-log.ts'
import type { HomeFolders } from './home-folders.ts'
import { rememberDevices } from './known-devices.ts'
import type { Emit, LibraryServices } from './library.ts'
import { isLibraryNamed, moverOf } from './library-mover.ts'
import { LibrarySession, type WantedAccess } from './library-session.ts'
import { SavedPreferences } from './saved-preferences.ts'
import { language as terminalLanguage, sentence } from './sentence.ts'
import { studioHandlers } from './studio-handlers.ts'

export interface StudioOptions {
  readonly host: HostKind
  /** `read`: a command that only looks; it leaves the library's lock to others. */
  readonly access?: WantedAccess
  readonly version: string
  /** The folder `resources` of the project or the installed application. */
  readonly resourcesFolder: string
  readonly preferencesFile: string
  /** Used unless the preferences name another folder. */
  readonly libraryFolder: string
  /** The user named that folder for this start: the preferences' one is not used. */
  readonly isLibraryNamed?: boolean
  readonly spawnEngine: SpawnEngineWith
  readonly spawnReader: SpawnReader
  readonly spawnLlamaCpp: SpawnLlamaCpp
  /** The host's keychain and proxy settings. */
  readonly hub?: HubHost
  /** What the window may choose among, where the host has no folder dialog. */
  readonly homeFolders?: HomeFolders
  /** The language that the system or the browser asks for; without it the terminal's. */
  readonly systemLanguage?: () => Language
  /** Names the folders of other programs; the process's where it is left out. */
  readonly environment?: NodeJS.ProcessEnv
  /** Opens a folder in the file manager, where the host has one. */
  readonly showFolder?: (folder: string) => Promise<void>
  /** Hears of bugs: exceptions that the user cannot fix. Defaults to `errors.log` beside the preferences. */
  readonly report?: ReportBug
}

/** The services behind one dispatch: every host (desktop, web, command line) calls these and nothing else. */
export interface Studio {
  dispatch(name: string, input: unknown): Promise<Result<unknown>>
  /** Hears every event; returns the function that ends the subscription. */
  on(listener: (name: EventName, payload: unknown) => void): () => void
  libraryFolder(): string
  /** The folders that a window may choose again without picking them: those in use and those of the start. */
  ownFolders(): readonly string[]
  /** Throws UserError `library/locked` or `library/read-only` where this studio may not write in its library. */
  requireWriter(): void
  /** Process id of the engine, if it runs. */
  enginePid(): number | undefined
  /** Stops a training run with a checkpoint, closes every dataset, ends the engine. */
  close(): Promise<void>
}

/** A studio as whoever opened it has it. */
export interface OpenStudio extends Studio {
  /** The server for OpenAI's clients. */
  readonly apiServer: ApiServerService
}

/**
 * Opens the library and builds the services. Throws UserError `library/unwritable` where the folder cannot be used.
 */
export async function createStudio(options: StudioOptions): Promise<OpenStudio> {
  const { emit, on } = createListeners()
  const engine = createEngineClient(() => options.spawnEngine(gpuPack.forEngine()))
  const reader = createModelReader(options.spawnReader)
  const devices = rememberDevices(engine)
  const fits = createModelFits({ reader, devices })
  const report = options.report ?? createErrorLog(join(dirname(options.preferencesFile), 'errors.log'))
  const preferences = await SavedPreferences.open(options.preferencesFile, report)
  const runs = {
    engine,
    devices,
    emit,
    models: () => session.current.models,
    experiments: () => session.current.experiments,
  }
  const chat = createChatService(runs)
  const session = await openLibrary(options, preferences, { engine, reader, devices, fits, chat, emit, report })
  const hub = hubOf(options, preferences, { session, reader, fits, emit })
  const exports = createExportService({
    ...runs,
    report,
    spawnLlamaCpp: options.spawnLlamaCpp,
    libraryFolder: () => session.current.folder,
    listFile: join(dirname(options.preferencesFile), 'exports.json'),
    environment: options.environment ?? process.env,
    publisher: () => hub.publisher,
  })
  const gpuPack = gpuPackOf(options, preferences, { engine, devices, emit })
  const apiServer = apiServerOf(options, { ...runs, report, language: () => languageOf(options, preferences) })
  const mover = moverOf(options, preferences, { session, exports, hub, emit, on, report })

  on((name) => {
    if (name === 'system.library') void hub.leaveLibrary().catch((error: unknown) => report('hub', error))
  })
  const services = { chat, exports, hub, gpuPack, apiServer, mover }
  const handlers = studioHandlers({ options, session, preferences, devices, emit, ...services })
  return {
    dispatch: createDispatch(handlers, report),
    on,
    libraryFolder: () => session.current.folder,
    ownFolders: () => [session.current.folder, options.libraryFolder, ...gpuPack.folders()],
    requireWriter: () => session.requireWriter(),
    apiServer,
    enginePid: () => engine.pid(),
    // The processes keep the host alive: they go whatever becomes of the rest.
    close: () =>
      closeAll([
        () => apiServer.close(),
        () => mover.close(),
        () => exports.close(),
        () => hub.close(),
        () => gpuPack.close(),
        () => session.close(),
        () => engine.close(),
        () => reader.close(),
      ]),
  }
}

const hubOf = (
  { hub, environment = process.env, preferencesFile }: StudioOptions,
  preferences: SavedPreferences,
  { session, emit, ...looks }: { session: LibrarySession; emit: Emit } & Pick<LibraryServices, 'reader' | 'fits'>,
): HubService =>
  createHubService({
    ...hub,
    environment,
    preferencesFile,
    libraryFolder: () => session.current.folder,
    mayHoldTable,
    models: { ...looks, localIdOf: (id) => session.current.models.localIdOf(id) },
    isOffline: () => preferences.current.offline,
    emit,
  })

/** The pack for NVIDIA cards: another one needs an engine that was started after it. */
const gpuPackOf = (
  { preferencesFile }: StudioOptions,
  preferences: SavedPreferences,
  { engine, devices, emit }: { engine: EngineClient; devices: ReturnType<typeof rememberDevices>; emit: Emit },
) =>
  createGpuPackService({
    preferencesFile,
    folder: preferences.current.gpuPackFolder,
    isOffline: () => preferences.current.offline,
    saveFolder: (folder) => preferences.save({ gpuPackFolder: folder }),
    emit,
    onChange() {
      engine.renew()
      devices.forget()
    },
    isChanged: () => devices.latest()?.devices.some(({ reason }) => reason === 'pack-changed') ?? false,
  })

const languageOf = ({ systemLanguage = terminalLanguage }: StudioOptions, { current }: SavedPreferences): Language =>
  languageFor(current.language, systemLanguage())

const API_KEY_FILE = 'api-key'

/** Clients hear of errors in the language of the window. A bug is logged, and they get its reference. */
const apiServerOf = (
  { preferencesFile, hub }: StudioOptions,
  {
    report,
    language,
    ...studio
  }: Omit<Parameters<typeof createApiServer>[0], 'secrets' | 'word'> & {
    readonly report: ReportBug
    readonly language: () => Language
  },
) =>
  createApiServer({
    ...studio,
    secrets: keepSecret({
      folder: dirname(preferencesFile),
      name: API_KEY_FILE,
      ...(hub?.cipher && { cipher: hub.cipher }),
    }),
    word: (error, cause) =>
      sentence(error.code === 'internal' ? { ...error, facts: { message: report('api', cause) } } : error, language()),
  })

/** Who hears the events. */
function createListeners(): Pick<Studio, 'on'> & { readonly emit: Emit } {
  const listeners = new Set<(name: EventName, payload: unknown) => void>()
  return {
    emit: (name, payload) => listeners.forEach((listener) => listener(name, payload)),
    on(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Opens the library in use. Where it cannot be opened, the engine and the reader are ended. */
function openLibrary(
  options: StudioOptions,
  preferences: SavedPreferences,
  services: Omit<LibraryServices, 'resourcesFolder' | 'kind' | 'language' | 'showFolder' | 'environment'>,
): Promise<LibrarySession> {
  const { engine, reader } = services
  const chosen = isLibraryNamed(options) ? null : preferences.current.libraryFolder
  return LibrarySession.open(
    chosen ?? options.libraryFolder,
    {
      resourcesFolder: options.resourcesFolder,
      kind: options.host,
      language: () => languageOf(options, preferences),
      environment: options.environment ?? process.env,
      ...(options.showFolder && { showFolder: options.showFolder }),
      ...services,
    },
    options.access,
  ).catch(async (error: unknown) => {
    await closeAll([() => engine.close(), () => reader.close()])
    throw error
  })
}
