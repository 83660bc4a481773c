import { statfs } from 'node:fs/promises'
import { arch, cpus, freemem, platform, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { languageFor, type Language } from '../../texts/index.ts'
import {
  contracts,
  UserError,
  type CallName,
  type EventName,
  type Events,
  type Handlers,
  type HostKind,
  type LibraryAccess,
  type Result,
  type SystemInfo,
} from '../contract/index.ts'
import { createDispatch } from './dispatch.ts'
import { createChatService } from '../chat/chat-service.ts'
import { createEngineClient, type EngineClient } from '../engine/engine-client.ts'
import type { SpawnEngineWith } from '../processes/port.ts'
import type { DeviceReport } from '../engine/engine-protocol.ts'
import { createModelReader, type SpawnReader } from '../reader/client.ts'
import { createGpuPackService } from '../gpu-pack/service.ts'
import { importEndings } from '../datasets/formats/registry.ts'
import { createHubService, type HubHost } from '../hub/service.ts'
import { closeAll } from './close-all.ts'
import { createErrorLog, type ReportBug } from './error-log.ts'
import type { HomeFolders } from './home-folders.ts'
import { LibrarySession, type WantedAccess } from './library-session.ts'
import { readPreferences, writePreferences } from './preferences.ts'
import { language as terminalLanguage } from './sentence.ts'

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
  /** The host's keychain and proxy settings. */
  readonly hub?: HubHost
  /** What the window may choose among, where the host has no folder dialog. */
  readonly homeFolders?: HomeFolders
  /** The language that the system or the browser asks for; without it the terminal's. */
  readonly systemLanguage?: () => Language
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

/**
 * Opens the library and builds the services. Throws UserError `library/unwritable` where the folder cannot be used.
 */
export async function createStudio(options: StudioOptions): Promise<Studio> {
  const listeners = new Set<(name: EventName, payload: unknown) => void>()
  const emit = <N extends EventName>(name: N, payload: Events[N]) =>
    listeners.forEach((listener) => listener(name, payload))
  const engine = createEngineClient(() => options.spawnEngine(gpuPack.forEngine()))
  const reader = createModelReader(options.spawnReader)
  const devices = rememberDevices(engine)
  const report = options.report ?? createErrorLog(join(dirname(options.preferencesFile), 'errors.log'))
  let preferences = await readPreferences(options.preferencesFile, report)
  const language = () => languageFor(preferences.language, (options.systemLanguage ?? terminalLanguage)())

  // The command line and TERAKOYA_LIBRARY name their folder on purpose; only the windows follow the preferences.
  const chosen =
    options.host === 'cli' || options.isLibraryNamed || process.env['TERAKOYA_LIBRARY']
      ? null
      : preferences.libraryFolder
  const session = await LibrarySession.open(
    chosen ?? options.libraryFolder,
    { resourcesFolder: options.resourcesFolder, kind: options.host, engine, reader, devices, emit, report, language },
    options.access,
  ).catch(async (error: unknown) => {
    await closeAll([() => engine.close(), () => reader.close()])
    throw error
  })
  const chat = createChatService({
    engine,
    devices,
    emit,
    models: () => session.current.models,
    experiments: () => session.current.experiments,
  })
  const hub = createHubService({
    ...options.hub,
    preferencesFile: options.preferencesFile,
    libraryFolder: () => session.current.folder,
    importEndings,
    emit,
  })

  const gpuPack = createGpuPackService({
    preferencesFile: options.preferencesFile,
    folder: preferences.gpuPackFolder,
    saveFolder: (folder) => save({ gpuPackFolder: folder }),
    emit,
    onChange() {
      engine.renew()
      devices.forget()
    },
    isChanged: () => devices.latest()?.devices.some(({ reason }) => reason === 'pack-changed') ?? false,
  })

  let saving: Promise<unknown> = Promise.resolve()
  /** Saves follow each other; one that fails changes nothing. */
  const save = (changes: Partial<typeof preferences>): Promise<void> => {
    const saved = saving.then(async () => {
      const next = { ...preferences, ...changes }
      await writePreferences(options.preferencesFile, next)
      preferences = next
    })
    saving = saved.catch(() => undefined)
    return saved
  }
  const publicPreferences = () => ({ language: preferences.language, theme: preferences.theme })

  const handlers: Handlers = {
    ...delegate('datasets', () => session.current.datasets),
    ...delegate('models', () => session.current.models),
    ...delegate('experiments', () => session.current.experiments),
    ...delegate('trash', () => session.current.trash),
    ...delegate('hub', () => hub),
    ...delegate('gpuPack', () => gpuPack),
    'chat.ask': (input) => chat.ask(input),
    'chat.cancel': (input) => chat.cancel(input),
    'system.info': () => describeSystem(options, session.current, devices),
    'system.preferences': async () => publicPreferences(),
    'system.setPreferences': async (changes) => {
      await save(changes)
      emit('system.preferences', publicPreferences())
      return publicPreferences()
    },
    'system.folders': ({ steps }) => homeFoldersOf(options).list(steps),
    'system.makeFolder': ({ steps, name }) => homeFoldersOf(options).make(steps, name),
    'system.pickFolder': async ({ steps }) => ({ folder: await homeFoldersOf(options).pick(steps) }),
    'system.setLibrary': async ({ folder }) => {
      await session.move(folder)
      await save({ libraryFolder: folder })
      return describeSystem(options, session.current, devices)
    },
    'system.takeLibrary': async () => {
      await session.take()
      return describeSystem(options, session.current, devices)
    },
  }

  return {
    dispatch: createDispatch(guarded(handlers, session), report),
    on(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    libraryFolder: () => session.current.folder,
    ownFolders: () => [session.current.folder, options.libraryFolder, ...gpuPack.folders()],
    requireWriter: () => session.requireWriter(),
    enginePid: () => engine.pid(),
    // The processes keep the host alive: they go whatever becomes of the rest.
    close: () =>
      closeAll([
        () => hub.close(),
        () => gpuPack.close(),
        () => session.close(),
        () => engine.close(),
        () => reader.close(),
      ]),
  }
}

function homeFoldersOf({ homeFolders }: StudioOptions): HomeFolders {
  if (!homeFolders) throw new UserError('call-unknown', { call: 'system.folders' })
  return homeFolders
}

/** Handlers that ask the session first whether this studio may change the library. */
function guarded(handlers: Handlers, session: LibrarySession): Handlers {
  const entries = Object.entries(handlers) as [CallName, (input: never) => Promise<unknown>][]
  return Object.fromEntries(
    entries.map(([name, handler]) => [name, (input: never) => session.run(name, () => handler(input))]),
  ) as unknown as Handlers
}

type FeatureHandlers<F extends string> = {
  [N in keyof Handlers as N extends `${F}.${string}` ? N : never]: Handlers[N]
}

/** Handlers `feature.call` that pass on to the method `call` of whatever service is open at that moment. */
function delegate<F extends 'datasets' | 'models' | 'experiments' | 'trash' | 'hub' | 'gpuPack'>(
  feature: F,
  service: () => object,
): FeatureHandlers<F> {
  const names = Object.keys(contracts[feature].calls)
  const handler = (name: string) => (input: never) => {
    const target = service() as Record<string, (input: never) => Promise<unknown>>
    return (target[name] as (input: never) => Promise<unknown>)(input)
  }
  return Object.fromEntries(names.map((name) => [`${feature}.${name}`, handler(name)])) as FeatureHandlers<F>
}

/** The devices of this machine: asked of the engine once, and again when they are to be forgotten. */
function rememberDevices(
  engine: EngineClient,
): (() => Promise<DeviceReport>) & { forget(): void; latest(): DeviceReport | null } {
  let known: Promise<DeviceReport> | null = null
  let latest: DeviceReport | null = null
  const devices = () => {
    known ??= engine.call('devices', null).result
    known.then(
      (report) => {
        latest = report
      },
      () => {
        known = null
      },
    )
    return known
  }
  return Object.assign(devices, {
    forget: () => {
      ;[known, latest] = [null, null]
    },
    latest: () => latest,
  })
}

async function describeSystem(
  options: StudioOptions,
  { folder, access }: { readonly folder: string; readonly access: LibraryAccess },
  devices: () => Promise<DeviceReport>,
): Promise<SystemInfo> {
  const [{ devices: found, recommended }, disk] = await Promise.all([devices(), statfs(folder).catch(() => null)])
  return {
    version: options.version,
    host: options.host,
    platform: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? '',
    coreCount: cpus().length,
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    libraryFolder: folder,
    access,
    freeDiskBytes: disk && disk.bavail * disk.bsize,
    devices: found,
    recommended,
  }
}
