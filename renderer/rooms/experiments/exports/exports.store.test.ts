// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  fail,
  OllamaName,
  ok,
  type ExperimentId,
  type ExportChoice,
  type ExportJob,
  type ExportPlan,
  type OllamaState,
} from '../../../../core/contract/index.ts'
import { putFakeStudio, type FakeStudio } from '../../../testing/studio.ts'
import { nameForOllama, problemOfName, replaceInOllama, suggestedName, useOllama, wantOllama } from './ollama.store.ts'
import {
  chooseAgain,
  chooseForm,
  chooseOption,
  chooseStep,
  closeExport,
  connectExports,
  openExport,
  pastOf,
  showJob,
  start,
  useExports,
} from './exports.store.ts'

const run = { id: 'x-1' as ExperimentId, name: '犬' }
const choice = (form: ExportChoice['form'], refusal: ExportChoice['refusal'] = null): ExportChoice => ({
  form,
  sizeBytes: 1,
  folder: null,
  name: `犬-${form}`,
  refusal,
  options: {},
})
const plan: ExportPlan = {
  step: 4,
  steps: [2, 4],
  folder: '/library/exports',
  freeBytes: 1e9,
  choices: [choice('merged'), choice('peft'), choice('zip')],
}
const job = (changes: Partial<ExportJob>): ExportJob => ({
  jobId: 'j',
  experimentId: run.id,
  experimentName: run.name,
  step: 4,
  form: 'merged',
  options: {},
  state: 'writing',
  writtenBytes: 0,
  totalBytes: 1,
  remainingSeconds: null,
  finishedAt: null,
  result: null,
  error: null,
  publication: null,
  ...changes,
})
let studio: FakeStudio
let answer: ReturnType<typeof ok<ExportPlan>> | ReturnType<typeof fail>
let started: ExportJob
let ollama: OllamaState | null
let end: () => void

beforeEach(() => {
  answer = ok(plan)
  started = job({})
  ollama = null
  studio = putFakeStudio({
    'exports.list': () => ok([]),
    'exports.ollama': () => ok(ollama),
    'exports.plan': () => answer,
    'exports.start': () => ok(started),
  })
  useExports.setState({ shown: null, jobs: {} })
  end?.()
  end = connectExports()
})

const shown = () => useExports.getState().shown
const ready = () => vi.waitFor(() => expect(shown()?.plan.kind).toBe('ready'))

describe('the dialog of an export', () => {
  it('asks what a run can be written as, again for another checkpoint', async () => {
    openExport(run)
    await ready()
    expect(shown()).toMatchObject({ form: 'merged', step: null, jobId: null })
    chooseStep(2)
    await vi.waitFor(() => expect(studio.asked.at(-1)).toEqual(['exports.plan', { id: run.id, step: 2 }]))
  })

  it('begins with a form that suits the run', async () => {
    answer = ok({ ...plan, choices: [choice('merged', { code: 'disk-full', facts: {} }), choice('zip')] })
    openExport(run)
    await ready()
    expect(shown()?.form).toBe('zip')
  })

  it('starts what was chosen and follows its job; another run begins with the same form', async () => {
    openExport(run)
    await ready()
    chooseForm('peft')
    started = job({ form: 'peft' })
    await start()
    expect(studio.asked.at(-1)).toEqual(['exports.start', { id: run.id, form: 'peft', options: {} }])
    expect(shown()?.jobId).toBe('j')
    studio.tell('exports.progress', job({ form: 'peft', writtenBytes: 1 }))
    expect(useExports.getState().jobs['j']).toMatchObject({ writtenBytes: 1 })
    chooseAgain()
    await ready()
    expect(shown()).toMatchObject({ jobId: null, form: 'peft' })
  })

  it('starts with the choice that was made, else with the form’s first', async () => {
    const mix = ['Q8_0', 'F16'].map((value) => ({ value, sizeBytes: 1 }))
    answer = ok({ ...plan, choices: [{ ...choice('ollama'), options: { mix } }] })
    openExport(run)
    await ready()
    await start()
    expect(studio.asked.at(-1)).toEqual(['exports.start', { id: run.id, form: 'ollama', options: { mix: 'Q8_0' } }])
    chooseAgain()
    await ready()
    chooseOption('mix', 'F16')
    await start()
    expect(studio.asked.at(-1)).toEqual(['exports.start', { id: run.id, form: 'ollama', options: { mix: 'F16' } }])
  })

  it('asks Ollama to make a model, under a name that it does not have unless that may go', async () => {
    ollama = { host: 'h', version: '1.0.0', problem: null, names: ['terakoya:latest'] }
    answer = ok({ ...plan, choices: [choice('ollama')] })
    openExport(run)
    await ready()
    await vi.waitFor(() => expect(useOllama.getState().name).toBe('terakoya-2'))
    await start()
    const wanted = { id: run.id, form: 'ollama', options: {} }
    expect(studio.asked.at(-1)).toEqual([
      'exports.start',
      { ...wanted, ollama: { name: 'terakoya-2', replace: false } },
    ])
    nameForOllama('Terakoya')
    expect(problemOfName(useOllama.getState())).toBe('taken')
    replaceInOllama(true)
    expect(problemOfName(useOllama.getState())).toBeNull()
    nameForOllama('犬')
    expect(problemOfName(useOllama.getState())).toBe('invalid')
    wantOllama(false)
    chooseAgain()
    await ready()
    await start()
    expect(studio.asked.at(-1)).toEqual(['exports.start', wanted])
  })

  it.each([
    ['My Run 1.5b', 'my-run-1.5b'],
    ['ＡＢＣ', 'abc'],
    ['犬の話', 'terakoya'],
    ['-_.', 'terakoya'],
  ])('suggests for the run %s the name %s', (name, suggested) => {
    expect(suggestedName(name, [])).toBe(suggested)
    expect(suggestedName(name, [`${suggested}:latest`])).toBe(`${suggested}-2`)
    expect(OllamaName.safeParse(suggested).success).toBe(true)
  })

  it('lists what the run was written as before, the latest first, and shows it', () => {
    const done = (jobId: string, finishedAt: string, changes: Partial<ExportJob> = {}) =>
      studio.tell('exports.progress', job({ jobId, state: 'done', finishedAt, ...changes }))
    done('old', '2026-01-01T00:00:00Z')
    done('new', '2026-02-01T00:00:00Z')
    done('other', '2026-03-01T00:00:00Z', { experimentId: 'x-2' as ExperimentId })
    studio.tell('exports.progress', job({ jobId: 'failed', state: 'failed' }))
    const { jobs } = useExports.getState()
    expect(pastOf(jobs, run.id).map(({ jobId }) => jobId)).toEqual(['new', 'old'])
    openExport(run)
    showJob('old')
    expect(useExports.getState().shown?.jobId).toBe('old')
  })

  it('opens at the job that is under way', () => {
    studio.tell('exports.progress', job({}))
    openExport(run)
    expect(shown()?.jobId).toBe('j')
    expect(studio.asked.map(([name]) => name)).not.toContain('exports.plan')
  })

  it('says why a run cannot be written', async () => {
    answer = fail('experiment/untrained', { name: '犬' })
    openExport(run)
    await vi.waitFor(() => expect(shown()?.plan).toMatchObject({ kind: 'failed' }))
    closeExport()
    expect(shown()).toBeNull()
  })
})
