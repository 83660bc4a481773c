// Where a run's checkpoints lie and which of them counts. `<step>/` appears and disappears in one move; `last` and
// `best` name two of them. A file is absent only where the system says so. One that cannot be read now may be whole:
// nothing is removed for its sake.
import { randomBytes } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { UserError, type SettingValues } from '../contract/index.ts'
import { isTemporary, syncFolder, writeFileAtomic } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toReadError } from '../files/read-error.ts'
import { readRegularFile } from '../files/regular-file.ts'
import { defineStored } from '../files/stored.ts'

export const STATE_FILE = 'state.json'
export const MODEL_FILE = 'model.safetensors'

/** What resuming needs besides the vectors. Everything random follows from the seed and the step. */
const CheckpointStateFile = z.object({
  step: z.number().int(),
  /** Epochs done, with their fraction; for readers of the file. */
  epoch: z.number().default(0),
  seed: z.number(),
  /** The last step whose evaluation is complete. */
  evaluatedStep: z.number().nullable().default(null),
  bestValidationLoss: z.number().nullable(),
  bestStep: z.number().nullable(),
  lastLoss: z.number().nullable(),
  /** The score by which `best` is chosen: the validation loss, or the metric of the settings. */
  bestScore: z.number().nullable().default(null),
  /** Where memory was short: so many rows are computed at once. */
  microBatchRows: z.number().nullable().default(null),
  /** float16's loss scale. */
  lossScale: z.object({ value: z.number(), goodSteps: z.number(), overflows: z.number() }).nullable().default(null),
})
export type TrainingState = z.infer<typeof CheckpointStateFile>

/** state.json, `last` and `best` are a few hundred bytes. */
const MAX_BYTES = 1_000_000

export const checkpointState = defineStored({
  name: 'checkpoint-state.json',
  schema: CheckpointStateFile,
  migrations: [],
  maxBytes: MAX_BYTES,
  damaged: 'experiment/damaged',
})

export interface FoundCheckpoint {
  readonly folder: string
  readonly step: number
}

/** Which checkpoints stay: the last and the best, or one of every evaluation too. */
export type KeptCheckpoints = 'named' | 'all'

const aliases = ['last', 'best'] as const
export type CheckpointName = (typeof aliases)[number]

/** A checkpoint that is being written. */
const DRAFT = '.draft-'
/** The earlier version of a checkpoint that is written again: it has stepped aside for the moment of the move. */
const ASIDE = '.aside-'
/** A checkpoint that is being removed. */
const GONE = '.gone-'

const STEP = /^\d{1,15}$/

/**
 * Reads a checkpoint's state. Throws UserError 'file/not-found' where there is none, 'experiment/damaged' where it is
 * not what we write, 'file/unreadable' otherwise.
 */
export const readState = (folder: string): Promise<TrainingState> => checkpointState.read(join(folder, STATE_FILE))

async function readText(file: string): Promise<string> {
  try {
    return (await readRegularFile(file, { maxBytes: MAX_BYTES })).toString('utf8')
  } catch (error) {
    throw isCode(error, 'file/not-regular', 'file/too-large') ? new UserError('experiment/damaged', { file }) : error
  }
}

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof UserError && codes.includes(error.error.code)
const isDamage = (error: unknown): boolean => isCode(error, 'experiment/damaged')

/** What state.json holds; equal states give equal bytes, whether they were read from a file or not. */
export const stateText = (state: TrainingState): string => checkpointState.text(CheckpointStateFile.parse(state))

/**
 * The checkpoint that `last` or `best` names: small text files that hold a folder's name, which work on every disk,
 * also where links do not. Where `last` is damaged, the newest whole checkpoint; null where there is none.
 * Throws UserError 'file/unreadable' for a disk that fails, 'experiment/damaged' or 'experiment/incomplete' where there
 * are steps and all are damaged.
 */
export async function latestCheckpoint(
  checkpointFolder: string,
  name: CheckpointName = 'last',
): Promise<FoundCheckpoint | null> {
  let damage: unknown = null
  const unlessDamaged = (error: unknown): null => {
    if (!isDamage(error)) throw error
    damage ??= error
    return null
  }
  const named = await targetOf(checkpointFolder, name).catch(unlessDamaged)
  const others = name === 'last' ? (await checkpointSteps(checkpointFolder)).reverse().map(String) : []
  for (const target of [...(named === null ? [] : [named]), ...others]) {
    const found = await checkpointIn(join(checkpointFolder, target)).catch(unlessDamaged)
    if (found) return found
  }
  if (others[0] === undefined) return null
  throw damage ?? new UserError('experiment/incomplete', { file: join(checkpointFolder, others[0], STATE_FILE) })
}

/** Steps whose checkpoints are there, in order. */
export const checkpointSteps = async (checkpointFolder: string): Promise<number[]> =>
  (await stepFolders(checkpointFolder)).map(Number).sort((a, b) => a - b)

/** The checkpoint of a step; null where it is not there. Throws UserError 'experiment/damaged' or 'file/unreadable'. */
export const checkpointAt = (checkpointFolder: string, step: number): Promise<FoundCheckpoint | null> =>
  checkpointIn(join(checkpointFolder, String(step)))

/**
 * The checkpoint that chat, exports and later runs use, as the settings say: the best where that was asked for and
 * there is one, else the last.
 */
export async function usedCheckpoint(
  checkpointFolder: string,
  settings: Pick<SettingValues, 'training.save_checkpoint'>,
): Promise<FoundCheckpoint | null> {
  const best = settings['training.save_checkpoint'] === 'best' ? await latestCheckpoint(checkpointFolder, 'best') : null
  return best ?? latestCheckpoint(checkpointFolder)
}

async function checkpointIn(folder: string): Promise<FoundCheckpoint | null> {
  const state = await readState(folder).catch((error: unknown) => {
    if (isCode(error, 'file/not-found')) return null
    throw error
  })
  // Of two steps it would not be known which one a rewind goes back to.
  if (state && basename(folder) !== String(state.step))
    throw new UserError('experiment/damaged', { file: join(folder, STATE_FILE) })
  return state && { folder, step: state.step }
}

/**
 * A new folder to write the checkpoint of a step into. The run's own folder must be there: one that was deleted does
 * not come back.
 */
export async function newDraft(checkpointFolder: string, step: number): Promise<string> {
  const draft = join(checkpointFolder, `${DRAFT}${step}-${newSuffix()}`)
  await disk.mkdir(draft)
  return draft
}

/**
 * Moves a whole, synced draft to its place and names it. At every moment either the earlier or the new checkpoint is
 * whole and found (after
 * `sweepCheckpoints`); what no name points to any more is removed last. Returns the checkpoint's folder.
 */
export async function placeCheckpoint(
  checkpointFolder: string,
  draft: string,
  { state, keep }: { readonly state: TrainingState; readonly keep: KeptCheckpoints },
): Promise<string> {
  const name = String(state.step)
  const folder = join(checkpointFolder, name)
  const aside = join(checkpointFolder, `${ASIDE}${name}`)
  if (await isThere(folder)) {
    await disk.rm(aside, { recursive: true, force: true })
    await disk.rename(folder, aside)
  }
  try {
    await disk.rename(draft, folder)
  } catch (error) {
    await disk.rename(aside, folder).catch(() => undefined)
    throw error
  }
  await syncFolder(checkpointFolder)
  if (state.bestStep === state.step) await nameCheckpoint(checkpointFolder, 'best', name)
  await nameCheckpoint(checkpointFolder, 'last', name)
  await removeUnnamed(checkpointFolder, state, keep)
  return folder
}

const nameCheckpoint = (checkpointFolder: string, alias: CheckpointName, name: string): Promise<void> =>
  writeFileAtomic(join(checkpointFolder, alias), `${name}\n`)

/**
 * Removes checkpoints that no name points to, and what a killed engine left behind. Where a name cannot be read, all
 * stay until the next time.
 */
async function removeUnnamed(
  checkpointFolder: string,
  { step, bestStep }: TrainingState,
  keep: KeptCheckpoints,
): Promise<void> {
  const [named, entries] = await Promise.all([namedFolders(checkpointFolder), entriesOf(checkpointFolder)]).catch(
    () => [[], []],
  )
  const kept = [...named, String(step), String(bestStep)]
  // What stepped aside for other steps could not be put in order at the start: it may be the only whole one.
  const strays = entries.filter(({ name }) => name === `${ASIDE}${step}` || (isStray(name) && !name.startsWith(ASIDE)))
  const others = keep === 'all' ? [] : entries.filter((entry) => isStep(entry) && !kept.includes(entry.name))
  for (const { name } of [...strays, ...others]) await discard(checkpointFolder, name)
}

const isStray = (entry: string): boolean =>
  [DRAFT, ASIDE, GONE].some((prefix) => entry.startsWith(prefix)) || isTemporary(entry)

/**
 * Removes an entry so that no half of it can be taken for a checkpoint. On Windows a chat may be reading it: then it
 * stays until the next time.
 */
async function discard(checkpointFolder: string, entry: string): Promise<void> {
  try {
    const gone = entry.startsWith('.') ? entry : `${GONE}${entry}-${newSuffix()}`
    if (gone !== entry) await disk.rename(join(checkpointFolder, entry), join(checkpointFolder, gone))
    await disk.rm(join(checkpointFolder, gone), { recursive: true, force: true })
  } catch {
    // It takes room, and no more.
  }
}

/**
 * Puts the folder in order after an engine that was killed: a checkpoint that had stepped aside comes back, drafts and
 * halves go. Only for a run that nobody works on. Throws UserError 'file/unreadable' where the folder, or a checkpoint
 * that stepped aside, cannot be read.
 */
export async function sweepCheckpoints(checkpointFolder: string): Promise<void> {
  for (const { name } of await entriesOf(checkpointFolder))
    if (name.startsWith(ASIDE)) await settleAside(checkpointFolder, name)
  const named = await namedFolders(checkpointFolder).catch(() => null)
  for (const entry of await entriesOf(checkpointFolder)) {
    const isHalf = async () =>
      STEP.test(entry.name) &&
      entry.isDirectory() &&
      named?.includes(entry.name) === false &&
      !(await hasState(join(checkpointFolder, entry.name)).catch(() => true))
    if (isStray(entry.name) || (await isHalf())) await discard(checkpointFolder, entry.name)
  }
}

/** Drafts are moved whole, so that the new version is whole where it is there: else the earlier one comes back. */
async function settleAside(checkpointFolder: string, entry: string): Promise<void> {
  const name = entry.slice(ASIDE.length)
  const [place, aside] = [join(checkpointFolder, name), join(checkpointFolder, entry)]
  if (!STEP.test(name) || !(await hasState(aside)) || (await hasState(place))) return discard(checkpointFolder, entry)
  if (await isThere(place)) await discard(checkpointFolder, name)
  await disk.rename(aside, place)
  await syncFolder(checkpointFolder)
}

/** A folder without it is a half: it is written last, and what is removed takes another name first. */
const hasState = (folder: string): Promise<boolean> => isThere(join(folder, STATE_FILE))

/**
 * Makes a checkpoint the last one: later ones are forgotten, and `best` is what it was then. With null only the names
 * are: there is no checkpoint then. Later ones that cannot be read stay until the run comes to their step.
 * Returns whether the evaluation of the checkpoint's step is part of it.
 */
export async function rewindCheckpoints(
  checkpointFolder: string,
  checkpoint: FoundCheckpoint | null,
): Promise<{ readonly isEvaluated: boolean }> {
  const state = checkpoint && (await readState(checkpoint.folder))
  const best = state?.bestStep ?? null
  // Everything is read before anything is changed.
  const hasBest = best !== null && (await hasState(join(checkpointFolder, String(best))))
  const later = state === null ? [] : await readableAfter(checkpointFolder, state.step)
  if (checkpoint) await nameCheckpoint(checkpointFolder, 'last', basename(checkpoint.folder))
  else await disk.rm(join(checkpointFolder, 'last'), { force: true })
  if (hasBest) await nameCheckpoint(checkpointFolder, 'best', String(best))
  else await disk.rm(join(checkpointFolder, 'best'), { force: true })
  for (const entry of later) await discard(checkpointFolder, entry)
  return { isEvaluated: state !== null && state.evaluatedStep === state.step }
}

async function readableAfter(checkpointFolder: string, step: number): Promise<string[]> {
  const later = (await stepFolders(checkpointFolder)).filter((entry) => Number(entry) > step)
  const isReadable = await Promise.all(
    later.map((entry) =>
      readState(join(checkpointFolder, entry)).then(
        () => true,
        (error: unknown) => isCode(error, 'file/not-found'),
      ),
    ),
  )
  return later.filter((_, index) => isReadable[index])
}

const stepFolders = async (checkpointFolder: string): Promise<string[]> =>
  (await entriesOf(checkpointFolder)).filter(isStep).map(({ name }) => name)

/** Not a file: that is nobody's checkpoint. */
const isStep = (entry: Dirent): boolean => STEP.test(entry.name) && !entry.isFile()

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (isAbsent(error)) return []
    throw toReadError(error, folder)
  }
}

const namedFolders = async (checkpointFolder: string): Promise<string[]> => {
  const names = await Promise.all(aliases.map((alias) => targetOf(checkpointFolder, alias)))
  return names.filter((name) => name !== null)
}

/** Null where nobody bears the name. Throws UserError 'experiment/damaged' or 'file/unreadable'. */
async function targetOf(checkpointFolder: string, alias: CheckpointName): Promise<string | null> {
  const file = join(checkpointFolder, alias)
  try {
    const name = (await readText(file)).trim()
    if (STEP.test(name)) return name
  } catch (error) {
    if (isCode(error, 'file/not-found')) return null
    throw error
  }
  throw new UserError('experiment/damaged', { file })
}

const newSuffix = (): string => randomBytes(4).toString('hex')

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isAbsent(error)) return false
    throw toReadError(error, path)
  }
}
