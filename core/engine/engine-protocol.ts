import { z } from 'zod'
import {
  DeviceKind,
  type ChatAnswer,
  type ChatMessage,
  type DeviceInfo,
  type DeviceReason,
  type GenerationSettings,
  type SystemInfo,
} from '../contract/index.ts'
import type { SampleFormat } from '../samples/sample-format.ts'
import { anyNumber, TrainEvent, TrainResult, type TrainJob } from '../training/job.ts'
import { StoredError } from './stored-error.ts'

export type { TrainEvent, TrainJob, TrainResult }

export interface GenerateTarget {
  /** Tried by the reader. */
  readonly modelFolder: string
  /** A folder with adapter_model.safetensors; null for the base model. */
  readonly adapterFolder: string | null
  readonly format: SampleFormat
  readonly messages: readonly ChatMessage[]
  /** To go on with this text as it stands, instead of a conversation. */
  readonly text?: string
}

export interface GenerateJob {
  readonly device: DeviceKind
  readonly targets: readonly GenerateTarget[]
  readonly settings: GenerationSettings
  /** Models that are opened for these questions are closed when they are answered: their folders may move then. */
  readonly once?: boolean
  /**
   * The questions are strangers': special tokens in messages are text, and each answer is decoded together with those
   * of other such jobs, where the device can.
   */
  readonly foreign?: boolean
  /** Texts that end an answer, besides those of the settings and the format. */
  readonly stop?: readonly string[]
}

const ChatAnswerMessage: z.ZodType<ChatAnswer> = z.object({
  text: z.string(),
  finish: z.enum(['stop', 'length', 'context', 'cancelled']),
  tokenCount: z.number(),
  tokensPerSecond: anyNumber,
  droppedTurns: z.number(),
})

const GenerateEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('token'), target: z.number(), text: z.string() }),
  /** `prompt`: the ids that were answered; `tokens`: the answer's, without the mark that ended it. */
  z.object({
    kind: z.literal('done'),
    target: z.number(),
    answer: ChatAnswerMessage,
    prompt: z.array(z.number()),
    tokens: z.array(z.number()),
  }),
  z.object({ kind: z.literal('failed'), target: z.number(), error: StoredError }),
])
export type GenerateEvent = z.infer<typeof GenerateEvent>

export interface DeviceReport {
  readonly devices: readonly DeviceInfo[]
  readonly recommended: SystemInfo['recommended']
}

const reasons = [
  'provider-missing',
  'driver-missing',
  'no-adapter',
  'library-missing',
  'platform',
  'software-adapter',
  'compiler-missing',
  'driver-outdated',
  'gpu-busy',
  'vulkan-missing',
] as const satisfies readonly DeviceReason[]
const DeviceReportMessage: z.ZodType<DeviceReport> = z.object({
  devices: z.array(
    z.object({
      kind: DeviceKind,
      name: z.string(),
      memoryBytes: z.number().exactOptional(),
      freeMemoryBytes: z.number().exactOptional(),
      available: z.boolean(),
      reason: z.enum(reasons).exactOptional(),
    }),
  ),
  recommended: z.object({ kind: DeviceKind, reason: z.enum(['fastest-gpu', 'no-gpu', 'gpu-unusable', 'user-choice']) }),
})

/** Everything that the engine can be asked for: parameters, events on the way, result. */
export interface EngineMethods {
  devices: { params: null; event: never; result: DeviceReport }
  train: { params: TrainJob; event: TrainEvent; result: TrainResult }
  generate: { params: GenerateJob; event: GenerateEvent; result: null }
}

export type EngineMethod = keyof EngineMethods

/**
 * What the engine may say to each call. Native code runs in the engine, so nothing that comes from it is used
 * unchecked.
 */
export const engineMessages: {
  readonly [M in EngineMethod]: {
    readonly event: z.ZodType<EngineMethods[M]['event']>
    readonly result: z.ZodType<EngineMethods[M]['result']>
  }
} = {
  devices: { event: z.never(), result: DeviceReportMessage },
  train: { event: TrainEvent, result: TrainResult },
  generate: { event: GenerateEvent, result: z.null() },
}

/** Host → engine. */
export type EngineRequest =
  | { readonly type: 'call'; readonly id: number; readonly method: EngineMethod; readonly params: unknown }
  | { readonly type: 'cancel'; readonly id: number }

/**
 * Engine → host. `heartbeat` comes about once a second while the engine's event loop turns; `cancelling` as soon as it
 * has heard `cancel`.
 */
export const EngineReply = z.discriminatedUnion('type', [
  z.object({ type: z.literal('heartbeat') }),
  z.object({ type: z.literal('cancelling'), id: z.number() }),
  z.object({ type: z.literal('event'), id: z.number(), event: z.unknown() }),
  z.object({ type: z.literal('result'), id: z.number(), result: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.number(), error: StoredError, stack: z.string() }),
])
export type EngineReply = z.infer<typeof EngineReply>

/** Milliseconds between two heartbeats. */
export const HEARTBEAT_MS = 1000
/**
 * An engine that has been silent for so long is taken for dead. Loading a large model may hold its loop for seconds.
 */
export const UNRESPONSIVE_MS = 60_000
/**
 * A run that is to stop ends with its engine where the engine does not hear of it for so long (a long native call, an
 * endless template) …
 */
export const STOP_ANSWER_MS = 5000
/**
 * … or has heard and neither ends nor tells anything for so long. A step and the checkpoint after it may take minutes.
 */
export const STOP_END_MS = 300_000
