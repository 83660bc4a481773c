// What a studio answers to every call: the services of its library, and what is the studio's own.
import { statfs } from 'node:fs/promises'
import { arch, cpus, freemem, platform, totalmem } from 'node:os'
import {
  contracts,
  UserError,
  type CallName,
  type Handlers,
  type LibraryAccess,
  type SystemInfo,
} from '../contract/index.ts'
import type { createChatService } from '../chat/chat-service.ts'
import type { DeviceReport } from '../engine/engine-protocol.ts'
import type { ExportService } from '../exports/service.ts'
import type { GpuPackService } from '../gpu-pack/service.ts'
import type { HubService } from '../hub/service.ts'
import type { ApiServerService } from '../openai-server/service.ts'
import type { HomeFolders } from './home-folders.ts'
import type { Emit } from './library.ts'
import type { LibrarySession } from './library-session.ts'
import type { LibraryMover } from '../library/service.ts'
import type { SavedPreferences } from './saved-preferences.ts'
import type { StudioOptions } from './studio.ts'

export interface StudioParts {
  readonly options: StudioOptions
  readonly session: LibrarySession
  readonly preferences: SavedPreferences
  readonly devices: () => Promise<DeviceReport>
  readonly emit: Emit
  readonly chat: ReturnType<typeof createChatService>
  readonly exports: ExportService
  readonly hub: HubService
  readonly gpuPack: GpuPackService
  readonly apiServer: ApiServerService
  readonly mover: LibraryMover
}

/** Handlers that ask the session first whether this studio may change the library. */
export const studioHandlers = (parts: StudioParts): Handlers => guarded(unguarded(parts), parts.session)

function unguarded({ chat, exports, hub, gpuPack, apiServer, mover, ...parts }: StudioParts): Handlers {
  const { session, preferences, emit } = parts
  return {
    ...delegate('datasets', () => session.current.datasets),
    ...delegate('models', () => session.current.models),
    ...delegate('experiments', () => session.current.experiments),
    ...delegate('conversations', () => session.current.conversations),
    ...delegate('trash', () => session.current.trash),
    ...delegate('exports', () => exports),
    ...delegate('hub', () => hub),
    ...delegate('gpuPack', () => gpuPack),
    ...delegate('apiServer', () => apiServer),
    ...delegate('library', () => mover),
    'chat.ask': (input) => chat.ask(input),
    'chat.questions': (input) => chat.questions(input),
    'chat.cancel': (input) => chat.cancel(input),
    ...systemHandlers(parts),
    'system.setPreferences': async (changes) => {
      await preferences.save(changes)
      emit('system.preferences', preferences.shown)
      if (changes.offline) await Promise.all([hub.disconnect(), gpuPack.disconnect()])
      return preferences.shown
    },
  }
}

function systemHandlers({
  options,
  session,
  preferences,
  devices,
}: Omit<StudioParts, 'chat' | 'exports' | 'hub' | 'gpuPack' | 'apiServer' | 'mover'>): Omit<
  FeatureHandlers<'system'>,
  'system.setPreferences'
> {
  const describe = () => describeSystem(options, session.current, devices)
  return {
    'system.info': describe,
    'system.preferences': async () => preferences.shown,
    'system.folders': ({ steps }) => homeFoldersOf(options).list(steps),
    'system.makeFolder': ({ steps, name }) => homeFoldersOf(options).make(steps, name),
    'system.pickFolder': async ({ steps }) => ({ folder: await homeFoldersOf(options).pick(steps) }),
    'system.setLibrary': async ({ folder }) => {
      await session.move(folder)
      await preferences.save({ libraryFolder: folder })
      return describe()
    },
    'system.takeLibrary': async () => {
      await session.take()
      return describe()
    },
  }
}

function homeFoldersOf({ homeFolders }: StudioOptions): HomeFolders {
  if (!homeFolders) throw new UserError('call-unknown', { call: 'system.folders' })
  return homeFolders
}

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
function delegate<
  F extends
    | 'datasets'
    | 'models'
    | 'experiments'
    | 'conversations'
    | 'trash'
    | 'exports'
    | 'hub'
    | 'gpuPack'
    | 'apiServer'
    | 'library',
>(feature: F, service: () => object): FeatureHandlers<F> {
  const names = Object.keys(contracts[feature].calls)
  const handler = (name: string) => (input: never) => {
    const target = service() as Record<string, (input: never) => Promise<unknown>>
    return (target[name] as (input: never) => Promise<unknown>)(input)
  }
  return Object.fromEntries(names.map((name) => [`${feature}.${name}`, handler(name)])) as FeatureHandlers<F>
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
