// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { fail, ok, type ExperimentDetail, type ExperimentId, type StepMetric } from '../../../core/contract/index.ts'
import { startTexts } from '../../language/index.ts'
import { useSession } from '../../session/index.ts'
import { anExperiment } from '../../testing/examples.ts'
import { useFakeStudio, type FakeStudio } from '../../testing/studio.ts'
import { experimentCommands } from './commands.tsx'
import { activeRun, connectExperiments, experimentItems, isTrained, useExperiments } from './experiments.store.ts'
import { followRun, useRun } from './run.store.ts'

const older = anExperiment('a', { createdAt: '2026-01-01T00:00:00Z' })
const running = anExperiment('b', { createdAt: '2026-02-01T00:00:00Z', state: { kind: 'training' } })
const broken = anExperiment('c', {
  state: { kind: 'failed', error: { code: 'internal', facts: {} } },
  problem: { code: 'internal', facts: {} },
})

let studio: FakeStudio
let answer: (detail: ExperimentDetail) => void
const ends: (() => void)[] = []
beforeAll(() => startTexts('ja'))
beforeEach(async () => {
  studio = useFakeStudio({
    'experiments.list': () => ok([older, running, broken]),
    'experiments.open': ({ id }) =>
      id === 'gone'
        ? fail('experiment/not-found', { id })
        : new Promise((resolve) => (answer = (of) => resolve(ok(of)))),
  })
  useExperiments.setState({ list: { kind: 'loading' } })
  useRun.setState({ run: null })
  useSession.setState({ room: 'experiments', selection: {} })
  ends.push(connectExperiments())
  await settled()
})
afterEach(() => ends.splice(0).forEach((end) => end()))

const settled = () => new Promise((done) => setImmediate(done))
const state = () => useExperiments.getState()
const ids = () => {
  const { list } = state()
  return list.kind === 'ready' ? list.items.map(({ id }) => id) : list.kind
}
const step = (at: number): StepMetric => ({
  step: at,
  epoch: 1,
  loss: 1 / at,
  learningRate: 1e-4,
  gradientNorm: 1,
  tokenCount: 8,
  stepMs: 5,
})
const detail = (steps: readonly StepMetric[]): ExperimentDetail => ({
  summary: running,
  settings: {} as ExperimentDetail['settings'],
  device: 'cpu',
  trainRowCount: 2,
  validationRowCount: 0,
  trainableParameterCount: 10,
  steps,
  evaluations: [],
  log: [],
  checkpoints: [],
})
const shownSteps = () => {
  const { run } = useRun.getState()
  return run?.kind === 'ready' ? run.detail.steps.map((each) => each.step) : run?.kind
}

it('lists the newest first, names the run under way, and offers nothing that cannot be read', () => {
  expect(ids()).toEqual(['b', 'a', 'c'])
  expect(activeRun(state())?.id).toBe('b')
  expect(experimentItems(state()).map(({ id }) => id)).toEqual(['b', 'a'])
  expect(experimentItems(state())).toBe(experimentItems(state()))
})

it('follows the host: a run that ends, one that is new, one that is gone', () => {
  studio.tell('experiments.changed', { ...running, state: { kind: 'finished' } })
  studio.tell('experiments.changed', anExperiment('d', { createdAt: '2026-03-01T00:00:00Z' }))
  studio.tell('experiments.removed', { id: older.id })
  expect(ids()).toEqual(['d', 'b', 'c'])
  expect(activeRun(state())).toBe(null)
})

it.each([
  ['finished', 0, true],
  ['stopped', 3, true],
  ['stopped', 0, false],
  ['interrupted', 1, true],
  ['training', 5, false],
] as const)('%s at step %d has something to talk to: %s', (kind, at, trained) => {
  const run = { kind, reason: 'engine-exit', detail: '' } as never
  const progress = { step: at, totalSteps: 9 } as never
  expect(isTrained(anExperiment('x', { state: run, progress }))).toBe(trained)
})

it('offers the acts that make sense: no start while a run is under way, resume only for what stopped', () => {
  const can = () =>
    experimentCommands()
      .filter((command) => command.canRun())
      .map(({ id }) => id)
  expect(can()).toEqual(['experiments.new', 'experiments.stop'])
  studio.tell('experiments.changed', { ...running, state: { kind: 'stopped' } })
  expect(can()).toEqual(['experiments.new', 'experiments.start'])
  useSession.setState({ selection: { experiments: 'b' } })
  expect(can()).toEqual(['experiments.new', 'experiments.resume', 'experiments.remove'])
})

it('adds what came before the detail and what comes after it, each step once', async () => {
  ends.push(followRun(running.id))
  const batch = (steps: readonly StepMetric[]) => ({ id: running.id, steps, evaluations: [], log: [] })
  studio.tell('experiments.metrics', batch([step(2), step(3)]))
  answer(detail([step(1), step(2)]))
  await settled()
  expect(shownSteps()).toEqual([1, 2, 3])
  studio.tell('experiments.metrics', batch([step(4)]))
  studio.tell('experiments.metrics', { ...batch([step(9)]), id: older.id })
  expect(shownSteps()).toEqual([1, 2, 3, 4])
})

it('drops a run from the list that the host no longer has', async () => {
  studio.tell('experiments.changed', anExperiment('gone'))
  ends.push(followRun('gone' as ExperimentId))
  await settled()
  expect(useRun.getState().run).toMatchObject({ kind: 'failed', error: { code: 'experiment/not-found' } })
  expect(ids()).toEqual(['b', 'a', 'c'])
})
