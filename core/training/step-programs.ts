import type { DeviceKind, SettingValues } from '../contract/index.ts'
import type { Graph } from '../graph/ir.ts'
import { architectureOf } from '../models/family.ts'
import type { LoraLayout } from '../models/lora.ts'
import { trainingProgram, type ModelSource, type TrainingOptions } from '../models/programs.ts'
import type { ModelFiles } from '../weights/model-files.ts'
import { memorySavings } from './memory-policy.ts'
import type { Optimizer } from '../optimization/index.ts'
import { optimizerProgram } from './optimizer-program.ts'
import { computeTypeFor } from './precision.ts'

/** How the two programs of a run's steps are built. */
export interface StepProgramOptions extends TrainingOptions {
  readonly optimizer: Optimizer
  readonly clip: number
  readonly weightDecay: number
  /** NEFTune's α; 0 unless given. */
  readonly noiseAlpha?: number
  /** On CUDA: each shape of batches is captured once as a CUDA graph and replayed, without the cost of each operator. */
  readonly cudaGraph?: boolean
}

/** The options that a run's settings mean for a model. `maxTokens`: of the longest sequence. */
export function stepOptionsFor(
  kind: DeviceKind,
  { architecture }: Pick<ModelFiles, 'architecture'>,
  settings: SettingValues,
  maxTokens: number,
): Omit<StepProgramOptions, 'optimizer'> {
  return {
    ...memorySavings(kind, architecture, settings, maxTokens),
    dropout: settings['training.lora'] ? settings['training.lora_dropout'] : 0,
    attentionDropout: architecture.attentionDropout,
    hiddenDropout: true,
    noiseAlpha: settings['augmentation.neftune_noise_alpha'],
    compute: computeTypeFor(kind, settings),
    cudaGraph: kind === 'cuda',
    clip: settings['training.gradient_clip'],
    weightDecay: settings['training.weight_decay'],
  }
}

/** The program of a micro-batch, and that of the optimizer, over a model's weights as they lie on the device. */
export function stepPrograms(
  source: ModelSource,
  layout: LoraLayout,
  options: StepProgramOptions,
): { readonly training: Graph; readonly update: Graph } {
  const { optimizer, clip, weightDecay, noiseAlpha = 0, compute } = options
  return {
    training: trainingProgram(source, layout, { ...options, noise: noiseAlpha > 0 }),
    update: optimizerProgram(optimizer, layout.parameterCount, {
      clip,
      weightDecay,
      skipOverflow: compute === 'float16',
    }),
  }
}

/** The model with another dropout of its inner values than its config.json says; 0 leaves it. */
export function withDropout<Model extends Pick<ModelFiles, 'architecture' | 'config'>>(model: Model, p: number): Model {
  if (p === 0) return model
  return {
    ...model,
    architecture: architectureOf({
      ...model.config,
      attention_dropout: p,
      hidden_dropout: p,
      attn_pdrop: p,
      resid_pdrop: p,
      embd_pdrop: p,
    }),
  }
}
