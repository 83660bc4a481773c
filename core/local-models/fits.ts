import {
  parseSettings,
  UserError,
  type Fit,
  type FitPrecision,
  type MemoryNeed,
  type ModelFit,
} from '../contract/index.ts'
import { EngineGone } from '../engine/engine-client.ts'
import type { DeviceReport } from '../engine/engine-protocol.ts'
import type { ModelReader } from '../reader/client.ts'
import type { ModelPlace } from '../reader/protocol.ts'
import type { MemoryPlace } from '../training/memory-estimate.ts'
import { memoryOf, type MachineMemory } from './machine-memory.ts'

/** What models need of this machine's memory, on the device that is recommended and for a small training. */
export interface ModelFits {
  /** Of a model's folder. Throws UserError as the reader. */
  ofModel(place: ModelPlace): Promise<ModelFit>
  /** Of a folder that holds config.json and no weights, which have this element type. Throws UserError as the reader. */
  ofSketch(folder: string, dtype: string): Promise<ModelFit>
  /** Of a model of which only its size is known. */
  ofParameterCount(count: number): Promise<ModelFit>
}

export interface ModelFitsOptions {
  readonly reader: ModelReader
  readonly devices: () => Promise<DeviceReport>
}

const PRECISIONS: readonly FitPrecision[] = ['as-stored', 'int8', 'int4']

interface Needed {
  readonly memoryBytes: number
  readonly chatBytes: number
}

export function createModelFits({ reader, devices }: ModelFitsOptions): ModelFits {
  async function fit(
    needed: (precision: FitPrecision, place: MemoryPlace) => Promise<Needed> | Needed,
    isApproximate: boolean,
  ): Promise<ModelFit> {
    const report = await devices().catch((error: unknown) => {
      throw error instanceof EngineGone ? new UserError('engine/unavailable', { reason: error.exit.reason }) : error
    })
    const { kind } = report.recommended
    const hasKernels = report.devices.find((device) => device.kind === kind)?.reason !== 'compiler-missing'
    const memory = memoryOf(kind, report)
    const needs: MemoryNeed[] = []
    // One after the other: a reader's process has so much memory and time for each.
    for (const precision of PRECISIONS)
      needs.push(needOf(precision, await needed(precision, { kind, hasKernels }), memory))
    return { device: kind, memoryBytes: memory.totalBytes, availableBytes: memory.availableBytes, isApproximate, needs }
  }
  const estimate = (place: ModelPlace, sketched?: 'float32' | 'float16' | 'bfloat16') =>
    fit(
      (precision, memoryPlace) =>
        reader.call('memory', {
          ...place,
          values: settingsWith(precision),
          place: memoryPlace,
          ...(sketched && { sketched }),
        }),
      false,
    )
  return {
    ofModel: (place) => estimate(place),
    ofSketch: (folder, dtype) =>
      estimate({ folder, stamp: '' }, dtype === 'float16' || dtype === 'bfloat16' ? dtype : 'float32'),
    ofParameterCount: (count) => fit((precision, { kind }) => roughly(count, precision, kind === 'cuda'), true),
  }
}

/** The least that teaches something; what a run takes with its own settings is told by its plan. */
const SMALL_TRAINING = {
  'training.batch_size': 1,
  'tokenizer.max_length': 256,
  'tokenizer.max_length_prompt': 128,
  'tokenizer.max_length_answer': 128,
  'prediction.max_length_inference': 128,
}
const settingsWith = (precision: FitPrecision) =>
  parseSettings({ ...SMALL_TRAINING, 'architecture.backbone_dtype': precision }).values

const needOf = (precision: FitPrecision, { memoryBytes, chatBytes }: Needed, memory: MachineMemory): MemoryNeed => ({
  precision,
  trainingBytes: memoryBytes,
  training: fitOf(memoryBytes, memory),
  chatBytes,
  chat: fitOf(chatBytes, memory),
})

const fitOf = (bytes: number, { availableBytes, totalBytes }: MachineMemory): Fit =>
  bytes <= availableBytes ? 'fits' : bytes <= totalBytes ? 'tight' : 'no'

/** Bytes that a parameter of the base model takes. Norms and tables stay as they are stored. */
const BYTES: Readonly<Record<FitPrecision, number>> = { 'as-stored': 2, int8: 1.17, int4: 0.75 }
/**
 * What comes on top, fitted to what `estimateMemory` says of Llama, GPT-2 and Qwen3 models of 0.15 to 8 billion
 * parameters with SMALL_TRAINING: bytes, and bytes a parameter.
 */
const ON_TOP = {
  cpu: { training: [3.2e9, 1.15], chat: [0.8e9, 0.22] },
  cuda: { training: [1.6e9, 0.2], chat: [1.3e9, 0.1] },
} as const
/** On CUDA: scratch memory for what is dequantized. */
const DEQUANTIZED_BYTES = 0.45e9

function roughly(count: number, precision: FitPrecision, isCuda: boolean): Needed {
  const { training, chat } = ON_TOP[isCuda ? 'cuda' : 'cpu']
  const scratch = isCuda && precision !== 'as-stored' ? DEQUANTIZED_BYTES : 0
  const weights = BYTES[precision] * count + scratch
  return { memoryBytes: weights + training[0] + training[1] * count, chatBytes: weights + chat[0] + chat[1] * count }
}
