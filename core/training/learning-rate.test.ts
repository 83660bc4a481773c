import { describe, expect, it } from 'vitest'
import { namesOf, schedules, type ScheduleName } from '../optimization/index.ts'
import { learningRateAt } from './learning-rate.ts'

const settings = (schedule: ScheduleName, extra: { warmup?: number; floor?: number } = {}) => ({
  'training.learning_rate': 2,
  'training.schedule': schedule,
  'training.warmup_epochs': extra.warmup ?? 0,
  'training.min_learning_rate_ratio': extra.floor ?? 0,
})
const curve = (...args: Parameters<typeof settings>) =>
  Array.from({ length: 8 }, (_, step) => Number(learningRateAt(step, 8, 4, settings(...args)).toFixed(6)))

/** Of each schedule: peak 2, eight steps, no warm-up. */
const curves: Record<ScheduleName, number[]> = {
  constant: [2, 2, 2, 2, 2, 2, 2, 2],
  linear: [2, 1.75, 1.5, 1.25, 1, 0.75, 0.5, 0.25],
  // ½(1 + cos πs/8) · 2
  cosine: [2, 1.92388, 1.707107, 1.382683, 1, 0.617317, 0.292893, 0.07612],
}

describe('learning rates', () => {
  it.each(namesOf(schedules))('follow the curve of %s', (name) => expect(curve(name)).toEqual(curves[name]))
  it('ignore the minimum ratio where the schedule does not fall', () =>
    expect(curve('constant', { floor: 0.5 })).toEqual(curves.constant))
  it('rise from 0 over the warm-up epochs, then follow the schedule over the rest', () =>
    expect(curve('linear', { warmup: 1 })).toEqual([0, 0.5, 1, 1.5, 2, 1.5, 1, 0.5]))
  it('end at the minimum ratio', () => {
    expect(curve('linear', { floor: 0.5 })).toEqual([2, 1.875, 1.75, 1.625, 1.5, 1.375, 1.25, 1.125])
    expect(learningRateAt(8, 8, 4, settings('cosine', { floor: 0.1 }))).toBeCloseTo(0.2)
  })
})
