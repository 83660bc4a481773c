// The service on real files and datasets, with an engine that does what the test says.
import * as node from 'node:fs/promises'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import {
  isActive,
  UserError,
  type ChatSource,
  type DatasetInfo,
  type EventName,
  type ExperimentId,
  type ExperimentSummary,
} from '../contract/index.ts'
import { createDatasetService, type DatasetService } from '../datasets/service.ts'
import { useDisk } from '../files/disk.ts'
import type { ModelService } from '../local-models/service.ts'
import type { ModelReader } from '../reader/client.ts'
import { createChatService } from '../chat/chat-service.ts'
import type { DeviceReport, GenerateJob } from '../engine/engine-protocol.ts'
import { createExperimentService, type ExperimentService } from './service.ts'
import { createFakeEngine, type FakeEngine } from './testing/fake-engine.ts'

const newFolder = temporaryFolders()
const devices = async (): Promise<DeviceReport> => ({ devices: [], recommended: { kind: 'cpu', reason: 'no-gpu' } })
const idle: ExperimentId = '20260101-000000-aaaa' as ExperimentId

let folder: string
let experiments: string
let engine: FakeEngine
let datasets: DatasetService
let service: ExperimentService
let dataset: DatasetInfo
/** Folders that the reader was asked to try, and what it refuses. */
let checked: string[]
let refused: string | null
let modelsFolder: string
let told: [EventName, unknown][]
let models: ModelService

beforeEach(async () => {
  folder = await newFolder()
  experiments = join(folder, 'experiments')
  for (const place of ['datasets', 'experiments', 'trash']) await mkdir(join(folder, place))
  engine = createFakeEngine()
  told = []
  checked = []
  refused = null
  const emit = (name: EventName, payload: unknown) => void told.push([name, payload])
  datasets = createDatasetService({
    folder: join(folder, 'datasets'),
    trashFolder: join(folder, 'trash'),
    templatesFolder: join(import.meta.dirname, '..', '..', 'resources', 'tutorial'),
    emit,
  })
  modelsFolder = folder
  const check = async (place: string) => {
    checked.push(place)
    if (refused !== null && place.startsWith(refused)) throw new UserError('model/too-slow', { model: 'm' })
  }
  models = {
    find: async (id: string) => ({ id, name: id, folder: join(modelsFolder, 'model') }),
    check,
    locate: async () => {
      const place = join(modelsFolder, 'model')
      await check(place)
      return place
    },
  } as unknown as ModelService
  service = createExperimentService({
    folder: experiments,
    trashFolder: join(folder, 'trash'),
    engine,
    datasets,
    models,
    reader: {} as ModelReader,
    devices,
    emit,
  })
  dataset = await datasets.create({ from: 'sample' })
})
afterEach(async () => {
  await service.close()
  await datasets.close()
})

const start = (more: Readonly<Record<string, unknown>> = {}) =>
  service.start({ settings: { 'dataset.id': dataset.id, 'general.llm_backbone': 'm', ...more } })
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: UserError) => error.error.code,
  )

async function end(id: ExperimentId): Promise<void> {
  engine.training?.end({ outcome: 'finished', step: 1, lastLoss: 1 })
  await new Promise<void>((resolve) => {
    const look = () =>
      told.some(
        ([name, payload]) =>
          name === 'experiments.changed' &&
          (payload as ExperimentSummary).id === id &&
          !isActive((payload as ExperimentSummary).state),
      )
        ? resolve()
        : setImmediate(look)
    look()
  })
}

async function finished(settings?: Readonly<Record<string, unknown>>): Promise<ExperimentId> {
  const { id } = await start(settings)
  await end(id)
  return id
}

describe('a folder that is not ours', () => {
  it('keeps what it holds at a start, whatever its name', async () => {
    const foreign = [
      'my-orbax/checkpoints/1000/weights.bin',
      'my-orbax/checkpoints/.draft-1/x',
      'my-orbax/.state.json.0123456789ab.tmp',
      '.draft-Of mine/notes.txt',
    ]
    for (const path of foreign) {
      await mkdir(join(experiments, path, '..'), { recursive: true })
      await writeFile(join(experiments, path), 'mine')
    }
    await mkdir(join(experiments, '.draft-20260101-000000-zzzz'))
    await service.recover()
    for (const path of foreign) expect(await readFile(join(experiments, path), 'utf8')).toBe('mine')
    expect((await readdir(experiments)).sort()).toEqual(['.draft-Of mine', 'my-orbax'])
  })
})

describe('a run that trains', () => {
  it('cannot be removed, also where its record cannot be read meanwhile', async () => {
    const { id } = await start()
    const record = join(experiments, id, 'experiment.yaml')
    const text = await readFile(record, 'utf8')
    await writeFile(record, 'name: [')
    expect([await codeOf(service.remove({ id })), await readdir(experiments)]).toEqual(['experiment/busy', [id]])
    await writeFile(record, text)
    await end(id)
    expect(await codeOf(service.remove({ id }))).toBeNull()
  })

  it('writes every line of its log, also those that come while others are being written', async () => {
    const { id } = await start()
    const line = (code: string) => engine.training?.tell({ kind: 'log', level: 'info', code, facts: {} })
    const appended = new Promise<void>((resolve) => {
      const restore = useDisk({
        ...node,
        appendFile: async (...parameters) => {
          line('run/second')
          restore()
          await node.appendFile(...parameters)
          resolve()
        },
      })
    })
    line('run/first')
    await appended
    await end(id)
    expect(
      (await readFile(join(experiments, id, 'log.txt'), 'utf8')).split('\n').map((text) => text.split(' ')[2]),
    ).toEqual(['run/first', 'run/second', 'run/finished', undefined])
  })
})

describe('a run that another host seems to train', () => {
  it('is interrupted to the one host that writes, whatever process bears its number', async () => {
    const id = await finished()
    const copied = async (pid: number) => {
      await cp(join(experiments, id), join(experiments, idle), { recursive: true })
      await writeFile(
        join(experiments, idle, 'state.json'),
        JSON.stringify({
          version: 1,
          state: { kind: 'training' },
          progress: null,
          trainableParameterCount: 1,
          hostPid: pid,
        }),
      )
    }
    await service.recover()
    await copied(process.ppid)
    expect((await service.open({ id: idle })).summary.state).toEqual({
      kind: 'interrupted',
      reason: 'studio-closed',
      detail: '',
    })
    expect(await codeOf(service.remove({ id: idle }))).toBeNull()
  })
})

describe('the rows of a run', () => {
  it('are of one state of the dataset, which the record names, whatever is edited meanwhile', async () => {
    const wanted = (await datasets.page({ id: dataset.id, offset: 0, limit: 100 })).rows.map(({ cells }) => cells[0])
    let edited: Promise<unknown> | null = null
    const restore = useDisk({
      ...node,
      open: (path, flags, mode) => {
        // The file of the rows is opened between the two passes.
        if (String(path).endsWith('train.jsonl') && flags === 'w')
          edited = datasets.edit({ id: dataset.id, edits: [{ kind: 'deleteRows', from: 0, to: 5 }] })
        return node.open(path, flags, mode)
      },
    })
    const { id } = await start()
    restore()
    await edited
    expect((await datasets.find(dataset.id)).rowCount).toBe(wanted.length - 5)
    const rowsOf = async (part: string) =>
      (await readFile(join(experiments, id, 'data', `${part}.jsonl`), 'utf8'))
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { rowNumber: number; prompt: string })
    const rows = [...(await rowsOf('train')), ...(await rowsOf('validation'))].sort((a, b) => a.rowNumber - b.rowNumber)
    expect(rows.map(({ prompt }) => prompt)).toEqual(wanted)
    expect(await readFile(join(experiments, id, 'experiment.yaml'), 'utf8')).toContain(
      `  version: ${dataset.version}\n`,
    )
    await end(id)
  })
})

describe('chat with a run', () => {
  const chat = () =>
    createChatService({ engine, devices, models: () => models, experiments: () => service, emit: () => undefined })
  /** What the engine is asked of these sources, or the code of what keeps it from that. */
  async function asked(...sources: readonly ChatSource[]): Promise<GenerateJob['targets'] | string> {
    const before = engine.asked.length
    const failed: string[] = []
    const targets = sources.map((source) => ({ source, messages: [] }))
    chat().answer({ targets, settings: {} as never }, (event) => {
      if (event.kind === 'failed') failed.push(event.error.code)
    })
    await expect.poll(() => engine.asked.length > before || failed.length > 0).toBe(true)
    return failed[0] ?? (engine.asked.at(-1)?.params as GenerateJob).targets
  }
  const run = (experimentId: ExperimentId) => ({ kind: 'experiment' as const, experimentId })

  async function checkpointOf(id: ExperimentId, files: readonly string[]): Promise<string> {
    const place = join(experiments, id, 'checkpoints', '1')
    await mkdir(place)
    await writeFile(
      join(place, 'state.json'),
      JSON.stringify({ step: 1, seed: 1, bestValidationLoss: null, bestStep: null, lastLoss: null }),
    )
    for (const file of files) await writeFile(join(place, file), '{}')
    return place
  }

  it('has its base model tried, where the checkpoint is an adapter', async () => {
    const id = await finished()
    const place = await checkpointOf(id, ['adapter_config.json'])
    expect(await asked(run(id))).toMatchObject([{ modelFolder: join(folder, 'model'), adapterFolder: place }])
    expect(checked).toEqual([join(folder, 'model')])
  })

  it('has its base model opened where that stands now', async () => {
    const id = await finished()
    const place = await checkpointOf(id, ['adapter_config.json'])
    modelsFolder = join(folder, 'moved')
    const moved = { modelFolder: join(folder, 'moved', 'model'), adapterFolder: place }
    expect(await asked(run(id))).toMatchObject([moved])
  })

  it("has its base model asked in the run's format, which a model without a chat template needs", async () => {
    const id = await finished({ 'dataset.sample_format': 'h2o', 'dataset.text_prompt_start': '問い: ' })
    await checkpointOf(id, ['adapter_config.json'])
    const base = (modelId: string) => ({ kind: 'model' as const, modelId: modelId as never })
    const trained = expect.objectContaining({ kind: 'h2o', promptStart: '問い: ' })
    const usual = { kind: 'template', otherwise: expect.objectContaining({ kind: 'h2o', promptStart: '<|prompt|>' }) }
    expect(await asked(base('m'), run(id))).toMatchObject([{ format: trained }, { format: trained }])
    expect(await asked(run(id), base('m'))).toMatchObject([{ format: trained }, { format: trained }])
    expect(await asked(base('another'), run(id))).toMatchObject([{ format: usual }, { format: trained }])
    expect(await asked(base('m'))).toMatchObject([{ format: usual }])
  })

  it('has the checkpoint tried that is a model of its own, and does not open what the reader refuses', async () => {
    const id = await finished()
    const place = await checkpointOf(id, ['config.json'])
    expect(await asked(run(id))).toMatchObject([{ modelFolder: place, adapterFolder: null }])
    expect(checked).toEqual([place])
    refused = place
    expect([await asked(run(id)), engine.asked.length]).toEqual(['model/too-slow', 1])
  })
})

describe('a log from elsewhere', () => {
  it('gives its lines that are lines, and no others', async () => {
    const id = await finished()
    const log = join(experiments, id, 'log.txt')
    await writeFile(
      log,
      `2026-01-01T00:00:00.000Z info run/stopped {"step":7} x\nyesterday info run/stopped {"step":7} x\n2026-01-01T00:00:00.000Z info run/stopped {"step":{"toString":1}} x\n${'x'.repeat(200_000)}\n`,
    )
    expect((await service.open({ id })).log).toEqual([
      { time: '2026-01-01T00:00:00.000Z', level: 'info', code: 'run/stopped', facts: { step: 7 } },
    ])
    await rm(log)
    await mkdir(log)
    expect((await service.open({ id })).log).toEqual([])
  })
})
