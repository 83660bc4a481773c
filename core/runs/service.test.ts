import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  isActive,
  parseSettings,
  settingKeys,
  type DatasetInfo,
  type ExperimentDetail,
  type ExperimentId,
  type ExperimentSummary,
  type Page,
  type SamplePreview,
} from '../contract/index.ts'
import { buildEngine, type BuiltEngine } from '../engine/testing/built-engine.ts'
import { buildReader, type BuiltReader } from '../reader/testing/built-reader.ts'
import { createStudio, type Studio } from '../host/studio.ts'
import { neverSpawned } from '../llama-cpp/testing/never-spawned.ts'

const root = join(import.meta.dirname, '..', '..')
let folder: string
let studio: Studio
let engine: BuiltEngine
let built: BuiltReader
let dataset: DatasetInfo

const openStudio = () =>
  createStudio({
    host: 'cli',
    version: '0',
    resourcesFolder: join(root, 'resources'),
    preferencesFile: join(folder, 'preferences.json'),
    libraryFolder: join(folder, 'library'),
    spawnEngine: engine.spawn,
    spawnReader: built.spawnReader,
    spawnLlamaCpp: neverSpawned,
  })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-runs-'))
  engine = await buildEngine()
  built = await buildReader()
  studio = await openStudio()
  dataset = await call('datasets.create', { from: 'sample' })
}, 120_000)

afterAll(async () => {
  await studio.close()
  await engine.remove()
  await built.remove()
  await rm(folder, { recursive: true })
})

async function call<T>(name: string, input: unknown): Promise<T> {
  const result = await studio.dispatch(name, input)
  if (!result.ok) throw Object.assign(new Error(result.error.code), { appError: result.error })
  return result.value as T
}

/** Resolves when the experiment's summary satisfies the condition. */
function until(id: ExperimentId, condition: (summary: ExperimentSummary) => boolean): Promise<ExperimentSummary> {
  return new Promise((resolve) => {
    const stop = studio.on((name, payload) => {
      const summary = payload as ExperimentSummary
      if (name !== 'experiments.changed' || summary.id !== id || !condition(summary)) return
      stop()
      resolve(summary)
    })
  })
}

const settings = () => ({
  'dataset.id': dataset.id,
  'training.epochs': 5,
  'training.evaluation_epochs': 2,
  'prediction.max_length_inference': 8,
})
const ended = ({ state }: ExperimentSummary) => !isActive(state)
const open = (id: ExperimentId) => call<ExperimentDetail>('experiments.open', { id })
const curve = ({ steps, evaluations }: ExperimentDetail) => ({
  losses: steps.map(({ step, loss, gradientNorm }) => [step, loss, gradientNorm]),
  evaluations,
})

describe('an experiment', { timeout: 240_000 }, () => {
  it('goes on after its engine was killed, and after a stop, to the same curve as an unbroken run', async () => {
    const unbroken = await call<ExperimentSummary>('experiments.start', { settings: settings() })
    await until(unbroken.id, ended)
    const wanted = curve(await open(unbroken.id))
    expect(wanted.losses.length).toBe(10)

    const { id } = await call<ExperimentSummary>('experiments.start', { settings: settings() })
    await until(id, ({ progress }) => (progress?.step ?? 0) >= 5)
    process.kill(studio.enginePid() as number, 'SIGKILL')
    expect((await until(id, ended)).state).toEqual({ kind: 'interrupted', reason: 'engine-exit', detail: 'SIGKILL' })

    await call('experiments.resume', { id })
    await until(id, ({ progress }) => (progress?.step ?? 0) >= 7)
    await call('experiments.stop', { id })
    const stopped = await until(id, ended)
    if (stopped.state.kind === 'stopped') {
      await call('experiments.resume', { id })
      await until(id, ended)
    }
    expect((await open(id)).summary.state).toEqual({ kind: 'finished' })
    expect(curve(await open(id))).toEqual(wanted)
  })

  it('keeps plain files that PEFT and a person can read', async () => {
    const [latest] = await call<ExperimentSummary[]>('experiments.list', {})
    const experiment = join(folder, 'library', 'experiments', (latest as ExperimentSummary).id)
    expect((await readdir(experiment)).sort()).toEqual([
      'checkpoints',
      'data',
      'experiment.yaml',
      'log.txt',
      'metrics.jsonl',
      'predictions',
      'state.json',
    ])
    const last = (await readFile(join(experiment, 'checkpoints', 'last'), 'utf8')).trim()
    expect((await readdir(join(experiment, 'checkpoints', last))).sort()).toEqual([
      'adapter_config.json',
      'adapter_model.safetensors',
      'optimizer.safetensors',
      'state.json',
    ])
    expect(await readFile(join(experiment, 'experiment.yaml'), 'utf8')).toContain('  training:\n    epochs: 5\n')
  })

  it('can be traced to the very rows that it learnt from, whatever became of the dataset', async () => {
    const [latest] = await call<ExperimentSummary[]>('experiments.list', {})
    const rowsOf = async (id: string) =>
      (await call<Page>('datasets.page', { id, offset: 0, limit: 100 })).rows.map(({ cells }) => cells)
    const before = await rowsOf(dataset.id)
    const its = () =>
      call<DatasetInfo>('experiments.restoreDataset', { id: (latest as ExperimentSummary).id, orSame: true })
    expect((await its()).id).toBe(dataset.id)
    await call('datasets.edit', {
      id: dataset.id,
      edits: [
        { kind: 'deleteRows', from: 0, to: 5 },
        { kind: 'clear', fromRow: 0, toRow: 2, fromColumn: 0, toColumn: 1 },
      ],
    })
    const restored = await call<DatasetInfo>('experiments.restoreDataset', { id: (latest as ExperimentSummary).id })
    expect(await rowsOf(restored.id)).toEqual(before)
    expect((await its()).id).not.toBe(dataset.id)
    expect(restored.columns.map(({ name, role }) => [name, role])).toEqual(
      dataset.columns.map(({ name, role }) => [name, role]),
    )
    await call('datasets.undo', { id: dataset.id })
    expect(await rowsOf(dataset.id)).toEqual(before)
  })

  it('shows a row as the model sees it, with the turns before it', async () => {
    const talk = await call<DatasetInfo>('datasets.create', { from: 'empty' })
    await call('datasets.edit', {
      id: talk.id,
      edits: [
        { kind: 'insertColumns', at: 2, names: ['id', 'parent_id'] },
        {
          kind: 'setRange',
          row: 0,
          column: 0,
          values: [
            ['こんにちは。', 'はい。', '1', ''],
            ['お名前は?', '寺子屋です。', '2.0', '1'],
            ['別の話', 'はい', '3', ''],
          ],
        },
      ],
    })
    const textOf = async (row: number) => {
      const sample = await call<SamplePreview | null>('experiments.sample', { datasetId: talk.id, row, settings: {} })
      return sample?.tokens.map(({ text }) => text).join('')
    }
    expect(await textOf(1)).toMatch(/こんにちは。[\s\S]*はい。[\s\S]*お名前は[\s\S]*寺子屋です。/)
    expect([await textOf(2), await textOf(3)]).toEqual([expect.not.stringContaining('こんにちは'), undefined])
  })

  it('is marked as interrupted when the studio ended without its leave', async () => {
    const { id } = await call<ExperimentSummary>('experiments.start', {
      settings: { ...settings(), 'training.epochs': 200 },
    })
    await until(id, ({ progress }) => (progress?.step ?? 0) >= 1)
    await studio.close()
    studio = await openStudio()
    expect((await open(id)).summary.state).toEqual({ kind: 'interrupted', reason: 'studio-closed', detail: '' })
    await call('experiments.remove', { id })
    expect((await call<ExperimentSummary[]>('experiments.list', {})).some((experiment) => experiment.id === id)).toBe(
      false,
    )
    await call('experiments.restore', { id })
    expect((await open(id)).summary.id).toBe(id)
  })

  it('is refused with the setting that is wrong', async () => {
    const codeOf = async (changes: Record<string, unknown>) => {
      const result = await studio.dispatch('experiments.start', { settings: { ...settings(), ...changes } })
      return result.ok ? null : [result.error.code, result.error.facts]
    }
    expect(await codeOf({ 'training.epochs': -1 })).toEqual([
      'setting/range',
      { setting: 'training.epochs', found: '-1', min: 0, max: 1000 },
    ])
    expect(await codeOf({ 'dataset.id': 'nowhere' })).toEqual(['dataset/not-found', { id: 'nowhere' }])
    expect(await codeOf({ 'general.llm_backbone': 'nothing' })).toEqual(['model/not-found', { model: 'nothing' }])
    expect(await codeOf({ 'environment.device': 'coreml' })).toEqual([
      'device/unavailable',
      { device: 'coreml', why: 'platform', setting: 'environment.device' },
    ])
  })

  it('has its sentence for every wrong value of every setting, asked, planned or started', async () => {
    const wrong = [{ toString: 1 }, [[]], null, 'chat', -1e308, '\ud800', { length: 1e9 }] as unknown[]
    const internal: string[] = []
    for (const [index, key] of ['dataset.id', '__proto__', 'nothing.such', ...settingKeys].entries()) {
      // Three of them for each setting, in turn: a value goes wrong by its kind, and each kind has many settings.
      const some = index < 3 ? wrong : [0, 1, 2].map((place) => wrong[(index + place * 2) % wrong.length])
      for (const value of some) {
        const changed = Object.fromEntries([...Object.entries(settings()), [key, value]])
        const isWrong = parseSettings(changed).problems.length > 0
        const answers = [
          await studio.dispatch('experiments.sample', { datasetId: dataset.id, row: 0, settings: changed }),
          await studio.dispatch('experiments.plan', { settings: changed }),
          ...(isWrong ? [await studio.dispatch('experiments.start', { settings: changed })] : []),
        ]
        if (JSON.stringify(answers).includes('"internal"'))
          internal.push(`${key} ${JSON.stringify(value)} ${JSON.stringify(answers)}`)
        if (
          isWrong &&
          key !== 'dataset.id' &&
          key !== '__proto__' &&
          answers.some((answer, index) => index !== 1 && answer.ok)
        )
          internal.push(`${key} ${JSON.stringify(value)} is taken`)
      }
    }
    expect(internal).toEqual([])
  })
})
