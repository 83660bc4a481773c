// The two files that say what an experiment is: experiment.yaml (written once, and on renaming) and state.json. Both
// may have been edited, cut or copied from elsewhere, so that nothing of them is used before a schema has parsed it.
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import {
  ColumnId,
  ColumnRole,
  DatasetId,
  DatasetSource,
  DeviceKind,
  ModelId,
  parseSettings,
  type ExperimentId,
  type RunProgress,
  type RunState,
  type SettingValues,
} from '../contract/index.ts'
import { defineStored } from '../files/stored.ts'
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
  name: z.string().transform((name) => name.slice(0, MAX_NAME)),
  createdAt: time,
  /** `columns`: of data/dataset.parquet, where the columns are called by their ids. */
  dataset: z.object({
    id: DatasetId,
    name: z.string(),
    version: z.number(),
    columns: z.array(z.object({ id: ColumnId, name: z.string(), role: ColumnRole })).optional(),
    /** Where on the Hub its rows come from. */
    sources: z.array(DatasetSource).max(100).optional().catch(undefined),
  }),
  model: z.object({ id: ModelId, name: z.string(), folder: z.string() }),
  device: DeviceKind,
  rows: z.object({ train: count, validation: count }),
  /** Of an adapter that was trained elsewhere: its id on the Hub, or that of the model that it was here. */
  adopted: z.object({ from: z.string().max(300), licence: z.string().max(200).catch('') }).optional(),
  settings: z.unknown(),
})

export interface ExperimentRecord extends Omit<z.infer<typeof RecordFile>, 'settings'> {
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
const RunStateFile = z.object({
  state: State,
  progress: Progress.nullable().catch(null),
  trainableParameterCount: count.nullable().catch(null),
  /** The process that supervises the run while it is active. */
  hostPid: z.number().default(0),
})
export type RunStateFile = z.infer<typeof RunStateFile>

const errors = { missing: 'experiment/incomplete', damaged: 'experiment/damaged' } as const

export const recordFile = defineStored({
  name: 'experiment.yaml',
  schema: RecordFile,
  migrations: [],
  maxBytes: MAX_BYTES,
  codec: { parse, stringify },
  ...errors,
})
/** The name in experiment.yaml, also where the rest of it is damaged or of a later version. */
export const recordName = defineStored({
  name: 'experiment-name.yaml',
  schema: RecordFile.pick({ name: true }),
  migrations: [],
  maxBytes: MAX_BYTES,
  codec: { parse, stringify },
  later: 'read',
  ...errors,
})
export const stateFile = defineStored({
  name: 'experiment-state.json',
  schema: RunStateFile,
  migrations: [],
  maxBytes: MAX_BYTES,
  ...errors,
})

/**
 * Reads experiment.yaml. Throws UserError 'experiment/incomplete' {file} where it is missing, 'experiment/damaged'
 * {file} where it is not what we write, 'file/unreadable' otherwise. stateFile.read throws the same.
 */
export async function readRecord(file: string, id: ExperimentId): Promise<ExperimentRecord> {
  const { settings, ...rest } = await recordFile.read(file)
  return { ...rest, id, settings: parseSettings(flattenSettings(settings, file)).values }
}

export const recordText = ({ id: _, settings, ...rest }: ExperimentRecord): string =>
  recordFile.text({ ...rest, settings: nestSettings(settings) })
