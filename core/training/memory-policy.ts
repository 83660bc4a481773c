// What is computed again, or piece by piece, so that a run takes less memory.
import type { DeviceKind, SettingValues } from '../contract/index.ts'
import type { Architecture } from '../models/family.ts'

/**
 * Attention's probabilities of a batch may take so many bytes in halves before they are computed twice instead of kept.
 */
const MAX_PROBABILITY_BYTES = 2 ** 30

/**
 * Whether keeping attention's probabilities for the backward pass would take more memory than computing them again is
 * worth.
 */
export const isAttentionLean = ({ layerCount, heads }: Architecture, rows: number, tokens: number): boolean =>
  2 * layerCount * heads * rows * tokens ** 2 > MAX_PROBABILITY_BYTES

/**
 * Whoever keeps weights in few bits on a GPU has little memory: a seventh more time saves a third of what the forward
 * pass keeps.
 */
export const isFeedForwardLean = (
  kind: DeviceKind,
  { 'architecture.backbone_dtype': dtype }: Pick<SettingValues, 'architecture.backbone_dtype'>,
): boolean => kind !== 'cpu' && (dtype === 'int8' || dtype === 'int4')

/**
 * Tokens whose logits lie in memory at once, and into how many chunks those of a batch may be cut (its size is a
 * multiple of it: step-runner.ts).
 */
const [CHUNK_TOKENS, MAX_CHUNKS] = [128, 16]

/** Into how many chunks the logits of a batch are cut: a power of 2. */
export const lossChunksFor = (rows: number, tokens: number): number =>
  2 ** Math.max(0, Math.min(Math.log2(MAX_CHUNKS), Math.floor(Math.log2((rows * tokens) / CHUNK_TOKENS))))
