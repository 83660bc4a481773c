import type { SettingValues } from '../contract/index.ts'

/** Share of the learning rate at `progress` 0 … 1 after the warm-up, before the minimum ratio is applied. */
const shapes: Record<SettingValues['training.schedule'], (progress: number) => number> = {
  constant: () => 1,
  linear: (progress) => 1 - progress,
  // ½ (1 + cos πt): half a period (Loshchilov & Hutter 2017)
  cosine: (progress) => 0.5 * (1 + Math.cos(Math.PI * progress)),
}

type ScheduleSettings = Pick<
  SettingValues,
  'training.learning_rate' | 'training.schedule' | 'training.warmup_epochs' | 'training.min_learning_rate_ratio'
>

/**
 * The learning rate of step `step` (from 0) of `totalSteps`: linear warm-up, then the schedule down to the minimum
 * ratio.
 */
export function learningRateAt(
  step: number,
  totalSteps: number,
  stepsPerEpoch: number,
  settings: ScheduleSettings,
): number {
  const peak = settings['training.learning_rate']
  const warmupSteps = Math.min(Math.round(settings['training.warmup_epochs'] * stepsPerEpoch), totalSteps)
  if (step < warmupSteps) return (peak * step) / warmupSteps
  const shape = shapes[settings['training.schedule']]((step - warmupSteps) / Math.max(1, totalSteps - warmupSteps))
  const floor = settings['training.schedule'] === 'constant' ? 0 : settings['training.min_learning_rate_ratio']
  return peak * (floor + (1 - floor) * shape)
}
