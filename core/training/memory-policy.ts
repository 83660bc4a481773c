// What a run recomputes, or computes in chunks, so that it takes less memory: decided before it begins, by its settings
// and its model. What it does when memory is short all the same is memory-strategy.ts.
import type { DeviceKind, SettingValues } from '../contract/index.ts'
import type { Architecture } from '../models/family.ts'
import { lossHeadOf } from '../models/loss-head.ts'
import type { TrainingOptions } from '../models/programs.ts'

/**
 * Attention's probabilities of a batch, in fp16, that are kept for the backward pass. More are recomputed: with 16 rows
 * of 512 tokens the model of 1.7 B in bench/results/gpu.json would keep 4.8 GB of them.
 */
const MAX_PROBABILITY_BYTES = 2 ** 30
const FP16_BYTES = 2

/** Bindings that are kept for shapes of batches that are not captured: each holds some input tensors of one batch. */
export const KEPT_BINDINGS = 16
/**
 * Shapes of batches that are captured as CUDA graphs. A captured graph takes some MB and lives as long as its session;
 * padding leaves some dozens of shapes (packing.ts). Further ones run operator by operator.
 */
export const MAX_CAPTURED_SHAPES = 64

export type MemorySavings = Required<
  Pick<TrainingOptions, 'recompute' | 'recomputeAttention' | 'recomputeFeedForward' | 'lossHead'>
>

/** The options of a run's training program that trade time for memory. `maxTokens`: of the longest sequence. */
export function memorySavings(
  kind: DeviceKind,
  architecture: Pick<Architecture, 'layerCount' | 'heads'>,
  settings: SettingValues,
  maxTokens: number,
): MemorySavings {
  const rows = settings['training.batch_size']
  return {
    recompute: settings['architecture.gradient_checkpointing'],
    recomputeAttention: probabilityBytes(architecture, rows, maxTokens) > MAX_PROBABILITY_BYTES,
    recomputeFeedForward: recomputesFeedForward(kind, settings),
    // Only batches for CUDA are padded to a multiple of the chunks.
    lossHead: lossHeadOf(settings, { maxTokens, isPadded: kind === 'cuda' }),
  }
}

const probabilityBytes = (
  { layerCount, heads }: Pick<Architecture, 'layerCount' | 'heads'>,
  rows: number,
  tokens: number,
): number => FP16_BYTES * layerCount * heads * rows * tokens ** 2

/**
 * Quantized weights on a GPU are chosen where memory is short. Recomputing feed-forward parts costs a seventh more time
 * there (measured on an H200) and saves a third of what the forward pass keeps (memory-estimate.test.ts).
 */
const recomputesFeedForward = (
  kind: DeviceKind,
  { 'architecture.backbone_dtype': dtype }: Pick<SettingValues, 'architecture.backbone_dtype'>,
): boolean => kind !== 'cpu' && (dtype === 'int8' || dtype === 'int4')
