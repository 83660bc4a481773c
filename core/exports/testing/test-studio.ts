import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isActive, isExporting, type ExperimentSummary, type ExportJob } from '../../contract/index.ts'
import { buildEngine } from '../../engine/testing/built-engine.ts'
import { createStudio, type StudioOptions } from '../../host/studio.ts'
import { buildReader } from '../../reader/testing/built-reader.ts'

const root = join(import.meta.dirname, '..', '..', '..')

/** A studio with its engine and reader in processes of their own, on a library of its own. */
export interface TestStudio {
  /** Holds `library` and `home`. */
  readonly folder: string
  /** The value. Throws an Error with the error's code. */
  call<T>(name: string, input: unknown): Promise<T>
  /** Resolves with the first event of that name that satisfies the condition. */
  until<T>(event: string, condition: (payload: T) => boolean): Promise<T>
  /** Trains until the summary is enough: the run's end unless given. */
  train(settings: object, isEnough?: (summary: ExperimentSummary) => boolean): Promise<ExperimentSummary>
  /** Exports, and gives the job as it ended with the states that it went through. */
  exported(input: object): Promise<{ job: ExportJob; states: string[] }>
  /** Ends the studio and starts it again. */
  reopen(): Promise<void>
  close(): Promise<void>
}

export const isOver = ({ state }: ExportJob): boolean => !isExporting(state)

export async function openTestStudio({
  spawnLlamaCpp,
  environment = {},
}: Pick<StudioOptions, 'spawnLlamaCpp' | 'environment'>): Promise<TestStudio> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-exports-'))
  const [engine, reader] = await Promise.all([buildEngine(), buildReader()])
  const open = () =>
    createStudio({
      host: 'cli',
      version: '0',
      resourcesFolder: join(root, 'resources'),
      preferencesFile: join(folder, 'preferences.json'),
      libraryFolder: join(folder, 'library'),
      environment: { HOME: join(folder, 'home'), ...environment },
      spawnEngine: engine.spawn,
      spawnReader: reader.spawnReader,
      spawnLlamaCpp,
    })
  let studio = await open()
  async function call<T>(name: string, input: unknown): Promise<T> {
    const result = await studio.dispatch(name, input)
    if (!result.ok) throw Object.assign(new Error(result.error.code), { appError: result.error })
    return result.value as T
  }
  const until = <T>(event: string, condition: (payload: T) => boolean): Promise<T> =>
    new Promise((resolve) => {
      const stop = studio.on((name, payload) => {
        if (name !== event || !condition(payload as T)) return
        stop()
        resolve(payload as T)
      })
    })
  return {
    folder,
    call,
    until,
    async train(settings, isEnough = ({ state }) => !isActive(state)) {
      const reached = until<ExperimentSummary>('experiments.changed', isEnough)
      await call('experiments.start', { settings })
      return reached
    },
    async exported(input) {
      const states: string[] = []
      const ended = until<ExportJob>('exports.progress', (job) => {
        if (states.at(-1) !== job.state) states.push(job.state)
        return isOver(job)
      })
      await call('exports.start', input)
      return { job: await ended, states }
    },
    async reopen() {
      await studio.close()
      studio = await open()
    },
    async close() {
      await studio.close()
      await Promise.all([engine.remove(), reader.remove()])
      await rm(folder, { recursive: true })
    },
  }
}
