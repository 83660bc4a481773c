import { describe, expect, it } from 'vitest'
import type { Evaluation, StepMetric } from '../../../core/contract/index.ts'
import { judge } from './verdict.ts'

const step = (loss: number, index: number): StepMetric => ({
  step: index + 1,
  epoch: 1,
  loss,
  learningRate: 1e-4,
  gradientNorm: 1,
  tokenCount: 100,
  stepMs: 10,
})
const evaluation = (validationLoss: number | null, index: number): Evaluation => ({
  step: index + 1,
  epoch: index + 1,
  validationLoss,
  metrics: {},
  samples: [],
})
const run = (losses: number[], validation: (number | null)[] = []) =>
  judge(losses.map(step), validation.map(evaluation))
const repeat = (loss: number, count: number) => Array.from({ length: count }, () => loss)

describe('judge', () => {
  it('has nothing to say before the first step', () => {
    expect(run([])).toBeNull()
  })

  it("calls the tutorial's losses learnt", () => {
    expect(run(repeat(0.16, 20), [0.12973])).toEqual({ verdict: 'learnt', loss: 0.12973, of: 'validation' })
  })

  it('goes from starting to perfect as the loss falls', () => {
    expect([5.24, 1.2, 0.5, 0.13, 0.01].map((loss) => run([loss])?.verdict)).toEqual([
      'starting',
      'learning',
      'mostly',
      'learnt',
      'perfect',
    ])
  })

  it('averages the last steps of a long run, so that one step does not change the word, and of a short one only the last', () => {
    expect(run([...repeat(0.1, 99), 0.6])?.verdict).toBe('learnt')
    expect(run([4, 3, 2, 1])).toEqual({ verdict: 'learning', loss: 1, of: 'training' })
  })

  it('uses the training loss where evaluations have no validation rows', () => {
    expect(run(repeat(0.1, 10), [null])?.of).toBe('training')
  })

  it('tells a rise, an overfit and a broken run', () => {
    expect(run([...repeat(0.5, 30), ...repeat(3, 10)])?.verdict).toBe('rising')
    expect(run(repeat(0.05, 20), [1.2, 0.9, 1.8])?.verdict).toBe('overfit')
    expect(run([1, Number.NaN])?.verdict).toBe('broken')
  })
})
