// Where a run's checkpoints lie and which of them counts. `<step>/` appears and disappears in one move; `last` and `best` name two of them.
import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { ADAPTER_WEIGHTS } from '../checkpoints/index.ts'
import type { SettingValues } from '../contract/index.ts'
import { isTemporary, syncFolder, writeFileAtomic } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'

export const STATE_FILE = 'state.json'
export const MODEL_FILE = 'model.safetensors'

/** What resuming needs besides the vectors. Everything random follows from the seed and the step. */
const StateFile = z.object({
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
export type TrainingState = z.infer<typeof StateFile>

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

/** Reads a checkpoint's state. Throws where it is missing or damaged. */
export const readState = async (folder: string): Promise<TrainingState> => StateFile.parse(JSON.parse(await readFile(join(folder, STATE_FILE), 'utf8')))

/** What state.json holds; equal states give equal bytes, whether they were read from a file or not. */
export const stateText = (state: TrainingState): string => JSON.stringify(StateFile.parse(state), null, 2)

/**
 * The checkpoint that `last` or `best` names: small text files that hold a folder's name, which work on every disk, also where links do not.
 * Where `last` is damaged, the newest whole checkpoint; null where there is none.
 */
export async function latestCheckpoint(checkpointFolder: string, name: CheckpointName = 'last'): Promise<FoundCheckpoint | null> {
  const named = await targetOf(checkpointFolder, name)
  const others = name === 'last' ? (await checkpointSteps(checkpointFolder)).reverse().map(String) : []
  for (const target of [...(named === null ? [] : [named]), ...others]) {
    const found = await checkpointIn(join(checkpointFolder, target))
    if (found) return found
  }
  return null
}

/** Steps whose checkpoints are there, in order. */
export const checkpointSteps = async (checkpointFolder: string): Promise<number[]> => (await stepFolders(checkpointFolder)).map(Number).sort((a, b) => a - b)

/** The checkpoint of a step; null where it is not there or damaged. */
export const checkpointAt = (checkpointFolder: string, step: number): Promise<FoundCheckpoint | null> => checkpointIn(join(checkpointFolder, String(step)))

/** The checkpoint that chat, exports and later runs use, as the settings say: the best where that was asked for and there is one, else the last. */
export async function usedCheckpoint(checkpointFolder: string, settings: Pick<SettingValues, 'training.save_checkpoint'>): Promise<FoundCheckpoint | null> {
  const best = settings['training.save_checkpoint'] === 'best' ? await latestCheckpoint(checkpointFolder, 'best') : null
  return best ?? latestCheckpoint(checkpointFolder)
}

async function checkpointIn(folder: string): Promise<FoundCheckpoint | null> {
  const state = await readState(folder).catch(() => null)
  return state && { folder, step: state.step }
}

/** A new folder to write the checkpoint of a step into. The run's own folder must be there: one that was deleted does not come back. */
export async function newDraft(checkpointFolder: string, step: number): Promise<string> {
  const draft = join(checkpointFolder, `${DRAFT}${step}-${newSuffix()}`)
  await disk.mkdir(draft)
  return draft
}

/**
 * Moves a whole, synced draft to its place and names it. At every moment either the earlier or the new checkpoint is whole and found (after
 * `sweepCheckpoints`); what no name points to any more is removed last. Returns the checkpoint's folder.
 */
export async function placeCheckpoint(checkpointFolder: string, draft: string, { state, keep }: { readonly state: TrainingState; readonly keep: KeptCheckpoints }): Promise<string> {
  const name = String(state.step)
  const folder = join(checkpointFolder, name)
  const aside = join(checkpointFolder, `${ASIDE}${name}`)
  if (await exists(folder)) {
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
  await removeUnnamed(checkpointFolder, keep)
  return folder
}

const nameCheckpoint = (checkpointFolder: string, alias: CheckpointName, name: string): Promise<void> => writeFileAtomic(join(checkpointFolder, alias), `${name}\n`)

/** Removes checkpoints that no name points to, and what a killed engine left behind. */
async function removeUnnamed(checkpointFolder: string, keep: KeptCheckpoints): Promise<void> {
  const named = await namedFolders(checkpointFolder)
  const strays = (await readdir(checkpointFolder)).filter(isStray)
  const others = keep === 'all' ? [] : (await stepFolders(checkpointFolder)).filter((entry) => !named.includes(entry))
  for (const entry of [...strays, ...others]) await discard(checkpointFolder, entry)
}

const isStray = (entry: string): boolean => [DRAFT, ASIDE, GONE].some((prefix) => entry.startsWith(prefix)) || isTemporary(entry)

/** Removes an entry so that no half of it can be taken for a checkpoint. On Windows a chat may be reading it: then it stays until the next time. */
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
 * Puts the folder in order after an engine that was killed: a checkpoint that had stepped aside comes back, drafts and halves go.
 * Only for a run that nobody works on.
 */
export async function sweepCheckpoints(checkpointFolder: string): Promise<void> {
  const entries = await readdir(checkpointFolder).catch(() => [])
  for (const entry of entries.filter((name) => name.startsWith(ASIDE))) await bringBack(checkpointFolder, entry)
  const named = await namedFolders(checkpointFolder)
  for (const entry of await readdir(checkpointFolder).catch(() => [])) {
    const isHalf = /^\d+$/.test(entry) && !named.includes(entry) && !(await isWhole(join(checkpointFolder, entry)))
    if (isStray(entry) || isHalf) await discard(checkpointFolder, entry)
  }
}

async function bringBack(checkpointFolder: string, entry: string): Promise<void> {
  const name = entry.slice(ASIDE.length)
  const place = join(checkpointFolder, name)
  if (!/^\d+$/.test(name) || (await isWhole(place)) || !(await isWhole(join(checkpointFolder, entry)))) return
  if (await exists(place)) await discard(checkpointFolder, name)
  await disk.rename(join(checkpointFolder, entry), place)
  await syncFolder(checkpointFolder)
}

const isWhole = async (folder: string): Promise<boolean> =>
  (await checkpointIn(folder)) !== null && ((await exists(join(folder, ADAPTER_WEIGHTS))) || (await exists(join(folder, MODEL_FILE))))

/**
 * Makes a checkpoint the last one: later ones are forgotten, and `best` is what it was then. With null all are forgotten.
 * Returns whether the evaluation of the checkpoint's step is part of it.
 */
export async function rewindCheckpoints(checkpointFolder: string, checkpoint: FoundCheckpoint | null): Promise<{ readonly isEvaluated: boolean }> {
  const state = checkpoint && (await readState(checkpoint.folder))
  const best = state?.bestStep ?? null
  if (checkpoint) await nameCheckpoint(checkpointFolder, 'last', basename(checkpoint.folder))
  else await disk.rm(join(checkpointFolder, 'last'), { force: true })
  if (best !== null && (await checkpointAt(checkpointFolder, best))) await nameCheckpoint(checkpointFolder, 'best', String(best))
  else await disk.rm(join(checkpointFolder, 'best'), { force: true })
  const later = (await stepFolders(checkpointFolder)).filter((entry) => state === null || Number(entry) > state.step)
  for (const entry of later) await discard(checkpointFolder, entry)
  return { isEvaluated: state !== null && state.evaluatedStep === state.step }
}

const stepFolders = async (checkpointFolder: string): Promise<string[]> => (await readdir(checkpointFolder).catch(() => [])).filter((entry) => /^\d+$/.test(entry))

const namedFolders = async (checkpointFolder: string): Promise<string[]> => {
  const names = await Promise.all(aliases.map((alias) => targetOf(checkpointFolder, alias)))
  return names.filter((name) => name !== null)
}

async function targetOf(checkpointFolder: string, alias: CheckpointName): Promise<string | null> {
  const text = await readFile(join(checkpointFolder, alias), 'utf8').catch(() => null)
  const name = text === null ? '' : basename(text.trim())
  return name === '' ? null : name
}

const newSuffix = (): string => randomBytes(4).toString('hex')
const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false)
