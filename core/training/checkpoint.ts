import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { readAdapter, readSafetensorsHeader, readTensor, syncFolder, writeAdapter, writeFileAtomic, writeSafetensors, type Adapter } from '../checkpoints/index.ts'
import { toDiskError } from '../checkpoints/disk-errors.ts'
import { UserError } from '../contract/index.ts'
import type { LoraLayout } from '../models/lora.ts'

const STATE = 'state.json'
const OPTIMIZER = 'optimizer.safetensors'

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
})
export type TrainingState = z.infer<typeof StateFile>

/** A run at one step: the flat trainable vector and the optimizer's vectors of the same length. */
export interface Snapshot {
  readonly state: TrainingState
  readonly p: Float32Array<ArrayBuffer>
  readonly optimizer: Readonly<Record<string, Float32Array<ArrayBuffer>>>
}

const aliases = ['last', 'best'] as const
export type CheckpointName = (typeof aliases)[number]

/**
 * The checkpoint that `last` or `best` names: small text files that hold a folder's name, which work on every disk, also where links do not.
 * Where `last` is damaged, the newest whole checkpoint; null where there is none.
 */
export async function latestCheckpoint(checkpointFolder: string, name: CheckpointName = 'last'): Promise<{ folder: string; step: number } | null> {
  const named = await targetOf(checkpointFolder, name)
  const others = name === 'last' ? (await stepFolders(checkpointFolder)).sort((a, b) => Number(b) - Number(a)) : []
  for (const target of [...(named === null ? [] : [named]), ...others]) {
    const folder = join(checkpointFolder, target)
    const state = await readState(folder).catch(() => null)
    if (state) return { folder, step: state.step }
  }
  return null
}

/**
 * Writes `<step>/` with the adapter as PEFT reads it, the optimizer and the state, in one move; then names it `last`, and `best` where it is.
 * Checkpoints that neither names any more are removed. Throws UserError for a full or unwritable disk; the earlier checkpoint stays then.
 */
export async function saveCheckpoint(checkpointFolder: string, layout: LoraLayout, config: Adapter['config'], { state, p, optimizer }: Snapshot): Promise<string> {
  const name = String(state.step)
  const draft = join(checkpointFolder, `${DRAFT}${name}`)
  const folder = join(checkpointFolder, name)
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { recursive: true })
    await writeAdapter(draft, { config, modules: modulesOf(layout, p) })
    const vectors = Object.entries(optimizer).map(([key, data]) => [key, { dtype: 'float32', shape: [data.length], data }] as const)
    await writeSafetensors(join(draft, OPTIMIZER), Object.fromEntries(vectors))
    await writeFileAtomic(join(draft, STATE), JSON.stringify(state, null, 2))
    // The same step again: its first version steps aside for the moment of the move.
    await rename(folder, `${draft}-old`).catch(() => undefined)
    await rename(draft, folder)
    await syncFolder(checkpointFolder)
    await writeFileAtomic(join(checkpointFolder, 'last'), `${name}\n`)
    if (state.bestStep === state.step) await writeFileAtomic(join(checkpointFolder, 'best'), `${name}\n`)
  } catch (error) {
    throw toDiskError(error, checkpointFolder)
  }
  await removeUnnamed(checkpointFolder)
  return folder
}

const DRAFT = '.draft-'

/** Removes checkpoints that no name points to, and drafts of an engine that was killed. */
async function removeUnnamed(checkpointFolder: string): Promise<void> {
  const named = await Promise.all(aliases.map((alias) => targetOf(checkpointFolder, alias)))
  const drafts = (await readdir(checkpointFolder)).filter((entry) => entry.startsWith(DRAFT))
  const unused = [...drafts, ...(await stepFolders(checkpointFolder)).filter((entry) => !named.includes(entry))]
  for (const entry of unused) {
    // On Windows a chat may be reading one: it goes at the next checkpoint.
    await rm(join(checkpointFolder, entry), { recursive: true, force: true }).catch(() => undefined)
  }
}

const stepFolders = async (checkpointFolder: string): Promise<string[]> => (await readdir(checkpointFolder).catch(() => [])).filter((entry) => /^\d+$/.test(entry))

async function targetOf(checkpointFolder: string, alias: CheckpointName): Promise<string | null> {
  const text = await readFile(join(checkpointFolder, alias), 'utf8').catch(() => null)
  return text === null ? null : basename(text.trim())
}

/** Reads a checkpoint back. Throws UserError `checkpoint/layout` where it belongs to other LoRA settings, or for damaged files. */
export async function readCheckpoint(folder: string, layout: LoraLayout, optimizerState: readonly string[]): Promise<Snapshot> {
  const p = await readAdapterVector(folder, layout)
  const { tensors } = await readSafetensorsHeader(join(folder, OPTIMIZER))
  const vector = async (name: string) => {
    const place = tensors.get(name)
    if (place?.shape[0] !== layout.parameterCount) throw new UserError('checkpoint/layout', { folder, expected: layout.parameterCount, found: place?.shape[0] ?? 0 })
    return readTensor(folder, place)
  }
  const vectors = await Promise.all(optimizerState.map(async (name) => [name, await vector(name)] as const))
  return { state: await readState(folder), p, optimizer: Object.fromEntries(vectors) }
}

const readState = async (folder: string): Promise<TrainingState> => StateFile.parse(JSON.parse(await readFile(join(folder, STATE), 'utf8')))

function modulesOf(layout: LoraLayout, p: Float32Array): Adapter['modules'] {
  const part = ({ offset, shape }: { readonly offset: number; readonly shape: readonly [number, number] }) => p.slice(offset, offset + shape[0] * shape[1])
  return new Map(layout.slots.map(({ module, a, b }) => [module.path, { rank: layout.rank, inputSize: module.inSize, outputSize: module.outSize, a: part(a), b: part(b) }]))
}

/** The flat vector of an adapter's folder. Throws UserError `checkpoint/layout` where a module of the layout is missing or of another size. */
export async function readAdapterVector(folder: string, layout: LoraLayout): Promise<Float32Array<ArrayBuffer>> {
  const { modules } = await readAdapter(folder)
  const p = new Float32Array(layout.parameterCount)
  for (const { module, a, b } of layout.slots) {
    const found = modules.get(module.path)
    if (found?.rank !== layout.rank || found.inputSize !== module.inSize || found.outputSize !== module.outSize)
      throw new UserError('checkpoint/layout', { folder, expected: `${module.path} r ${layout.rank}`, found: found ? `r ${found.rank}` : '-' })
    p.set(found.a, a.offset)
    p.set(found.b, b.offset)
  }
  return p
}
