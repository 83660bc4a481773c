import { mkdir, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { toDiskError } from '../files/disk-errors.ts'
import {
  toAppError,
  UserError,
  type Events,
  type FolderPath,
  type GpuPackProgress,
  type GpuPackState,
  type Handlers,
} from '../contract/index.ts'
import { createHubClient, type HubClient } from '../net/hub-client.ts'
import { createNetwork, proxyFromEnvironment, refusing, type Network } from '../net/network.ts'
import { ProgressMeter } from '../net/progress-meter.ts'
import { shippedLibrary } from './shipped-library.ts'
import { packPlatform, type PackPlatform } from './components.ts'
import { installPack, placesOf } from './install.ts'
import { readInstalled } from './installed.ts'
import { packFolderIn } from './pack-folder.ts'
import { partsOf, planPack, type PackPlan } from './plan.ts'
import { TRUST_FILE } from './trust.ts'

type GpuPackHandlers = { [N in keyof Handlers as N extends `gpuPack.${infer C}` ? C : never]: Handlers[N] }

export interface GpuPackServiceOptions {
  /** The folder that the preferences name; null takes the one beside them. */
  readonly folder: string | null
  readonly preferencesFile: string
  readonly saveFolder: (folder: string) => Promise<void>
  readonly emit: (name: 'gpuPack.progress', payload: Events['gpuPack.progress']) => void
  /** The pack has come or gone: the engine must look again. */
  readonly onChange: () => void
  /** True once the engine has found that the pack is not what was brought. */
  readonly isChanged?: () => boolean
  /** The user wants no connection to the internet. */
  readonly isOffline?: () => boolean
  readonly platform?: PackPlatform | null
  readonly library?: string
  readonly environment?: NodeJS.ProcessEnv
  readonly now?: () => number
}

export interface GpuPackService extends GpuPackHandlers {
  /** The folder in use and the one of the start. */
  folders(): readonly string[]
  /** What an engine that is started now must have in its environment to find the pack (runtime/library.ts). */
  forEngine(): Readonly<Record<string, string>>
  /** Ends a download (what has arrived is kept) and connections. */
  disconnect(): Promise<void>
  close(): Promise<void>
}

const networkOf = (
  environment: NodeJS.ProcessEnv,
  { isOffline = () => false }: Pick<GpuPackServiceOptions, 'isOffline'>,
): Network =>
  refusing(createNetwork(proxyFromEnvironment(environment)), () => (isOffline() ? new UserError('net/offline') : null))

/** The GPU pack: found, brought, removed. */
export function createGpuPackService(options: GpuPackServiceOptions): GpuPackService {
  const environment = options.environment ?? process.env
  const platform = options.platform === undefined ? packPlatform() : options.platform
  const accountFolder = dirname(options.preferencesFile)
  const [startFolder, trustFile] = [join(accountFolder, 'gpu-pack'), join(accountFolder, TRUST_FILE)]
  const library = options.library ?? (shippedLibrary() as string)
  let folder = options.folder ?? startFolder
  const download = createDownload(() => options.onChange())
  const network = networkOf(environment, options)
  const client = createHubClient({ endpoint: new URL('https://localhost'), network, token: async () => null })
  const forEngine = () => ({ TERAKOYA_GPU_PACK: folder, TERAKOYA_GPU_PACK_TRUST: trustFile })

  const state = (): GpuPackState => {
    const installed = options.isChanged?.()
      ? null
      : readInstalled({ folder, environment: { ...environment, ...forEngine() }, platform, shippedLibrary: library })
    return stateOf({ folder, platform, installed, isBusy: download.isRunning() })
  }
  const plan = () => planFor(platform, environment)
  const job = (): Job => ({
    folder,
    plan,
    client,
    shippedLibrary: library,
    trustFile,
    now: options.now ?? (() => performance.now()),
    emit: (progress) => options.emit('gpuPack.progress', progress),
  })

  const disconnect = () => download.stop().then(() => network.close())

  return {
    folders: () => [folder, startFolder],
    forEngine,
    state: async () => state(),
    plan: async () => summaryOf(plan()),
    async download() {
      if (!download.isRunning()) download.start(job())
      return null
    },
    cancel: () => download.stop().then(() => null),
    async remove() {
      await download.stop()
      await removePack(folder)
      options.onChange()
      return state()
    },
    async setFolder({ folder: chosen }) {
      await download.stop()
      folder = await makePackFolder(chosen, startFolder)
      await options.saveFolder(folder)
      options.onChange()
      return state()
    },
    disconnect,
    close: disconnect,
  }
}

interface Found {
  readonly folder: string
  readonly platform: PackPlatform | null
  /** Null where the engine has found another pack than was brought. */
  readonly installed: ReturnType<typeof readInstalled> | null
  readonly isBusy: boolean
}

const stateOf = ({ folder, platform, installed, isBusy }: Found): GpuPackState => ({
  isSupported: platform !== null,
  folder,
  isInstalled: installed?.ok ?? false,
  sizeBytes: installed?.ok ? installed.value.sizeBytes : 0,
  isBusy,
})

/** Throws UserError `gpu-pack/unsupported` where there is no pack for this computer. */
function planFor(platform: PackPlatform | null, environment: NodeJS.ProcessEnv): PackPlan {
  if (!platform) throw new UserError('gpu-pack/unsupported', { platform: `${process.platform} ${process.arch}` })
  return planPack(platform, environment)
}

const summaryOf = (plan: PackPlan) => ({
  parts: partsOf(plan),
  downloadBytes: plan.downloads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
})

async function removePack(folder: string): Promise<void> {
  for (const place of placesOf(folder))
    await rm(place, { recursive: true, force: true }).catch((error: unknown) => {
      throw toDiskError(error, folder)
    })
}

/** Makes the folder for the pack in the one that the user chose; gives its path. */
async function makePackFolder(chosen: FolderPath, startFolder: string): Promise<string> {
  const folder = resolve(chosen) === resolve(startFolder) ? startFolder : await packFolderIn(chosen)
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw toDiskError(error, folder)
  })
  return folder
}

interface Job {
  readonly folder: string
  readonly plan: () => PackPlan
  readonly client: HubClient
  readonly shippedLibrary: string
  readonly trustFile: string
  readonly now: () => number
  readonly emit: (progress: GpuPackProgress) => void
}

/** The download under way, if any; `onDone` is called before the last progress is told. */
function createDownload(onDone: () => void) {
  let running: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null
  return {
    isRunning: () => running !== null,
    start(job: Job): void {
      const abort = new AbortController()
      const ended = bring(job, abort.signal).then((last) => {
        running = null
        if (last.state === 'done') onDone()
        job.emit(last)
      })
      running = { abort, ended }
    },
    async stop(): Promise<void> {
      running?.abort.abort()
      await running?.ended
    },
  }
}

/** Installs and tells how far it is; gives what is to be told at the end. */
async function bring(
  { folder, plan, client, shippedLibrary, trustFile, now, emit }: Job,
  signal: AbortSignal,
): Promise<GpuPackProgress> {
  const meter = new ProgressMeter(now)
  let found: PackPlan | null = null
  let received: number[] = []
  let part = ''
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
  const at = (state: GpuPackProgress['state']): GpuPackProgress => {
    const totalBytes = sum((found?.downloads ?? []).map(({ sizeBytes }) => sizeBytes))
    return { state, receivedBytes: sum(received), totalBytes, ...meter.rate(totalBytes), part }
  }
  const tell = (state: GpuPackProgress['state']) => emit(at(state))
  try {
    tell('downloading')
    found = plan()
    const { downloads } = found
    received = downloads.map(() => 0)
    const nameOf = (index: number) => downloads[index]?.name ?? ''
    let isStarted = false
    await installPack(
      { plan: found, client, folder, shippedLibrary, trustFile },
      {
        signal,
        onBytes(index, bytes) {
          part = nameOf(index)
          received[index] = bytes
          if (!isStarted) meter.start(bytes)
          isStarted = true
          if (meter.add(sum(received))) tell('downloading')
        },
        onState(state, index) {
          part = nameOf(index)
          tell(state)
        },
      },
    )
    return at('done')
  } catch (error) {
    return signal.aborted
      ? at('cancelled')
      : { ...at('failed'), error: toAppError(ofThePack(toDiskError(error, folder))) }
  }
}

/** Sentences of the Hub's client that speak of datasets, said of the pack. */
function ofThePack(error: unknown): unknown {
  if (
    !(error instanceof UserError) ||
    ![
      'hub/not-found',
      'hub/gated',
      'hub/token-invalid',
      'hub/unexpected',
      'hub/rate-limited',
      'hub/size-changed',
    ].includes(error.error.code)
  )
    return error
  const { facts } = error.error
  return new UserError('gpu-pack/source', {
    host: String(facts['host'] ?? facts['dataset'] ?? facts['file'] ?? ''),
    found: String(facts['found'] ?? error.error.code.slice('hub/'.length)),
  })
}
