import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetInfo, DeviceInfo } from '../contract/index.ts'
import { createDatasetService, type DatasetService } from '../datasets/service.ts'
import { createModelService, type ModelService } from '../local-models/service.ts'
import type { ModelReader } from '../reader/client.ts'
import { buildReader, type BuiltReader } from '../reader/testing/built-reader.ts'
import { writeModel } from '../reader/testing/sound-model.ts'
import type { DeviceReport } from '../engine/engine-protocol.ts'
import { makePlan } from './plan.ts'
import { tokenCounter } from './token-counter.ts'

const resources = join(import.meta.dirname, '..', '..', 'resources')
let folder: string
let datasets: DatasetService
let dataset: DatasetInfo
let models: ModelService
let built: BuiltReader
let reader: ModelReader

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-plan-'))
  await Promise.all(['datasets', 'models', 'trash'].map((name) => mkdir(join(folder, name))))
  built = await buildReader()
  reader = built.client()
  models = createModelService({ shippedFolder: join(resources, 'models'), folder: join(folder, 'models'), reader })
  datasets = createDatasetService({
    folder: join(folder, 'datasets'),
    trashFolder: join(folder, 'trash'),
    templatesFolder: join(resources, 'tutorial'),
    emit: () => undefined,
    tokenCounter: (model) => tokenCounter(models, reader, model),
  })
  dataset = await datasets.create({ from: 'sample' })
})
afterAll(async () => {
  await built.remove()
  await rm(folder, { recursive: true })
})

const processor: DeviceInfo = { kind: 'cpu', name: 'processor', available: true }
const card = (memoryBytes: number, freeMemoryBytes: number): DeviceReport => ({
  devices: [processor, { kind: 'cuda', name: 'card', memoryBytes, freeMemoryBytes, available: true }],
  recommended: { kind: 'cuda', reason: 'fastest-gpu' },
})
const plan = (report: DeviceReport, settings: Record<string, unknown> = {}) =>
  makePlan(
    { 'dataset.id': dataset.id, ...settings },
    { datasets, models, reader, devices: () => Promise.resolve(report) },
  )

describe('the memory of a plan', () => {
  it("is the graphics card's where that computes", async () => {
    const { device, memoryBytes, availableMemoryBytes, issues } = await plan(card(16e9, 12e9))
    expect([device, availableMemoryBytes]).toEqual(['cuda', 12e9])
    expect(memoryBytes).toBeLessThan(12e9)
    expect(issues.map(({ error }) => error.code)).not.toContain('plan/gpu-memory')
  })

  it('is too small on a small card, with the numbers', async () => {
    const { memoryBytes, availableMemoryBytes, issues } = await plan(card(1e9, 9e8))
    expect(memoryBytes).toBeGreaterThan(1e9)
    expect(availableMemoryBytes).toBe(9e8)
    expect(issues).toContainEqual({
      severity: 'warning',
      setting: 'training.batch_size',
      error: { code: 'plan/gpu-memory', facts: {} },
    })
  })

  it('is more where custom kernels cannot be compiled', async () => {
    const report = card(16e9, 12e9)
    const lacking: DeviceReport = {
      ...report,
      devices: report.devices.map((device) =>
        device.kind === 'cuda' ? { ...device, reason: 'compiler-missing' } : device,
      ),
    }
    expect((await plan(lacking)).memoryBytes).toBeGreaterThan((await plan(report)).memoryBytes)
  })

  it('is that of the rows that there are, however large a batch may be', async () => {
    const cpu = { devices: [processor], recommended: { kind: 'cpu', reason: 'only-device' } } as unknown as DeviceReport
    const of = async (batchSize: number, more = {}) =>
      (await plan(cpu, { 'training.batch_size': batchSize, ...more })).memoryBytes
    expect(await of(64)).toBe(await of(11))
    expect(await of(11)).toBeGreaterThan(await of(4))
    // Ten of the eleven rows are validation rows.
    const split = { 'dataset.validation_size': 0.9 }
    expect(await of(64, split)).toBeLessThan(await of(64))
    const { trainRowCount, totalSteps } = await plan(cpu, {
      ...split,
      'training.train_validation_data': true,
      'training.batch_size': 2,
      'training.epochs': 1,
    })
    expect([trainRowCount, totalSteps]).toEqual([11, 5])
  })

  it("is the computer's where the processor was chosen", async () => {
    const { device, availableMemoryBytes } = await plan(card(1e9, 1e9), { 'environment.device': 'cpu' })
    expect(device).toBe('cpu')
    expect(availableMemoryBytes).not.toBe(1e9)
  })
})

describe('what a plan says beforehand', () => {
  const webgpu: DeviceReport = {
    devices: [processor, { kind: 'webgpu', name: 'card', available: true }],
    recommended: { kind: 'webgpu', reason: 'fastest-gpu' },
  }
  const said = async (report: DeviceReport, settings: Record<string, unknown>) =>
    (await plan(report, settings)).issues.map(({ severity, setting, error }) => [severity, setting, error.code])

  it.each(['float16', 'bfloat16'])('%s is refused on WebGPU, and only there', async (precision) => {
    const refusal = ['error', 'environment.precision', 'plan/precision']
    const settings = { 'environment.precision': precision }
    expect(await said(webgpu, settings)).toContainEqual(refusal)
    for (const device of ['auto', 'cuda', 'cpu'])
      expect(await said(card(16e9, 12e9), { ...settings, 'environment.device': device })).not.toContainEqual(refusal)
    expect(await said(webgpu, { 'environment.precision': 'auto' })).not.toContainEqual(refusal)
  })

  it('rows longer than the model can read are cut, and take no more memory', async () => {
    const { contextLengthTokens: context } = await models.find('terakoya-tiny-ja')
    const beyond = ['warning', 'tokenizer.max_length', 'plan/beyond-context']
    const report = card(16e9, 12e9)
    expect(await said(report, { 'tokenizer.max_length': context })).not.toContainEqual(beyond)
    expect(await said(report, { 'tokenizer.max_length': 8 * context })).toContainEqual(beyond)
    const [whole, cut] = await Promise.all(
      [context, 8 * context].map((length) => plan(report, { 'tokenizer.max_length': length })),
    )
    expect(cut?.memoryBytes).toBe(whole?.memoryBytes)
  })
})

it('says where the system column goes with a model whose template has no place for it', async () => {
  const refusing =
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}{{ m.content }}{% endfor %}"
  await writeModel(join(folder, 'models', 'refusing'), {
    'tokenizer_config.json': JSON.stringify({ chat_template: refusing }),
  })
  const { id } = await datasets.create({ from: 'sample' })
  await datasets.edit({ id, edits: [{ kind: 'insertColumn', at: 0, name: 'system' }] })
  const columnId = (await datasets.open({ id })).columns[0]!.id
  await datasets.edit({ id, edits: [{ kind: 'setRole', columnId, role: 'system' }] })
  const told = async (settings: Record<string, unknown>): Promise<string[]> =>
    (await plan(card(16e9, 12e9), { 'dataset.id': id, ...settings })).issues.map(({ error }) => error.code)
  const wanted = 'plan/system-merged'
  expect(await told({ 'general.llm_backbone': 'refusing' })).toContain(wanted)
  expect(await told({ 'general.llm_backbone': 'refusing', 'dataset.sample_format': 'h2o' })).not.toContain(wanted)
  expect(await told({})).not.toContain(wanted)
})
