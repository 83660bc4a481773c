import { z } from 'zod'
import { DeviceKind, type SettingValues } from '../contract/index.ts'
import type { HistoryFiles } from './history.ts'

/** What the engine needs for a run: plain data that crosses the process border. */
export interface TrainJob {
  /** Folder of the base model (config.json, weights, tokenizer). */
  readonly modelFolder: string
  /** JSONL files of {rowId, rowNumber, prompt, answer, system?}, one row a line; the host's snapshot of the dataset. */
  readonly trainFile: string
  readonly validationFile: string
  /** Where `<step>/`, `last` and `best` are written. */
  readonly checkpointFolder: string
  /** Where metrics and predictions are written. */
  readonly history: HistoryFiles
  /** A checkpoint's folder to go on from; null starts fresh. */
  readonly resumeFrom: string | null
  /** A checkpoint's folder of another run whose result this one begins with; null for a fresh start. */
  readonly startFrom: string | null
  readonly settings: SettingValues
  /** Never 'auto': the host has chosen. */
  readonly device: DeviceKind
}

/** Any number, NaN and the infinities too. */
export const anyNumber = z.custom<number>((value) => typeof value === 'number')
const count = z.number().int().nonnegative()
const facts = z.record(z.string(), z.union([z.string(), anyNumber]))

/** What the engine tells of a run. The host checks every message: native code runs in the engine. */
export const TrainEvent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('prepared'),
    device: DeviceKind,
    trainRowCount: count,
    validationRowCount: count,
    trainableParameterCount: count,
    stepsPerEpoch: count,
    totalSteps: count,
    firstStep: count,
  }),
  z.object({
    kind: z.literal('step'),
    step: count,
    epoch: anyNumber,
    loss: anyNumber,
    learningRate: anyNumber,
    gradientNorm: anyNumber,
    tokenCount: count,
    stepMs: anyNumber,
  }),
  z.object({
    kind: z.literal('evaluation'),
    step: count,
    epoch: anyNumber,
    validationLoss: anyNumber.nullable(),
    metrics: z.record(z.string(), anyNumber),
    samples: z.array(z.object({ prompt: z.string(), expected: z.string(), answer: z.string() })).readonly(),
  }),
  z.object({ kind: z.literal('checkpoint'), step: count, folder: z.string(), best: z.boolean() }),
  /** `code` is a key of core/contract/log-texts.ts. */
  z.object({ kind: z.literal('log'), level: z.enum(['info', 'warning']), code: z.string(), facts }),
])
export type TrainEvent = z.infer<typeof TrainEvent>

/** How a run ended without an error; user-fixable failures are thrown as UserError. */
export const TrainResult = z.object({
  outcome: z.enum(['finished', 'stopped']),
  step: count,
  lastLoss: anyNumber.nullable(),
})
export type TrainResult = z.infer<typeof TrainResult>
