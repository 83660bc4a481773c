import type { DeviceKind, SettingValues } from '../contract/index.ts'

/** What the engine needs for a run: plain data that crosses the process border. */
export interface TrainJob {
  /** Folder of the base model (config.json, weights, tokenizer). */
  readonly modelFolder: string
  /** JSONL files of {rowId, rowNumber, prompt, answer, system?}, one row a line; the host's snapshot of the dataset. */
  readonly trainFile: string
  readonly validationFile: string
  /** Where `<step>/`, `last` and `best` are written. */
  readonly checkpointFolder: string
  /** A checkpoint's folder to go on from; null starts fresh. */
  readonly resumeFrom: string | null
  /** A checkpoint's folder of another run whose result this one begins with; null for a fresh start. */
  readonly startFrom: string | null
  readonly settings: SettingValues
  /** Never 'auto': the host has chosen. */
  readonly device: DeviceKind
}

export type TrainEvent =
  | { readonly kind: 'prepared'; readonly device: DeviceKind; readonly trainRowCount: number; readonly validationRowCount: number; readonly trainableParameterCount: number; readonly stepsPerEpoch: number; readonly totalSteps: number; readonly firstStep: number }
  | { readonly kind: 'step'; readonly step: number; readonly epoch: number; readonly loss: number; readonly learningRate: number; readonly gradientNorm: number; readonly tokenCount: number; readonly stepMs: number }
  | { readonly kind: 'evaluation'; readonly step: number; readonly epoch: number; readonly validationLoss: number | null; readonly metrics: Readonly<Record<string, number>>; readonly samples: readonly { readonly prompt: string; readonly expected: string; readonly answer: string }[] }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly folder: string; readonly best: boolean }
  /** `code` is a key of core/contract/log-texts.ts. */
  | { readonly kind: 'log'; readonly level: 'info' | 'warning'; readonly code: string; readonly facts: Readonly<Record<string, string | number>> }

/** How a run ended without an error; user-fixable failures are thrown as UserError. */
export interface TrainResult {
  readonly outcome: 'finished' | 'stopped'
  readonly step: number
  readonly lastLoss: number | null
}
