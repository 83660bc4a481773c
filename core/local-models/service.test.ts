import { copyFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { ModelReader } from '../reader/client.ts'
import type { ModelPlace } from '../reader/protocol.ts'
import { buildReader, type BuiltReader } from '../reader/testing/built-reader.ts'
import { trashedModel } from './library-models.ts'
import { nameOfModel } from './model-note.ts'
import { createModelService } from './service.ts'

const FIXTURES = join(import.meta.dirname, '../checkpoints/fixtures/pytorch-bin')
const SHIPPED = join(import.meta.dirname, '../../resources/models')
const folders: string[] = []
let built: BuiltReader

beforeAll(async () => {
  built = await buildReader()
})
afterAll(() => built.remove())

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
})

const CONFIG = {
  architectures: ['GPT2LMHeadModel'],
  model_type: 'gpt2',
  vocab_size: 300,
  n_positions: 32,
  n_embd: 64,
  n_layer: 2,
  n_head: 4,
}

/** A service whose only model has this file as its pytorch_model.bin. */
async function serviceWith(bin: string) {
  const library = await mkdtemp(join(tmpdir(), 'library-'))
  folders.push(library)
  const folder = join(library, 'models')
  await mkdir(join(folder, 'tiny'), { recursive: true })
  await writeFile(join(folder, 'tiny', 'config.json'), JSON.stringify(CONFIG))
  for (const name of ['spiece.model', 'tokenizer_config.json'])
    await copyFile(join(SHIPPED, 'terakoya-tiny-ja', name), join(folder, 'tiny', name))
  await copyFile(join(FIXTURES, bin), join(folder, 'tiny', 'pytorch_model.bin'))
  return {
    service: createModelService({
      shippedFolder: join(folder, 'none'),
      folder,
      reader: built.client(),
      patienceMs: 600_000,
    }),
    folder,
  }
}

it('lists a model that has only pytorch_model.bin, counting a tied head once and masks not at all', async () => {
  const { service } = await serviceWith('pytorch_model.bin')
  const layer = 2 * 128 + (64 * 192 + 192) + (64 * 64 + 64) + (64 * 256 + 256) + (256 * 64 + 64)
  const others = { bool: 16, bf16: 35, transposed: 48, cut: 16, bytes: 9, floats: 3 }
  const parameterCount =
    300 * 64 + 32 * 64 + 2 * layer + 128 + Object.values(others).reduce((sum, count) => sum + count)
  const sizeBytes = 2 * (300 * 64 + 32 * 64 + 2 * layer + 128) + 16 + 70 + 192 + 64 + 9 + 12
  expect(await service.list(undefined as never)).toMatchObject([
    {
      id: 'tiny',
      problem: null,
      architecture: 'GPT2LMHeadModel',
      parameterCount,
      sizeBytes,
      vocabularySize: 300,
      contextLengthTokens: 32,
    },
  ])
  expect(await service.open({ id: 'tiny' as never })).toMatchObject({ id: 'tiny', parameterCount })
})

it('lists a model in the old format with what is wrong', async () => {
  const { service, folder } = await serviceWith('legacy_format.bin')
  const problem = { code: 'checkpoint/torch-legacy', facts: { file: join(folder, 'tiny', 'pytorch_model.bin') } }
  expect(await service.list(undefined as never)).toMatchObject([{ id: 'tiny', problem }])
})

it('lists what it knows in time and tells when it knows the rest; a model that is asked for by itself does not wait for the others', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'models-'))
  folders.push(folder)
  for (const name of ['a-slow', 'b-slow', 'c-slow', 'd-sound']) await mkdir(join(folder, name))
  const description = {
    architecture: 'LlamaForCausalLM',
    parameterCount: 1,
    sizeBytes: 1,
    contextLengthTokens: 1,
    vocabularySize: 1,
    licence: '',
    dtype: 'float32',
    hasChatTemplate: false,
    adapterOf: null,
  }
  const { adapterOf: _, ...described } = description
  const ends: (() => void)[] = []
  const asked: string[] = []
  const reader: ModelReader = {
    call: (async (_, place: ModelPlace) => {
      asked.push(basename(place.folder))
      if (place.folder.endsWith('slow')) await new Promise<void>((resolve) => ends.push(resolve))
      return description
    }) as ModelReader['call'],
    close: () => undefined,
  }
  const told: string[] = []
  const service = createModelService({
    shippedFolder: join(folder, 'none'),
    folder,
    reader,
    patienceMs: 10,
    emit: (_, payload) => void told.push((payload as { id: string }).id),
  })
  const problems = async () => (await service.list(undefined as never)).map(({ problem }) => problem?.code ?? null)
  expect(await problems()).toEqual(Array(4).fill('model/being-read'))
  // Two at a time; which of them is looked at first is the disk's.
  await expect.poll(() => [...asked].sort()).toEqual(['a-slow', 'b-slow'])
  expect(await service.find('d-sound')).toMatchObject(described)
  while (told.length < 4) {
    ends.splice(0).forEach((end) => end())
    await new Promise(setImmediate)
  }
  expect(told.sort()).toEqual(['a-slow', 'b-slow', 'c-slow', 'd-sound'])
  expect(asked.sort()).toEqual(['a-slow', 'b-slow', 'c-slow', 'd-sound'])
  // A busy computer may be late once more: all is known, and some list says so.
  await expect.poll(problems).toEqual(Array(4).fill(null))
})

it('finds the model of an experiment by its id, and where there is none in the folder of then', async () => {
  const { service, folder } = await serviceWith('pytorch_model.bin')
  const here = join(folder, 'tiny')
  const there = join(folder, 'nobody', 'tiny')
  expect(await service.locate({ id: 'tiny', folder: there })).toBe(here)
  expect(await service.locate({ id: 'another', folder: here })).toBe(here)
  await expect(service.locate({ id: 'another', folder: there })).rejects.toMatchObject({
    error: { facts: { file: join(there, 'config.json') } },
  })
})

it('renames a model of the library, moves it to the trash and back, and leaves others alone', async () => {
  const { service, folder } = await serviceWith('pytorch_model.bin')
  const id = 'tiny' as never
  expect(await service.rename({ id, name: '小さなモデル' })).toMatchObject({
    id: 'tiny',
    name: '小さなモデル',
    kind: 'base',
  })
  expect(await service.list({})).toMatchObject([{ name: '小さなモデル', origin: 'library', dtype: 'float16' }])
  await service.remove({ id })
  expect(await service.list({})).toEqual([])
  expect(await nameOfModel(join(dirname(folder), 'trash', trashedModel('tiny')), 'tiny')).toBe('小さなモデル')
  expect(await service.restore({ id })).toMatchObject({ name: '小さなモデル' })
  await expect(service.restore({ id })).rejects.toMatchObject({ error: { code: 'trash/not-found' } })
  for (const other of ['nobody', '.terakoya-draft'])
    await expect(service.remove({ id: other as never })).rejects.toMatchObject({ error: { code: 'model/not-ours' } })
})

it('keeps a model that a training reads now, and lets go of one that ended experiments need', async () => {
  const { folder } = await serviceWith('pytorch_model.bin')
  let users = [{ name: '犬', isActive: true }]
  const options = { shippedFolder: join(folder, 'none'), folder, reader: built.client(), usersOf: async () => users }
  const service = createModelService(options)
  const id = 'tiny' as never
  const inUse = { code: 'model/in-use', facts: { model: id, run: '犬' } }
  await expect(service.remove({ id })).rejects.toMatchObject({ error: inUse })
  users = [{ name: '犬', isActive: false }]
  expect(await service.users({ id })).toEqual(users)
  await service.remove({ id })
  expect(await service.list({})).toEqual([])
})

it('lists a LoRA adapter with the model that it is for, which cannot be trained by itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'models-'))
  folders.push(folder)
  await cp(join(import.meta.dirname, '../models/fixtures/llama/adapter'), join(folder, 'lora'), { recursive: true })
  const service = createModelService({
    shippedFolder: join(folder, 'none'),
    folder,
    reader: built.client(),
    patienceMs: 600_000,
  })
  const [adapter] = await service.list({})
  expect(adapter).toMatchObject({ kind: 'adapter', architecture: 'LoRA', problem: null })
  await expect(service.find('lora')).rejects.toMatchObject({
    error: { code: 'model/is-adapter', facts: { model: 'lora', base: adapter!.baseModel } },
  })
})
