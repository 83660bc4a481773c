import { describe, expect, it } from 'vitest'
import { defaultSettings, type ExperimentId } from '../contract/index.ts'
import { newExperimentId } from './naming.ts'
import { ActiveRun } from './run.ts'

const record = {
  id: '20260101-000000-aaaa' as ExperimentId,
  name: 'x',
  createdAt: '2026-01-01T00:00:00.000Z',
  dataset: { id: 'd' as never, name: 'd', version: 1 },
  model: { id: 'm' as never, name: 'm', folder: '/m' },
  device: 'cpu' as const,
  rows: { train: 1, validation: 0 },
  settings: defaultSettings(),
}
const prepared = {
  kind: 'prepared',
  device: 'cpu',
  trainRowCount: 1,
  validationRowCount: 0,
  trainableParameterCount: 1,
  stepsPerEpoch: 10,
  totalSteps: 10,
  firstStep: 0,
} as const
const step = (number: number) =>
  ({
    kind: 'step',
    step: number,
    epoch: number / 10,
    loss: 1,
    learningRate: 1,
    gradientNorm: 1,
    tokenCount: 5,
    stepMs: 500,
  }) as const

describe('a run while somebody sets the clock', () => {
  it.each([
    ['ten years ahead', '2036-01-01T00:00:00Z'],
    ['ten years back', '2016-01-01T00:00:00Z'],
  ])('%s: durations are right, lines bear the clock as it is', (_, later) => {
    let nowMs = 1000
    let date = new Date('2026-01-01T00:00:00Z')
    const run = new ActiveRun(record, { now: () => nowMs, clock: () => date })
    run.receive(prepared)
    run.receive(step(1))
    date = new Date(later)
    nowMs += 2000
    run.receive(step(2))
    expect(run.progress()).toMatchObject({ step: 2, elapsedSeconds: 2, remainingSeconds: 4, stepsPerSecond: 2 })
    run.log('info', 'run/stopped', { step: 2 })
    expect(run.takeFresh()?.log.map(({ time }) => time)).toEqual([
      '2026-01-01T00:00:00.000Z',
      new Date(later).toISOString(),
    ])
  })

  it('never has less than nothing left', () => {
    const run = new ActiveRun(record, { now: () => 0, clock: () => new Date(0) })
    run.receive({ ...prepared, totalSteps: 1 })
    run.receive(step(2))
    expect(run.progress()?.remainingSeconds).toBe(0)
  })

  it('gives ids that sort by the clock, in any of its years', () => {
    const ids = ['0999-12-31T23:59:59Z', '2016-02-29T00:00:00Z', '2026-11-23T06:05:04Z', '2036-11-23T06:05:04Z'].map(
      (time) => newExperimentId(new Date(time)),
    )
    expect([...ids].sort()).toEqual(ids)
    expect(ids.every((id) => /^\d{8}-\d{6}-[a-z0-9]{4}$/.test(id))).toBe(true)
  })
})

describe('a run that goes on', () => {
  it('shows how far it was until its first step is done, and saves its state at every change and checkpoint', () => {
    const earlier = {
      progress: {
        step: 5,
        totalSteps: 10,
        epoch: 0.5,
        totalEpochs: 1,
        stepsPerSecond: 1,
        tokensPerSecond: 1,
        remainingSeconds: null,
        elapsedSeconds: 5,
        loss: 2,
        learningRate: 1,
        validationLoss: 3,
      },
      validationLoss: 3,
    }
    const run = new ActiveRun(record, { now: () => 0, clock: () => new Date(0), earlier })
    expect([run.progress(), run.takeUnsaved()]).toEqual([earlier.progress, false])
    run.receive({ ...prepared, firstStep: 5 })
    expect([run.state.kind, run.takeUnsaved(), run.takeUnsaved()]).toEqual(['training', true, false])
    run.receive(step(6))
    expect([run.progress()?.step, run.progress()?.validationLoss, run.takeUnsaved()]).toEqual([6, 3, false])
    run.receive({ kind: 'checkpoint', step: 6, folder: '/', best: false })
    expect(run.takeUnsaved()).toBe(true)
  })
})
