import type { AppError, ChatAnswer, ChatMessage, DeviceInfo, DeviceKind, GenerationSettings, SystemInfo } from '../contract/index.ts'
import type { SampleFormat } from '../training/sample-format.ts'
import type { TrainEvent, TrainJob, TrainResult } from '../training/job.ts'

export type { TrainEvent, TrainJob, TrainResult }

export interface GenerateTarget {
  readonly modelFolder: string
  /** A folder with adapter_model.safetensors; null for the base model. */
  readonly adapterFolder: string | null
  readonly format: SampleFormat
  readonly messages: readonly ChatMessage[]
}

export interface GenerateJob {
  readonly device: DeviceKind
  readonly targets: readonly GenerateTarget[]
  readonly settings: GenerationSettings
}

export type GenerateEvent =
  | { readonly kind: 'token'; readonly target: number; readonly text: string }
  | { readonly kind: 'done'; readonly target: number; readonly answer: ChatAnswer }
  | { readonly kind: 'failed'; readonly target: number; readonly error: AppError }

export interface DeviceReport {
  readonly devices: readonly DeviceInfo[]
  readonly recommended: SystemInfo['recommended']
}

/** Everything that the engine can be asked for: parameters, events on the way, result. */
export interface EngineMethods {
  devices: { params: null; event: never; result: DeviceReport }
  train: { params: TrainJob; event: TrainEvent; result: TrainResult }
  generate: { params: GenerateJob; event: GenerateEvent; result: null }
}

export type EngineMethod = keyof EngineMethods

/** Host → engine. */
export type EngineRequest =
  | { readonly type: 'call'; readonly id: number; readonly method: EngineMethod; readonly params: unknown }
  | { readonly type: 'cancel'; readonly id: number }

/** Engine → host. `heartbeat` comes about once a second while the engine's event loop turns. */
export type EngineReply =
  | { readonly type: 'heartbeat' }
  | { readonly type: 'event'; readonly id: number; readonly event: unknown }
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: AppError; readonly stack: string }

/** Milliseconds between two heartbeats. */
export const HEARTBEAT_MS = 1000
/** An engine that has been silent for so long is taken for dead. Loading a large model may hold its loop for seconds. */
export const UNRESPONSIVE_MS = 60_000
