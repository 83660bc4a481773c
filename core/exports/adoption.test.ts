// A real studio: a run goes out as an adapter, comes back as one of elsewhere, and is the same.
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAdapter, writeAdapter } from '../checkpoints/index.ts'
import type {
  DatasetInfo,
  ExperimentDetail,
  ExperimentSummary,
  ExportJob,
  ModelAddition,
  ModelSummary,
} from '../contract/index.ts'
import { neverSpawned } from '../llama-cpp/testing/never-spawned.ts'
import { openTestStudio, type TestStudio } from './testing/test-studio.ts'

let folder: string
let models: string
let studio: TestStudio
let dataset: DatasetInfo

const call = <T>(name: string, input: unknown): Promise<T> => studio.call(name, input)
const train = (settings: object): Promise<ExperimentSummary> =>
  studio.train({ 'dataset.id': dataset.id, 'training.epochs': 2, 'prediction.max_length_inference': 4, ...settings })
const exported = async (input: object): Promise<ExportJob> =>
  (await studio.exported({ folder: join(folder, 'out'), ...input })).job
const checkpointOf = (id: string) => join(folder, 'library', 'experiments', id, 'checkpoints', '0')
const weightsOf = (id: string) => readFile(join(checkpointOf(id), 'adapter_model.safetensors'))

beforeAll(async () => {
  studio = await openTestStudio({ spawnLlamaCpp: neverSpawned })
  ;({ folder } = studio)
  models = join(folder, 'library', 'models')
  await mkdir(join(folder, 'out'))
  dataset = await call('datasets.create', { from: 'sample' })
  const { id } = await train({})
  const { result } = await exported({ id, form: 'peft' })
  await cp(result!.place, join(models, 'from-elsewhere'), { recursive: true })
}, 120_000)

afterAll(() => studio.close())

const adapterId = 'from-elsewhere'
/** The adapter with other files, as a model of its own. */
async function another(id: string, change: (at: string) => Promise<unknown>): Promise<string> {
  await cp(join(models, adapterId), join(models, id), { recursive: true })
  await change(join(models, id))
  return id
}
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'adopted',
    (error: unknown) => (error as Error).message,
  )
const adopt = (id: string, more: object = {}) =>
  call<ExperimentSummary>('experiments.adopt', { adapterId: id, ...more })
const config = async (at: string, changes: object) => {
  const file = join(at, 'adapter_config.json')
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...changes }))
}

describe('an adapter from elsewhere', () => {
  it('becomes a run with its very weights, which is merged, exported and trained further', async () => {
    const run = await adopt(adapterId)
    expect(run).toMatchObject({ state: { kind: 'finished' }, adopted: { from: adapterId }, problem: null })
    const brought = await readFile(join(models, adapterId, 'adapter_model.safetensors'))
    expect((await weightsOf(run.id)).equals(brought)).toBe(true)
    const { settings } = await call<ExperimentDetail>('experiments.open', { id: run.id })
    const { config } = await readAdapter(join(models, adapterId))
    expect([settings['training.lora_r'], settings['training.lora_alpha']]).toEqual([config.rank, config.alpha])
    // What was written again answers as the run does, and the run as the one that it came from.
    const again = await exported({ id: run.id, form: 'peft' })
    expect(again).toMatchObject({ error: null, state: 'done' })
    const card = await readFile(join(again.result!.place, 'README.md'), 'utf8')
    expect([card.includes(adapterId), card.includes('training.epochs')]).toEqual([true, false])
    const [ours, theirs] = [await readAdapter(again.result!.place), await readAdapter(join(models, adapterId))]
    expect([...ours.modules.keys()]).toEqual([...theirs.modules.keys()])
    for (const [path, { a, b }] of theirs.modules)
      for (const [one, other] of [
        [a, ours.modules.get(path)!.a],
        [b, ours.modules.get(path)!.b],
      ] as const)
        expect(Buffer.from(one.buffer).equals(Buffer.from(other.buffer)), path).toBe(true)
    expect((await exported({ id: run.id, form: 'merged' })).error).toBeNull()
    const next = await train({ 'training.start_from': run.id })
    expect(next.state).toEqual({ kind: 'finished' })
  })

  it('becomes the same run from a LoRA in a GGUF', async () => {
    const { id } = await adopt(adapterId)
    const { result } = await exported({ id, form: 'gguf-lora' })
    await mkdir(join(folder, 'lora'))
    await cp(result!.place, join(folder, 'lora', 'x.gguf'))
    const added = studio.until<ModelAddition>('models.addition', ({ state }) => state !== 'copying')
    await call('models.addFolder', { folder: join(folder, 'lora') })
    const { modelId } = await added
    const listed = (await call<ModelSummary[]>('models.list', {})).find(({ id }) => id === modelId)
    const peft = await readAdapter(join(models, adapterId))
    expect(listed).toMatchObject({ kind: 'adapter', baseModel: 'terakoya-tiny-ja', problem: null })
    const fromGguf = await adopt(modelId!)
    const { settings } = await call<ExperimentDetail>('experiments.open', { id: fromGguf.id })
    expect([settings['training.lora_r'], settings['training.lora_alpha']]).toEqual([
      peft.config.rank,
      peft.config.alpha,
    ])
    const kept = await readAdapter(checkpointOf(fromGguf.id))
    expect(Object.fromEntries(kept.modules)).toEqual(Object.fromEntries(peft.modules))
    expect((await exported({ id: fromGguf.id, form: 'merged' })).error).toBeNull()
  })

  it('is renamed, removed and brought back as every run is', async () => {
    const { id } = await adopt(adapterId)
    expect(await call('experiments.rename', { id, name: '犬の先生' })).toMatchObject({ name: '犬の先生' })
    await call('experiments.remove', { id })
    expect(await call('experiments.restore', { id })).toMatchObject({ id, name: '犬の先生' })
    await expect(call('experiments.restoreDataset', { id })).rejects.toThrow('experiment/no-dataset')
    await expect(call('experiments.resume', { id })).rejects.toThrow('experiment/not-resumable')
  })

  it('finds its base by the Hub’s id, by its folder’s name, or where it is told', async () => {
    const named = await another('named', (at) => config(at, { base_model_name_or_path: '/home/a/terakoya-tiny-ja' }))
    expect(await codeOf(adopt(named))).toBe('adopted')
    const lost = await another('lost', (at) => config(at, { base_model_name_or_path: 'owner/nowhere' }))
    expect(await codeOf(adopt(lost))).toBe('adapter/base-missing')
    expect(await codeOf(adopt(lost, { baseId: 'terakoya-tiny-ja' }))).toBe('adopted')
  })

  it.each([
    ['another rank than it says', (at: string) => config(at, { r: 4 }), 'adapter/other-base'],
    ['another kind of adapter', (at: string) => config(at, { peft_type: 'IA3' }), 'adapter/unsupported'],
    [
      'ranks of its own for some modules',
      (at: string) => config(at, { rank_pattern: { q_proj: 2 } }),
      'adapter/unsupported',
    ],
    [
      'modules that the base does not have',
      async (at: string) => {
        const adapter = await readAdapter(at)
        const [first] = [...adapter.modules.values()]
        await writeAdapter(at, { ...adapter, modules: new Map([['model.layers.99.mlp.up_proj', first!]]) })
      },
      'adapter/other-base',
    ],
    [
      'modules of another shape',
      async (at: string) => {
        const adapter = await readAdapter(at)
        const modules = new Map(
          [...adapter.modules].map(([path, one]) => [
            path,
            { ...one, inputSize: one.inputSize - 1, a: one.a.slice(0, one.rank * (one.inputSize - 1)) },
          ]),
        )
        await writeAdapter(at, { ...adapter, modules })
      },
      'adapter/other-base',
    ],
    [
      'weights that are cut off',
      (at: string) => writeFile(join(at, 'adapter_model.safetensors'), Buffer.alloc(9)),
      null,
    ],
    [
      'a link for its weights',
      async (at: string) => {
        await rm(join(at, 'adapter_model.safetensors'))
        await symlink('/dev/zero', join(at, 'adapter_model.safetensors'))
      },
      null,
    ],
  ])('is refused where it has %s, and leaves nothing', async (what, change, code) => {
    const before = (await call<ExperimentSummary[]>('experiments.list', {})).length
    const id = await another(`bad-${basename(what.replaceAll(' ', '-')).slice(0, 40)}`, change)
    const told = await codeOf(adopt(id, { baseId: 'terakoya-tiny-ja' }))
    if (code) expect(told).toBe(code)
    else expect(told).not.toMatch(/adopted|internal/)
    expect((await call<ExperimentSummary[]>('experiments.list', {})).length).toBe(before)
  })

  it('is no model of its own, and a model is no adapter', async () => {
    const found = await call<ModelSummary[]>('models.list', {})
    expect(found.find(({ id }) => id === adapterId)?.kind).toBe('adapter')
    expect(await codeOf(adopt('terakoya-tiny-ja'))).toBe('adapter/not-adapter')
    expect(await codeOf(adopt('nothing-here'))).toBe('adapter/not-adapter')
  })
})
