import type { Language } from '../../texts/index.ts'
import {
  isActive,
  toAppError,
  type ExperimentId,
  type Handlers,
  type ModelId,
  type ModelUser,
} from '../contract/index.ts'
import type { DatasetService } from '../datasets/service.ts'
import type { EngineClient } from '../engine/engine-client.ts'
import type { DeviceReport } from '../engine/engine-protocol.ts'
import type { ModelService } from '../local-models/service.ts'
import { makePlan } from '../planning/plan.ts'
import { previewSample } from '../planning/sample-preview.ts'
import type { ModelReader } from '../reader/client.ts'
import { adopt } from './adoption.ts'
import { createCommands, ENGINE } from './commands.ts'
import { Mirror } from './mirror.ts'
import { interrupted, Queries, unknownState } from './queries.ts'
import type { ExperimentRecord } from './record-file.ts'
import { ExperimentStore } from './store.ts'
import { createSupervisor, type Emit, type Supervisor } from './supervisor.ts'
import { createTurns } from './turns.ts'

/** How long closing the studio waits for a start that is under way. */
const CLOSE_TIMEOUT_MS = 5000

export interface ExperimentServiceOptions {
  readonly folder: string
  readonly trashFolder: string
  readonly engine: EngineClient
  readonly datasets: DatasetService
  readonly models: ModelService
  readonly reader: ModelReader
  readonly devices: () => Promise<DeviceReport>
  readonly emit: Emit
  /** The language of the sentences in log.txt; without it Japanese. */
  readonly language?: () => Language
  /**
   * Another studio writes in the library: what it says of its runs is believed, its processes may not be seen from
   * here.
   */
  readonly isHeld?: () => boolean
  /** Monotonic milliseconds. */
  readonly now?: () => number
  readonly clock?: () => Date
}

type ExperimentHandlers = { [N in keyof Handlers as N extends `experiments.${infer C}` ? C : never]: Handlers[N] }

export interface ExperimentService extends ExperimentHandlers {
  /**
   * Marks runs whose host is gone as interrupted, removes what killed processes left behind, and begins to look for
   * changes by other hands. Call once before anything else, as the only writer of the library.
   */
  recover(): Promise<void>
  /** Tells the windows of folders that came or went by other hands. */
  look(): Promise<void>
  /** The experiments that were trained on a model; damaged ones are left out. */
  usersOf(modelId: ModelId): Promise<ModelUser[]>
  /** The record of an experiment and its folder. Throws UserError where there is none. */
  record(id: ExperimentId): Promise<ExperimentRecord & { readonly folder: string }>
  /** Stops the active run with a checkpoint and marks it interrupted; nothing starts afterwards. */
  close(): Promise<void>
}

/** Runs experiments one at a time on the engine, and keeps each in a folder that PEFT and a person can read. */
export function createExperimentService(options: ExperimentServiceOptions): ExperimentService {
  const { store, supervisor, queries, mirror, clock } = connect(options)
  const { datasets, models, reader, devices } = options
  const turns = createTurns()
  let closing = false
  const isClosing = () => closing

  return {
    recover: () => recover({ store, queries, mirror }),
    look: () => mirror.look(),
    list: () => list({ queries, mirror }),
    open: ({ id }) => queries.detail(id),
    sample: (question) => previewSample(question, { datasets, models, reader }),
    plan: ({ settings }) => makePlan(settings, { datasets, models, reader, devices }),
    ...createCommands({ store, supervisor, queries, mirror, turns, datasets, models, devices, clock, isClosing }),
    adopt: (wanted) => adopt({ store, queries, mirror, datasets, models, reader, devices, clock, isClosing }, wanted),
    usersOf: (modelId) => usersOf(modelId, { store, queries }),
    record: async (id) => ({ ...(await queries.record(id)), folder: store.folderOf(id) }),
    async close() {
      closing = true
      mirror.close()
      await inTime(turns.settled(ENGINE))
      await supervisor.close()
    },
  }
}

interface Parts {
  readonly store: ExperimentStore
  readonly supervisor: Supervisor
  readonly queries: Queries
  readonly mirror: Mirror
}

function connect({
  folder,
  trashFolder,
  engine,
  isHeld = () => false,
  now = () => performance.now(),
  clock = () => new Date(),
  ...options
}: ExperimentServiceOptions): Parts & { readonly clock: () => Date } {
  const emit = withoutFailures(options.emit)
  const store = new ExperimentStore(folder, trashFolder, options.language)
  const supervisor = createSupervisor({ store, engine, emit, now, clock })
  const queries = new Queries({
    store,
    supervisor,
    isHeld,
    onMissing: (id) => {
      if (mirror.has(id)) mirror.forget(id)
    },
  })
  const mirror = new Mirror({ store, supervisor, queries, emit })
  return { store, supervisor, queries, mirror, clock }
}

/** A listener that throws is a bug for the process's log, and none of the run that told it. */
const withoutFailures =
  (emit: Emit): Emit =>
  (name, payload) => {
    try {
      emit(name, payload)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

const inTime = (work: Promise<void>): Promise<unknown> =>
  Promise.race([work, new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref())])

async function list({ queries, mirror }: Pick<Parts, 'queries' | 'mirror'>) {
  const summaries = await Promise.all((await queries.ids()).map((id) => queries.summary(id)))
  summaries.forEach((summary) => mirror.mark(summary))
  // What was removed while the others were read.
  const left = await queries.ids()
  return summaries.filter(({ id }) => left.includes(id))
}

async function usersOf(modelId: ModelId, { store, queries }: Pick<Parts, 'store' | 'queries'>): Promise<ModelUser[]> {
  const users: ModelUser[] = []
  for (const id of await queries.ids()) {
    const record = await store.readRecord(id).catch(() => null)
    if (record?.model.id !== modelId) continue
    users.push({ name: record.name, isActive: isActive((await queries.state(id)).file.state) })
  }
  return users
}

async function recover({ store, queries, mirror }: Omit<Parts, 'supervisor'>): Promise<void> {
  queries.isWriter = true
  await store.sweep()
  for (const id of await queries.ids()) {
    await recoverState(store, id).catch(() => undefined)
    mirror.add(id)
  }
  mirror.begin()
}

/**
 * A run that says it is active has lost its host; one without a state was made by an earlier version that was killed. A
 * damaged state stays as it is.
 */
async function recoverState(store: ExperimentStore, id: ExperimentId): Promise<void> {
  const file = await store
    .readState(id)
    .catch((error: unknown) => (toAppError(error).code === 'experiment/incomplete' ? unknownState : null))
  if (!file || (file !== unknownState && !isActive(file.state))) return
  await store.readRecord(id)
  await store.writeState(id, { ...file, hostPid: process.pid, state: interrupted })
}
