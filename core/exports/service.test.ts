// A real studio with a real engine: a short training, and what goes out of it.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAdapter } from '../checkpoints/index.ts'
import {
  homedForms,
  isActive,
  type DatasetInfo,
  type ExperimentDetail,
  type ExperimentId,
  type ExperimentSummary,
  type ExportJob,
  type ExportPlan,
  type ExportPublication,
  type ModelSummary,
  type PublicationPlan,
} from '../contract/index.ts'
import { useDisk } from '../files/disk.ts'
import { faultyDisk } from '../files/testing/faulty-disk.ts'
import { GOOD_TOKEN, startHubServer, type HubServer } from '../hub/testing/hub-server.ts'
import { hasPlatformPackage } from '../llama-cpp/package.ts'
import { buildLlamaCpp, type BuiltLlamaCpp } from '../llama-cpp/testing/built-llama-cpp.ts'
import { startOllamaServer, type OllamaServer } from '../ollama/testing/ollama-server.ts'
import { exportFormats } from './formats/index.ts'
import { isOver, openTestStudio, type TestStudio } from './testing/test-studio.ts'

let folder: string
let out: string
let hub: HubServer
let studio: TestStudio
let llamaCpp: BuiltLlamaCpp
let ollama: OllamaServer
let dataset: DatasetInfo
let id: ExperimentId

const call = <T>(name: string, input: unknown): Promise<T> => studio.call(name, input)
const until: TestStudio['until'] = (event, condition) => studio.until(event, condition)
const train = (epochs: number, isEnough?: (summary: ExperimentSummary) => boolean): Promise<ExperimentSummary> =>
  studio.train({ 'dataset.id': dataset.id, 'training.epochs': epochs, 'prediction.max_length_inference': 8 }, isEnough)
const exported = (input: object) => studio.exported({ id, folder: out, ...input })

beforeAll(async () => {
  hub = await startHubServer([])
  ollama = await startOllamaServer()
  llamaCpp = await buildLlamaCpp()
  studio = await openTestStudio({
    spawnLlamaCpp: llamaCpp.spawn,
    environment: { HF_ENDPOINT: hub.url, HF_TOKEN: GOOD_TOKEN, OLLAMA_HOST: ollama.host },
  })
  ;({ folder } = studio)
  out = join(folder, 'out')
  await mkdir(out)
  dataset = await call('datasets.create', { from: 'sample' })
  id = (await train(2)).id
}, 120_000)

afterAll(async () => {
  await studio.close()
  await hub.close()
  await llamaCpp.remove()
  await ollama.close()
})

it('plans every form, under a name that is free', async () => {
  const plan = await call<ExportPlan>('exports.plan', { id, folder: out })
  expect(plan.steps).toContain(plan.step)
  expect(plan.freeBytes).toBeGreaterThan(0)
  const merged = plan.choices.find(({ form }) => form === 'merged')!
  expect(merged).toMatchObject({ refusal: null })
  expect(merged.sizeBytes).toBeGreaterThan(1e7)
  expect(merged.folder).toBeNull()
  expect(new Set(exportFormats.flatMap(({ id, home }) => (home ? [id] : [])))).toEqual(homedForms)
})

describe.runIf(hasPlatformPackage())('llama.cpp', () => {
  it('goes on as the run does from a GGUF, and the rows that it reads otherwise are named', async () => {
    const { job, states } = await exported({ form: 'gguf', options: { mix: 'F16' } })
    expect(job.error).toBeNull()
    expect(states).toEqual(['writing', 'testing', 'done'])
    expect(job.result!.files).toMatchObject([{ name: expect.stringMatching(/\.gguf$/) }])
    expect(job.result!.test).toMatchObject({ kind: 'same', texts: { rowCount: expect.any(Number) } })
    const { answers, texts } = job.result!.test as Extract<ExportJob['result'], object>['test'] & { kind: 'same' }
    expect(answers.length).toBeGreaterThan(0)
    for (const { tokens } of answers) expect(tokens!.equal).toBe(tokens!.count)
    // Every row of the sample has 遊, which llama.cpp's Unigram has no bytes for.
    expect(texts).toEqual({ rowCount: 11, differing: 11, rows: Array.from({ length: 11 }, (_, row) => row + 1) })
    await rm(job.result!.place)
  })

  // After so short a training much is a near tie: core/llama-cpp tries a model that is sure of its answers.
  it('has a Modelfile with the run’s own way to ask, and keeps most tokens at 8 bits', async () => {
    const { job } = await exported({ form: 'ollama', options: { mix: 'Q8_0' } })
    expect(job.error).toBeNull()
    const { test, place } = job.result!
    const { answers } = test as typeof test & { kind: 'same' | 'different' }
    const [equal, count] = (['equal', 'count'] as const).map((key) =>
      answers.reduce((sum, { tokens }) => sum + tokens![key], 0),
    ) as [number, number]
    expect(equal / count).toBeGreaterThan(0.6)
    const modelfile = await readFile(join(place, 'Modelfile'), 'utf8')
    expect(modelfile).toContain('FROM ./model.gguf\nTEMPLATE """')
    expect(modelfile).toContain('{{ .Prompt }}')
    expect(modelfile).toContain('PARAMETER stop "</s>"')
    await rm(place, { recursive: true })
  })

  it('becomes a model of Ollama: what lies in the folder, with what its Modelfile says', async () => {
    const { job, states } = await exported({ form: 'ollama', options: { mix: 'F16' }, ollama: { name: 'inu' } })
    expect(states).toEqual(['writing', 'testing', 'registering', 'done'])
    const { place } = job.result!
    expect(job.result!.ollama).toEqual({ name: 'inu', error: null })
    const made = ollama.models.get('inu:latest')!
    const [digest] = Object.values(made.files)
    expect(ollama.blobs.get(digest!)!.equals(await readFile(join(place, 'model.gguf')))).toBe(true)
    const modelfile = await readFile(join(place, 'Modelfile'), 'utf8')
    expect(modelfile).toContain(`TEMPLATE \"\"\"${made.template}\"\"\"`)
    const { stop, ...others } = made.parameters as { stop: string[] }
    for (const text of stop) expect(modelfile).toContain(`PARAMETER stop "${text}"`)
    for (const [name, value] of Object.entries(others)) expect(modelfile).toContain(`PARAMETER ${name} ${value}\n`)

    const again = (input: object) => call('exports.start', { id, folder: out, form: 'ollama', ollama: input })
    await expect(again({ name: 'inu' })).rejects.toThrow('ollama/name-taken')
    await expect(call('exports.start', { id, folder: out, form: 'peft', ollama: { name: 'neko' } })).rejects.toThrow()
    ollama.fault = { at: 'create', line: '{"error":"unknown architecture"}' }
    const failed = until<ExportJob>('exports.progress', isOver)
    await call('exports.register', { jobId: job.jobId, name: 'neko' })
    const refused = { code: 'ollama/refused', facts: { found: 'unknown architecture' } }
    expect((await failed).result).toEqual({ ...job.result, ollama: { name: 'neko', error: refused } })

    ollama.fault = { at: 'create', hold: true }
    const cancelled = until<ExportJob>('exports.progress', isOver)
    await call('exports.register', { jobId: job.jobId, name: 'neko' })
    await call('exports.cancel', { jobId: job.jobId })
    expect(await cancelled).toMatchObject({ state: 'done', result: { place } })
    expect([...ollama.models.keys()]).toEqual(['inu:latest'])
    await rm(place, { recursive: true })
  })

  it('is put where LM Studio looks, once that has been opened here', async () => {
    const planned = async () => {
      const { choices } = await call<ExportPlan>('exports.plan', { id, folder: out })
      return choices.find(({ form }) => form === 'lm-studio')!
    }
    expect(await planned()).toMatchObject({ refusal: { code: 'export/no-lm-studio' }, folder: null })
    await expect(call('exports.start', { id, form: 'lm-studio' })).rejects.toThrow('export/no-lm-studio')
    const models = join(folder, 'home', '.lmstudio', 'models')
    await mkdir(models, { recursive: true })
    const { job } = await exported({ form: 'lm-studio', options: { mix: 'Q8_0' } })
    expect(job.error).toBeNull()
    expect(job.result!.place.startsWith(join(models, 'terakoya-studio'))).toBe(true)
    expect(job.result!.files).toMatchObject([{ name: expect.stringMatching(/-Q8_0\.gguf$/) }])
    expect(await planned()).toMatchObject({ refusal: null, folder: join(models, 'terakoya-studio') })
    expect(await readdir(out)).toEqual([])
  })

  it('gets the adapter alone', async () => {
    const { job } = await exported({ form: 'gguf-lora' })
    expect(job).toMatchObject({ error: null, result: { test: { kind: 'same', answers: [] } } })
    await rm(job.result!.place)
  })
})

it('writes a model of its own that answers as the run does', async () => {
  const { job, states } = await exported({ form: 'merged' })
  expect(states).toEqual(['writing', 'testing', 'done'])
  expect(job.error).toBeNull()
  expect(job.result?.test).toMatchObject({ kind: 'same' })
  const names = job.result!.files.map(({ name }) => name)
  for (const name of ['config.json', 'generation_config.json', 'model.safetensors', 'README.md', 'spiece.model'])
    expect(names).toContain(name)
  expect(await readdir(out)).toEqual([basename(job.result!.place)])
})

it('becomes a model of the library, which answers as the run does and is trained further', async () => {
  const appeared = until<object>('models.changed', () => true)
  const { job } = await exported({ form: 'library' })
  expect(job.result?.test).toMatchObject({ kind: 'same' })
  await appeared
  const modelId = basename(job.result!.place)
  const model = await call<ModelSummary>('models.open', { id: modelId })
  expect(model).toMatchObject({ kind: 'merged', origin: 'library', problem: null })
  const { summary } = await call<ExperimentDetail>('experiments.open', { id })
  expect(model.name).toBe(summary.name)
  const settings = { 'dataset.id': dataset.id, 'general.llm_backbone': modelId, 'training.epochs': 1 }
  expect((await studio.train(settings)).state).toEqual({ kind: 'finished' })
  expect(await call('models.users', { id: modelId })).toMatchObject([{ isActive: false }])
  expect(await readdir(out)).not.toContain(modelId)
})

it('writes an adapter that is the run’s, for the base by its name; the next one gets another name', async () => {
  const { job } = await exported({ form: 'peft' })
  expect(job.result?.test).toMatchObject({ kind: 'same' })
  expect(job.result?.test.kind === 'same' && job.result.test.answers.length).toBeGreaterThan(0)
  const { config, modules } = await readAdapter(job.result!.place)
  expect([config.baseModel, modules.size > 0]).toEqual(['terakoya-tiny-ja', true])
  const card = await readFile(join(job.result!.place, 'README.md'), 'utf8')
  expect(card).toContain('library_name: "peft"')
  const { choices } = await call<ExportPlan>('exports.plan', { id, folder: out })
  expect(choices.find(({ form }) => form === 'peft')?.name).toBe(`${basename(job.result!.place)}-2`)
})

it('goes to the Hub as it was written, with a card that tells of base, settings and licence', async () => {
  const { job } = await exported({ form: 'peft' })
  const { jobId } = job
  const plan = await call<PublicationPlan>('exports.publicationPlan', { jobId })
  expect(plan).toMatchObject({ owners: ['terakoya', 'school'] })
  expect(plan.name).toMatch(/^[A-Za-z0-9._-]+$/)
  expect(plan.card).toContain('training.epochs: 2')
  expect(plan.card).not.toContain(dataset.id)
  const sent = (input: object = {}): Promise<ExportPublication> => {
    const over = until<ExportJob>(
      'exports.progress',
      ({ publication, ...each }) => each.jobId === jobId && !!publication && publication.state !== 'sending',
    )
    const repository = `terakoya/${plan.name}`
    const asked = call('exports.publish', { jobId, repository, isPrivate: true, mayExist: false, ...input })
    return Promise.all([over, asked]).then(([ended]) => ended.publication!)
  }
  const published = await sent()
  expect(published).toMatchObject({ state: 'done', url: `${hub.url}/terakoya/${plan.name}`, error: null })
  expect(published.sentBytes).toBe(plan.totalBytes)
  const { files, isPrivate } = hub.written.repositories.get(`terakoya/${plan.name}`)!
  expect(isPrivate).toBe(true)
  expect([...files.keys()].sort()).toEqual((await readdir(job.result!.place)).sort())
  for (const [name, contents] of files)
    expect((await readFile(join(job.result!.place, name))).equals(contents), name).toBe(true)
  expect(files.get('README.md')!.toString('utf8')).toBe(plan.card)
  expect(await sent()).toMatchObject({ state: 'failed', error: { code: 'hub/repository-exists' } })
  expect(await sent({ mayExist: true, card: '# 直した説明\n' })).toMatchObject({ state: 'done' })
  const again = hub.written.repositories.get(`terakoya/${plan.name}`)!
  expect(again.files.get('README.md')!.toString('utf8')).toBe('# 直した説明\n')
  await expect(call('exports.publicationPlan', { jobId: '0'.repeat(16) })).rejects.toThrow('export/not-found')

  await studio.reopen()
  const [past] = await call<ExportJob[]>('exports.list', {})
  expect(past).toMatchObject({ jobId, state: 'done', result: job.result, publication: { state: 'done' } })
  expect(await sent({ mayExist: true })).toMatchObject({ state: 'done' })
})

it('writes a file where it was asked to be saved', async () => {
  const target = join(out, 'named.zip')
  await writeFile(target, 'an earlier one')
  const { job } = await exported({ form: 'zip', target })
  expect(job.result).toMatchObject({ place: target, files: [{ name: 'named.zip' }], test: { kind: 'same' } })
  expect(job.result!.files[0]!.sizeBytes).toBeGreaterThan(1000)
  await expect(call('exports.publicationPlan', { jobId: job.jobId })).rejects.toThrow('export/not-published')
})

it('leaves nothing where it is cancelled', async () => {
  const before = await readdir(out)
  const ended = until<ExportJob>('exports.progress', isOver)
  const { jobId } = await call<ExportJob>('exports.start', { id, folder: out, form: 'merged' })
  await call('exports.cancel', { jobId })
  expect((await ended).state).toBe('cancelled')
  expect(await readdir(out)).toEqual(before)
  const jobs = await call<ExportJob[]>('exports.list', {})
  expect(jobs[0]).toMatchObject({ jobId, state: 'cancelled', result: null })
})

it('leaves nothing on a full disk, and says so', async () => {
  const before = await readdir(out)
  for (const at of [2, 4, 8]) {
    const putBack = useDisk(faultyDisk({ within: out, fault: { at, kind: 'ENOSPC', when: 'during' } }))
    try {
      expect((await exported({ form: 'merged' })).job).toMatchObject({ state: 'failed', error: { code: 'disk-full' } })
    } finally {
      putBack()
    }
    expect(await readdir(out)).toEqual(before)
  }
})

it('refuses what the run does not have', async () => {
  const start = (input: object) => call('exports.start', { id, folder: out, form: 'peft', ...input })
  await expect(start({ step: 7777 })).rejects.toThrow('experiment/no-checkpoint')
  await expect(start({ options: { mix: 'Q4' } })).rejects.toThrow('export/option')
})

it('asks later while a training has the engine', async () => {
  const { id: training } = await train(200, ({ progress }) => (progress?.step ?? 0) >= 1)
  const { job } = await exported({ form: 'peft' })
  expect(job).toMatchObject({ state: 'done', result: { test: { kind: 'postponed' } } })
  await expect(call('exports.start', { id: training, folder: out, form: 'peft' })).rejects.toThrow('experiment/busy')
  const stopped = until<ExperimentSummary>('experiments.changed', ({ state }) => !isActive(state))
  await call('experiments.stop', { id: training })
  await stopped
  const ended = until<ExportJob>('exports.progress', isOver)
  await call('exports.test', { jobId: job.jobId })
  expect((await ended).result?.test).toMatchObject({ kind: 'same' })
})
