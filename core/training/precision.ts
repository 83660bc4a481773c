// In which number formats a run computes and keeps the base weights.
import { UserError, type DeviceKind, type SettingValues } from '../contract/index.ts'
import type { ComputeType } from '../models/programs.ts'
import type { WeightStorage } from '../weights/resident.ts'

/**
 * What a run computes in. Unless said otherwise, fp16 or bf16 where tensor cores multiply them many times as fast (H2O
 * LLM Studio: `mixed_precision`).
 */
export const computeTypeFor = (
  device: DeviceKind,
  { 'environment.precision': precision }: Pick<SettingValues, 'environment.precision'>,
): ComputeType => (precision !== 'auto' ? precision : device === 'cuda' ? 'float16' : 'float32')

/** Refuses what a device does not compute in. Throws UserError `plan/precision` with the setting. */
export function checkPrecision(device: DeviceKind, settings: Pick<SettingValues, 'environment.precision'>): void {
  const precision = computeTypeFor(device, settings)
  if (device === 'webgpu' && precision !== 'float32')
    throw new UserError('plan/precision', { precision, device, setting: 'environment.precision' })
}

/** How a run keeps the base weights: as asked for; unless said otherwise, on CUDA in what is computed in. */
export function weightStorageFor(
  device: DeviceKind,
  settings: Pick<SettingValues, 'architecture.backbone_dtype' | 'environment.precision'>,
): WeightStorage {
  const wanted = settings['architecture.backbone_dtype']
  if (wanted !== 'as-stored') return wanted
  const compute = computeTypeFor(device, settings)
  return device === 'cuda' && compute !== 'float32' ? compute : 'as-stored'
}
