import { constants } from 'node:fs'
import { access, mkdir, statfs } from 'node:fs/promises'
import { arch, cpus, freemem, platform, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { contracts, UserError, type EventName, type Events, type Handlers, type Result, type SystemInfo } from './contract/index.ts'
import { createDatasetService, type DatasetService } from './datasets/service.ts'
import { createDispatch } from './dispatch.ts'
import { createChatService } from './experiments/chat-service.ts'
import { createEngineClient, type EngineClient } from './experiments/engine-client.ts'
import type { SpawnEngine } from './experiments/engine-port.ts'
import type { DeviceReport } from './experiments/engine-protocol.ts'
import { createExperimentService, type ExperimentService } from './experiments/service.ts'
import { tokenCounter } from './experiments/token-counter.ts'
import { createModelService, type ModelService } from './hub/local-models.ts'
import { createModelReader, type ModelReader, type SpawnReader } from './reader/client.ts'
import { createGpuPackService } from './gpu-pack/service.ts'
import { createHubService, type HubHost } from './hub/service.ts'
import { createErrorLog, type ReportBug } from './host/error-log.ts'
import type { HomeFolders } from './host/home-folders.ts'
import { readPreferences, writePreferences } from './preferences.ts'

export interface StudioOptions {
  readonly host: 'desktop' | 'web' | 'cli'
  readonly version: string
  /** The folder `resources` of the project or the installed application. */
  readonly resourcesFolder: string
  readonly preferencesFile: string
  /** Used unless the preferences name another folder. */
  readonly libraryFolder: string
  /** The user named that folder for this start: the preferences' one is not used. */
  readonly isLibraryNamed?: boolean
  readonly spawnEngine: SpawnEngine
  readonly spawnReader: SpawnReader
  /** The host's keychain and proxy settings. */
  readonly hub?: HubHost
  /** What the window may choose among, where the host has no folder dialog. */
  readonly homeFolders?: HomeFolders
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
  /** Process id of the engine, if it runs. */
  enginePid(): number | undefined
  /** Stops a training run with a checkpoint, closes every dataset, ends the engine. */
  close(): Promise<void>
}

/** The services that belong to one library folder. */
interface Library {
  readonly folder: string
  readonly datasets: DatasetService
  readonly models: ModelService
  readonly experiments: ExperimentService
}

/**
 * Opens the library and builds the services. Throws UserError `library/unwritable` where the folder cannot be used.
 */
export async function createStudio(options: StudioOptions): Promise<Studio> {
  const listeners = new Set<(name: EventName, payload: unknown) => void>()
  const emit = <N extends EventName>(name: N, payload: Events[N]) => listeners.forEach((listener) => listener(name, payload))
  const engine = createEngineClient(options.spawnEngine)
  const reader = createModelReader(options.spawnReader)
  const devices = rememberDevices(engine)
  let preferences = await readPreferences(options.preferencesFile)

  const open = (folder: string) => openLibrary(folder, options, { engine, reader, devices, emit })
  // The command line and TERAKOYA_LIBRARY name their folder on purpose; only the windows follow the preferences.
  const chosen = options.host === 'cli' || options.isLibraryNamed || process.env['TERAKOYA_LIBRARY'] ? null : preferences.libraryFolder
  let library = await open(chosen ?? options.libraryFolder)
  const chat = createChatService({ engine, devices, emit, models: () => library.models, experiments: () => library.experiments })
  const hub = createHubService({ ...options.hub, preferencesFile: options.preferencesFile, libraryFolder: () => library.folder, emit })

  const gpuPack = createGpuPackService({
    preferencesFile: options.preferencesFile, folder: preferences.gpuPackFolder, saveFolder: (folder) => save({ gpuPackFolder: folder }), emit,
    onChange() {
      engine.renew()
      devices.forget()
    },
    isChanged: () => devices.latest()?.devices.some(({ reason }) => reason === 'pack-changed') ?? false,
  })

  const save = async (changes: Partial<typeof preferences>) => {
    preferences = { ...preferences, ...changes }
    await writePreferences(options.preferencesFile, preferences)
  }
  const publicPreferences = () => ({ language: preferences.language, theme: preferences.theme })

  const handlers: Handlers = {
    ...delegate('datasets', () => library.datasets),
    ...delegate('models', () => library.models),
    ...delegate('experiments', () => library.experiments),
    ...delegate('hub', () => hub),
    ...delegate('gpuPack', () => gpuPack),
    'chat.ask': (input) => chat.ask(input),
    'chat.cancel': (input) => chat.cancel(input),
    'system.info': () => describeSystem(options, library.folder, devices),
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
      const next = await open(folder)
      await library.experiments.close()
      await library.datasets.close()
      library = next
      await save({ libraryFolder: folder })
      emit('system.library', { folder })
      return describeSystem(options, folder, devices)
    },
  }

  const report = options.report ?? createErrorLog(join(dirname(options.preferencesFile), 'errors.log'))
  return {
    dispatch: createDispatch(handlers, report),
    on(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    libraryFolder: () => library.folder,
    ownFolders: () => [library.folder, options.libraryFolder, ...gpuPack.folders()],
    enginePid: () => engine.pid(),
    async close() {
      await hub.close()
      await gpuPack.close()
      await library.experiments.close()
      await library.datasets.close()
      engine.close()
      reader.close()
    },
  }
}

function homeFoldersOf({ homeFolders }: StudioOptions): HomeFolders {
  if (!homeFolders) throw new UserError('call-unknown', { call: 'system.folders' })
  return homeFolders
}

async function openLibrary(
  folder: string,
  options: StudioOptions,
  services: { engine: EngineClient; reader: ModelReader; devices: () => Promise<DeviceReport>; emit: <N extends EventName>(name: N, payload: Events[N]) => void },
): Promise<Library> {
  const places = { datasets: join(folder, 'datasets'), models: join(folder, 'models'), experiments: join(folder, 'experiments'), trash: join(folder, 'trash') }
  try {
    for (const place of Object.values(places)) {
      await mkdir(place, { recursive: true })
      await access(place, constants.W_OK)
    }
  } catch {
    throw new UserError('library/unwritable', { folder })
  }
  const models = createModelService({ shippedFolder: join(options.resourcesFolder, 'models'), folder: places.models, reader: services.reader })
  const datasets = createDatasetService({ folder: places.datasets, trashFolder: places.trash, templatesFolder: join(options.resourcesFolder, 'tutorial'), emit: services.emit, tokenCounter: (modelId) => tokenCounter(models, services.reader, modelId) })
  const experiments = createExperimentService({ folder: places.experiments, trashFolder: places.trash, datasets, models, ...services })
  await experiments.recover()
  return { folder, datasets, models, experiments }
}

type FeatureHandlers<F extends string> = { [N in keyof Handlers as N extends `${F}.${string}` ? N : never]: Handlers[N] }

/** Handlers `feature.call` that pass on to the method `call` of whatever service is open at that moment. */
function delegate<F extends 'datasets' | 'models' | 'experiments' | 'hub' | 'gpuPack'>(feature: F, service: () => object): FeatureHandlers<F> {
  const names = Object.keys(contracts[feature].calls)
  const handler = (name: string) => (input: never) => {
    const target = service() as Record<string, (input: never) => Promise<unknown>>
    return (target[name] as (input: never) => Promise<unknown>)(input)
  }
  return Object.fromEntries(names.map((name) => [`${feature}.${name}`, handler(name)])) as FeatureHandlers<F>
}

/** The devices of this machine: asked of the engine once, and again when they are to be forgotten. */
function rememberDevices(engine: EngineClient): (() => Promise<DeviceReport>) & { forget(): void; latest(): DeviceReport | null } {
  let known: Promise<DeviceReport> | null = null
  let latest: DeviceReport | null = null
  const devices = () => {
    known ??= engine.call('devices', null).result
    known.then((report) => { latest = report }, () => { known = null })
    return known
  }
  return Object.assign(devices, { forget: () => { [known, latest] = [null, null] }, latest: () => latest })
}

async function describeSystem(options: StudioOptions, folder: string, devices: () => Promise<DeviceReport>): Promise<SystemInfo> {
  const [{ devices: found, recommended }, disk] = await Promise.all([devices(), statfs(folder)])
  return {
    version: options.version,
    host: options.host,
    platform: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? '',
    coreCount: cpus().length,
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    libraryFolder: folder,
    freeDiskBytes: disk.bavail * disk.bsize,
    devices: found,
    recommended,
  }
}
