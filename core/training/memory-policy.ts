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
