import type { SettingValues } from '../contract/index.ts'
import { schedules } from '../optimization/index.ts'

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
  const schedule = schedules[settings['training.schedule']]
  const share = schedule.share((step - warmupSteps) / Math.max(1, totalSteps - warmupSteps))
  const floor = schedule.decays ? settings['training.min_learning_rate_ratio'] : 0
  return peak * (floor + (1 - floor) * share)
}
