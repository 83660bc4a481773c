// The two files that say what an experiment is: experiment.yaml (written once, and on renaming) and state.json. Both
// may have been edited, cut or copied from elsewhere, so that nothing of them is used before a schema has parsed it.
import { readFile, stat } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import {
  ColumnId,
  ColumnRole,
  DatasetId,
  DeviceKind,
  ModelId,
  parseSettings,
  UserError,
  type ExperimentId,
  type RunProgress,
  type RunState,
  type SettingValues,
} from '../contract/index.ts'
import { anyNumber } from '../training/job.ts'
import { flattenSettings, nestSettings } from './settings-yaml.ts'
import { StoredError } from '../engine/stored-error.ts'

/** Both files are a few kilobytes; the settings may hold long texts. */
const MAX_BYTES = 4_000_000
const MAX_NAME = 200
const time = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .transform((text) => new Date(text).toISOString())
const count = z.number().int().nonnegative()

/** What experiment.yaml holds: written once at the start (and on renaming), readable and editable by a person. */
const RecordFile = z.object({
  version: z.literal(1).default(1),
  name: z.string().transform((name) => name.slice(0, MAX_NAME)),
  createdAt: time,
  /** `columns`: of data/dataset.parquet, where the columns are called by their ids. */
  dataset: z.object({
    id: DatasetId,
    name: z.string(),
    version: z.number(),
    columns: z.array(z.object({ id: ColumnId, name: z.string(), role: ColumnRole })).optional(),
  }),
  model: z.object({ id: ModelId, name: z.string(), folder: z.string() }),
  device: DeviceKind,
  rows: z.object({ train: count, validation: count }),
  settings: z.unknown(),
})

export interface ExperimentRecord extends Omit<z.infer<typeof RecordFile>, 'settings' | 'version'> {
  readonly id: ExperimentId
  readonly settings: SettingValues
}

const Progress: z.ZodType<RunProgress> = z.object({
  step: count,
  totalSteps: count,
  epoch: anyNumber,
  totalEpochs: anyNumber,
  stepsPerSecond: anyNumber,
  tokensPerSecond: anyNumber,
  elapsedSeconds: anyNumber,
  remainingSeconds: anyNumber.nullable(),
  loss: anyNumber.nullable(),
  learningRate: anyNumber.nullable(),
  validationLoss: anyNumber.nullable(),
})

const State: z.ZodType<RunState> = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['preparing', 'training', 'stopping', 'stopped', 'finished']) }),
  z.object({ kind: z.literal('failed'), error: StoredError.catch({ code: 'internal', facts: { message: '' } }) }),
  z.object({
    kind: z.literal('interrupted'),
    reason: z.enum(['engine-exit', 'engine-unresponsive', 'studio-closed']),
    detail: z.string().default(''),
  }),
])

/** What state.json holds: rewritten atomically whenever the run's state changes, and with every checkpoint. */
const StateJson = z.object({
  version: z.literal(1).default(1),
  state: State,
  progress: Progress.nullable().catch(null),
  trainableParameterCount: count.nullable().catch(null),
  /** The process that supervises the run while it is active. */
  hostPid: z.number().default(0),
})
export type StateFile = Omit<z.infer<typeof StateJson>, 'version'>

/**
 * Reads experiment.yaml. Throws UserError 'experiment/incomplete' {file} where it is missing, 'experiment/damaged'
 * {file} where it is not what we write.
 */
export async function readRecord(file: string, id: ExperimentId): Promise<ExperimentRecord> {
  const text = await readText(file)
  const { settings, version: _, ...rest } = parsed(file, RecordFile, () => parse(text))
  return { ...rest, id, settings: parseSettings(flattenSettings(settings, file)).values }
}

/** Reads state.json. Throws like `readRecord`. */
export async function readState(file: string): Promise<StateFile> {
  const text = await readText(file)
  const { version: _, ...state } = parsed(file, StateJson, () => JSON.parse(text) as unknown)
  return state
}

export const recordText = ({ id: _, settings, ...rest }: ExperimentRecord): string =>
  stringify({ version: 1, ...rest, settings: nestSettings(settings) })
export const stateText = (state: StateFile): string => JSON.stringify({ version: 1, ...state }, null, 2)

function parsed<T>(file: string, schema: z.ZodType<T>, parseText: () => unknown): T {
  try {
    return schema.parse(parseText())
  } catch {
    throw new UserError('experiment/damaged', { file })
  }
}

async function readText(file: string): Promise<string> {
  try {
    const found = await stat(file)
    if (!found.isFile() || found.size > MAX_BYTES) throw new UserError('experiment/damaged', { file })
    return await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new UserError('experiment/incomplete', { file })
    throw code === undefined ? error : new UserError('file/unreadable', { file, reason: code })
  }
}
