import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { toDiskError } from '../files/disk-errors.ts'
import { toAppError, UserError, type Events, type GpuPackProgress, type GpuPackState, type Handlers } from '../contract/index.ts'
import { createHubClient, type HubClient } from '../hub/hub-client.ts'
import { createNetwork, proxyFromEnvironment } from '../hub/network.ts'
import { ProgressMeter } from '../hub/progress-meter.ts'
import { shippedLibrary } from '../runtime/library.ts'
import { packPlatform, type PackPlatform } from './components.ts'
import { installPack, placesOf } from './install.ts'
import { readInstalled } from './installed.ts'
import { partsOf, planPack, type PackPlan } from './plan.ts'

type GpuPackHandlers = { [N in keyof Handlers as N extends `gpuPack.${infer C}` ? C : never]: Handlers[N] }

export interface GpuPackServiceOptions {
  /** The folder that the preferences name; null takes the one beside them. */
  readonly folder: string | null
  readonly preferencesFile: string
  readonly saveFolder: (folder: string) => Promise<void>
  readonly emit: (name: 'gpuPack.progress', payload: Events['gpuPack.progress']) => void
  /** The pack has come or gone: the engine must look again. */
  readonly onChange: () => void
  readonly platform?: PackPlatform | null
  readonly library?: string
  readonly environment?: NodeJS.ProcessEnv
  readonly now?: () => number
}

export interface GpuPackService extends GpuPackHandlers {
  /** Ends a download (what has arrived is kept) and connections. */
  close(): Promise<void>
}

const OWN_FOLDER = 'terakoya-gpu-pack'

/** The GPU pack: found, brought, removed. The engine is told of its folder by the environment (installed.ts). */
export function createGpuPackService(options: GpuPackServiceOptions): GpuPackService {
  const environment = options.environment ?? process.env
  const platform = options.platform === undefined ? packPlatform() : options.platform
  let folder = options.folder ?? join(dirname(options.preferencesFile), 'gpu-pack')
  let running: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null
  const network = createNetwork(proxyFromEnvironment(environment))
  const client = createHubClient({ endpoint: new URL('https://localhost'), network, token: async () => null })
  const announce = () => { environment['TERAKOYA_GPU_PACK'] = folder }
  announce()

  const state = (): GpuPackState => {
    const installed = readInstalled(folder)
    return { isSupported: platform !== null, folder, isInstalled: installed !== null, sizeBytes: installed?.sizeBytes ?? 0, isBusy: running !== null }
  }
  const plan = (signal?: AbortSignal): Promise<PackPlan> => {
    if (!platform) throw new UserError('gpu-pack/unsupported', { platform: `${process.platform} ${process.arch}` })
    return planPack(platform, client, environment, signal).catch((error: unknown) => { throw ofThePack(error) })
  }
  const stop = async () => {
    running?.abort.abort()
    await running?.ended
  }
  const start = () => {
    const abort = new AbortController()
    const job = { folder, plan, client, shippedLibrary: options.library ?? (shippedLibrary() as string), now: options.now ?? (() => performance.now()), emit: (progress: GpuPackProgress) => options.emit('gpuPack.progress', progress) }
    const ended = bring(job, abort.signal).then((last) => {
      running = null
      if (last.state === 'done') options.onChange()
      job.emit(last)
    })
    running = { abort, ended }
  }

  return {
    state: async () => state(),
    async plan() {
      const found = await plan()
      return { parts: partsOf(found), downloadBytes: found.downloads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
    },
    async download() {
      if (!running) start()
      return null
    },
    cancel: () => stop().then(() => null),
    async remove() {
      await stop()
      for (const place of placesOf(folder)) await rm(place, { recursive: true, force: true }).catch((error: unknown) => { throw toDiskError(error, folder) })
      options.onChange()
      return state()
    },
    async setFolder({ folder: chosen }) {
      await stop()
      const next = basename(chosen) === OWN_FOLDER ? chosen : join(chosen, OWN_FOLDER)
      await mkdir(next, { recursive: true }).catch((error: unknown) => { throw toDiskError(error, next) })
      folder = next
      announce()
      await options.saveFolder(folder)
      options.onChange()
      return state()
    },
    async close() {
      await stop()
      await network.close()
    },
  }
}

interface Job {
  readonly folder: string
  readonly plan: (signal: AbortSignal) => Promise<PackPlan>
  readonly client: HubClient
  readonly shippedLibrary: string
  readonly now: () => number
  readonly emit: (progress: GpuPackProgress) => void
}

/** Installs and tells how far it is; gives what is to be told at the end. */
async function bring({ folder, plan, client, shippedLibrary, now, emit }: Job, signal: AbortSignal): Promise<GpuPackProgress> {
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
    found = await plan(signal)
    const { downloads } = found
    received = downloads.map(() => 0)
    const nameOf = (index: number) => downloads[index]?.name ?? ''
    let isStarted = false
    await installPack({ plan: found, client, folder, shippedLibrary }, {
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
    })
    return at('done')
  } catch (error) {
    return signal.aborted ? at('cancelled') : { ...at('failed'), error: toAppError(ofThePack(toDiskError(error, folder))) }
  }
}

/** Sentences of the Hub's client that speak of datasets, said of the pack. */
function ofThePack(error: unknown): unknown {
  if (!(error instanceof UserError) || !['hub/not-found', 'hub/gated', 'hub/token-invalid', 'hub/unexpected', 'hub/rate-limited'].includes(error.error.code)) return error
  const { facts } = error.error
  return new UserError('gpu-pack/source', { host: String(facts['host'] ?? facts['dataset'] ?? ''), found: String(facts['found'] ?? error.error.code.slice('hub/'.length)) })
}
