// What changes experiments. Commands on the same experiment, or on the engine, follow each other (turns.ts).
import {
  UserError,
  isActive,
  isResumable,
  parseSettings,
  type ExperimentId,
  type ExperimentSummary,
  type Handlers,
} from '../contract/index.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { isThere } from '../files/is-there.ts'
import { problemError } from '../planning/plan.ts'
import type { Mirror } from './mirror.ts'
import { unknownState, type Queries } from './queries.ts'
import { createDraft, rewind, startOf, type PreparationOptions } from './preparation.ts'
import { experimentFiles } from './store.ts'
import type { Supervisor } from './supervisor.ts'
import type { Turns } from './turns.ts'

/** The turn of what needs the engine; other turns are an experiment's id. */
export const ENGINE = 'engine'

export interface CommandOptions extends PreparationOptions {
  readonly supervisor: Supervisor
  readonly queries: Queries
  readonly mirror: Mirror
  readonly turns: Turns
  /** True once the studio closes: nothing starts any more. */
  readonly isClosing: () => boolean
}

type Commands = {
  [N in 'start' | 'stop' | 'resume' | 'restoreDataset' | 'rename' | 'remove' | 'restore']: Handlers[`experiments.${N}`]
}

export const createCommands = (options: CommandOptions): Commands => ({
  start: ({ settings }) => options.turns.inTurn([ENGINE], () => start(options, settings)),
  stop: ({ id }) => stop(options, id),
  resume: ({ id, step }) => options.turns.inTurn([ENGINE, id], () => resume(options, id, step)),
  restoreDataset: ({ id, orSame }) => restoreDataset(options, id, orSame),
  rename: ({ id, name }) => options.turns.inTurn([id], () => rename(options, id, name)),
  remove: ({ id }) => options.turns.inTurn([id], () => remove(options, id)),
  restore: ({ id }) =>
    options.turns.inTurn([id], async () => {
      await options.store.restore(id)
      return options.mirror.tell(await options.queries.summary(id))
    }),
})

/** Throws UserError where the engine works for a run, or the studio closes. */
function requireEngine({ supervisor, isClosing }: CommandOptions): void {
  if (isClosing()) throw new UserError('experiment/closing')
  const active = supervisor.active()
  if (active) throw new UserError('experiment/busy', { name: active.record.name })
}

async function start(options: CommandOptions, settings: Readonly<Record<string, unknown>>): Promise<ExperimentSummary> {
  const { supervisor, mirror, isClosing } = options
  const { values, problems } = parseSettings(settings)
  if (problems[0]) throw problemError(problems[0])
  requireEngine(options)
  const startFrom = await startOf(options, values)
  const record = await createDraft(options, values)
  if (isClosing()) {
    await supervisor.saveState(record.id, unknownState)
    throw new UserError('experiment/closing')
  }
  supervisor.launch(record, { startFrom })
  return mirror.announce(record)
}

async function stop({ supervisor, turns }: CommandOptions, id: ExperimentId): Promise<null> {
  // A resume that is under way is stopped once it has begun.
  await turns.settled(id)
  const active = supervisor.active()
  if (active?.id === id) supervisor.stop(active)
  return null
}

async function resume(options: CommandOptions, id: ExperimentId, step: number | undefined): Promise<ExperimentSummary> {
  const { store, models, supervisor, queries, mirror, isClosing } = options
  const record = await queries.record(id)
  requireEngine(options)
  const { file } = await queries.state(id)
  if (step === undefined && !isResumable(file.state))
    throw new UserError('experiment/not-resumable', { name: record.name })
  const modelFolder = await models.locate(record.model)
  try {
    await store.sweepRun(id)
    // A run that is cut off from here on can be resumed at the next start.
    await store.writeState(id, { ...file, state: { kind: 'preparing' }, hostPid: process.pid })
    const launchOptions = await rewind(options, record, { file, step })
    if (isClosing()) throw new UserError('experiment/closing')
    supervisor.forget(id)
    supervisor.launch({ ...record, model: { ...record.model, folder: modelFolder } }, launchOptions)
  } catch (error) {
    await supervisor.saveState(id, file)
    throw toDiskError(error, store.folderOf(id))
  }
  return mirror.announce(record)
}

async function restoreDataset({ store, datasets, queries }: CommandOptions, id: ExperimentId, orSame: boolean) {
  const { name, dataset } = await queries.record(id)
  const now = orSame ? await datasets.find(dataset.id).catch(() => null) : null
  if (now?.version === dataset.version) return now
  const { columns, sources = [] } = dataset
  const { dataset: file } = experimentFiles(store.folderOf(id))
  if (!columns || !(await isThere(file))) throw new UserError('experiment/no-dataset', { name })
  return datasets.addRows(`${dataset.name} v${dataset.version}`, { file, columns, sources })
}

async function rename(
  { store, supervisor, queries, mirror }: CommandOptions,
  id: ExperimentId,
  name: string,
): Promise<ExperimentSummary> {
  const record = { ...(await queries.record(id)), name }
  await store.writeRecord(record)
  const active = supervisor.active()
  if (active?.id === id) active.record = record
  return mirror.announce(record)
}

async function remove({ store, supervisor, queries, mirror }: CommandOptions, id: ExperimentId): Promise<null> {
  if ((await queries.ids()).includes(id)) {
    const active = supervisor.active()
    const { name, state } = await queries.summary(id)
    // Where its record cannot be read, the summary does not know that it trains.
    if (active?.id === id || isActive(state))
      throw new UserError('experiment/busy', { name: active?.id === id ? active.record.name : name })
    await store.trash(id)
  }
  // One that somebody else has removed is gone all the same.
  mirror.forget(id)
  return null
}
