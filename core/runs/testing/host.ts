// A whole studio in a process of its own, so that it can be killed at any boundary. It starts an experiment, or goes on
// with the one that is there, until the run has ended; the last line of its output is a HostReport.
import { isActive, isResumable, type CallName, type Calls, type ExperimentSummary } from '../../contract/index.ts'
import { diskOfEnvironment } from '../../files/testing/faulty-disk.ts'
import { useDisk } from '../../files/disk.ts'
import { createStudio } from '../../host/studio.ts'
import { readerEnvironment } from '../../reader/environment.ts'
import { engineEnvironment } from '../../engine/engine-environment.ts'
import type { Fault } from '../../files/testing/faulty-disk.ts'
import { spawnFor } from './spawn.ts'
import { neverSpawned } from '../../llama-cpp/testing/never-spawned.ts'

/** The first argument, as JSON. */
export interface HostJob {
  readonly libraryFolder: string
  readonly preferencesFile: string
  readonly resourcesFolder: string
  /** The bundle of ./engine.ts. */
  readonly engine: string
  /** The bundle of electron/reader/reader.ts. */
  readonly reader: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly engineFault?: Fault
  /** Lines of boundaries that the engine comes to. */
  readonly engineBoundaries?: string
}

export interface HostReport {
  readonly experiments: readonly ExperimentSummary[]
  /** Codes of calls that failed. */
  readonly errors: readonly string[]
}

const job = JSON.parse(process.argv[2] ?? '{}') as HostJob
const within = `${job.libraryFolder}/experiments`
useDisk(diskOfEnvironment(within))

const spawnEngine = spawnFor(job.engine, {
  ...engineEnvironment(),
  TERAKOYA_TEST_WITHIN: within,
  TERAKOYA_TEST_FAULT: job.engineFault ? JSON.stringify(job.engineFault) : '',
  TERAKOYA_TEST_BOUNDARIES: job.engineBoundaries ?? '',
})

const studio = await createStudio({
  host: 'cli',
  version: '0',
  resourcesFolder: job.resourcesFolder,
  preferencesFile: job.preferencesFile,
  libraryFolder: job.libraryFolder,
  spawnEngine,
  spawnReader: spawnFor(job.reader, readerEnvironment()),
  spawnLlamaCpp: neverSpawned,
})
const errors: string[] = []

async function call<N extends CallName>(name: N, input: Calls[N]['input']): Promise<Calls[N]['output'] | null> {
  const result = await studio.dispatch(name, input)
  if (!result.ok) errors.push(result.error.code)
  return result.ok ? (result.value as Calls[N]['output']) : null
}

const list = async () => (await call('experiments.list', {})) ?? []

async function begin(): Promise<ExperimentSummary | null> {
  const going = (await list()).find(({ state }) => isResumable(state))
  if (going) return call('experiments.resume', { id: going.id })
  const [dataset] = (await call('datasets.list', {})) ?? []
  const id = dataset?.id ?? (await call('datasets.create', { from: 'sample' }))?.id
  return call('experiments.start', { settings: { 'dataset.id': id, ...job.settings } })
}

const ended = new Promise<void>((resolve) => {
  studio.on((name, payload) => {
    if (
      name === 'experiments.removed' ||
      (name === 'experiments.changed' && !isActive((payload as ExperimentSummary).state))
    )
      resolve()
  })
})
if (!(await list()).some(({ state }) => state.kind === 'finished') && (await begin())) await ended
const report: HostReport = { experiments: await list(), errors }
await studio.close()
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0))
