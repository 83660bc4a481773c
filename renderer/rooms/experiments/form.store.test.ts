// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fail, ok, presets, type ExperimentPlan, type Result } from '../../../core/contract/index.ts'
import { useSession } from '../../session/index.ts'
import { anExperiment } from '../../testing/examples.ts'
import { useFakeStudio, type FakeStudio } from '../../testing/studio.ts'
import { useExperiments } from './experiments.store.ts'
import { fillPreset, openForm, setValue, startTraining, touch, useForm } from './form.store.ts'
import { presetValues } from './form.ts'

let studio: FakeStudio
let plans: ((result: Result<ExperimentPlan>) => void)[]
let starts: Result<ReturnType<typeof anExperiment>>
beforeEach(() => {
  vi.useFakeTimers()
  plans = []
  starts = ok(anExperiment('new'))
  studio = useFakeStudio({
    'experiments.plan': () => new Promise((resolve) => plans.push(resolve)),
    'experiments.start': () => starts,
  })
  useForm.setState({
    presetId: presets[0]!.id,
    values: presetValues(presets[0]!),
    touched: new Set(),
    opened: new Set(),
    plan: { kind: 'none' },
    submit: { kind: 'idle' },
    reveal: null,
  })
  useExperiments.setState({ list: { kind: 'ready', items: [] } })
  useSession.setState({ room: 'home', selection: {} })
})
afterEach(() => vi.useRealTimers())

const form = () => useForm.getState()
const soon = () => vi.advanceTimersByTimeAsync(1000)
const planOf = (totalSteps: number) => ({ totalSteps }) as ExperimentPlan

it('plans once for changes that follow each other, and shows the last answer only', async () => {
  setValue('dataset.id', 'd')
  setValue('training.epochs', '3')
  await soon()
  expect(plans).toHaveLength(1)
  setValue('training.epochs', '4')
  await soon()
  plans[1]!(ok(planOf(8)))
  await soon()
  plans[0]!(ok(planOf(6)))
  await soon()
  expect(form().plan).toEqual({ kind: 'ready', plan: planOf(8) })
  setValue('training.epochs', '5')
  expect(form().plan).toEqual({ kind: 'planning', last: planOf(8) })
})

it('has no plan without a dataset', async () => {
  setValue('training.epochs', '3')
  await soon()
  expect([form().plan, studio.asked]).toEqual([{ kind: 'none' }, []])
})

it('keeps name, dataset and model when a preset is filled in', () => {
  setValue('general.experiment_name', '私の実験')
  setValue('dataset.id', 'd')
  setValue('training.epochs', '99')
  fillPreset(presets[0]!)
  expect(form().values).toMatchObject({ 'general.experiment_name': '私の実験', 'dataset.id': 'd' })
  expect(form().values['training.epochs']).toBe(presetValues(presets[0]!)['training.epochs'])
})

it('refuses to start with a wrong setting: shows it, opens its group, and asks the host nothing', async () => {
  setValue('dataset.id', 'd')
  setValue('general.llm_backbone', 'm')
  setValue('training.epochs', 'abc')
  await startTraining()
  expect(form().touched).toBe('all')
  expect(form().opened.has('training')).toBe(true)
  expect(form().reveal?.key).toBe('training.epochs')
  expect(useSession.getState().room).toBe('experiments')
  expect(studio.asked.map(([name]) => name)).not.toContain('experiments.start')
})

it('starts, shows the new run, and empties the name for the next one', async () => {
  setValue('dataset.id', 'd')
  setValue('general.llm_backbone', 'm')
  setValue('general.experiment_name', '一回目')
  await startTraining()
  expect(useSession.getState()).toMatchObject({ room: 'experiments', selection: { experiments: 'new' } })
  expect(form().values['general.experiment_name']).toBe('')
  expect(form().submit).toEqual({ kind: 'idle' })
})

it("keeps the host's refusal at its setting until something is changed", async () => {
  starts = fail('setting/type', { setting: 'training.epochs', found: '1', expected: 'integer' })
  setValue('dataset.id', 'd')
  setValue('general.llm_backbone', 'm')
  await startTraining()
  expect(form().submit).toMatchObject({ kind: 'refused', setting: 'training.epochs' })
  setValue('training.epochs', '2')
  expect(form().submit).toEqual({ kind: 'idle' })
})

it('opens with a dataset chosen, and shows problems of what was left once', () => {
  openForm('d2')
  touch('training.epochs')
  touch('training.epochs')
  expect(form().values['dataset.id']).toBe('d2')
  expect([...(form().touched as ReadonlySet<string>)]).toEqual(['training.epochs'])
})
