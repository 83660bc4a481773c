import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openCheckpoint, readAdapter, readSafetensorsHeader, readTensorBytes } from '../checkpoints/index.ts'
import type { ModelAddition } from '../contract/index.ts'
import { writeGgufAdapter } from '../gguf/adapter.ts'
import { writeGgufModel } from '../gguf/model.ts'
import type { ModelReader } from '../reader/client.ts'
import { readGgufFacts } from '../reader/gguf.ts'
import { storedWeight } from '../checkpoints/stored-weight.ts'
import { loadTokenizer } from '../tokenizers/index.ts'
import { openModelFiles } from '../weights/model-files.ts'
import { Additions, sweepAdditions } from './additions.ts'

let [home, source, models] = ['', '', '']
let told: ModelAddition[]
let done: string[]

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'additions-'))
  source = join(home, '私の モデル v1')
  models = join(home, 'models')
  told = []
  done = []
  await mkdir(join(source, 'sub'), { recursive: true })
  await writeFile(join(source, 'config.json'), '{}')
  await writeFile(join(source, 'model.safetensors'), Buffer.alloc(9_000_000, 7))
  await writeFile(join(source, '.hidden'), '')
  await writeFile(join(source, 'modeling.py'), '')
  await symlink(join(home, 'elsewhere'), join(source, 'tokenizer.json'))
})
afterEach(() => rm(home, { recursive: true }))

/** Without the process that it runs in otherwise. */
const readHere = (_: 'gguf', { folder, file }: { folder: string; file: string }) => readGgufFacts(join(folder, file))

const open = () =>
  new Additions({
    folder: models,
    reader: { call: readHere as ModelReader['call'] },
    tell: (each) => void told.push(each),
    onDone: (id) => void done.push(id),
    now: () => performance.now(),
  })

it('copies a folder into the library, which appears when it is whole, under a name of its own', async () => {
  const additions = open()
  const begun = await additions.start(source)
  expect(begun).toMatchObject({ state: 'copying', totalBytes: 9_000_002, name: '私の モデル v1' })
  await expect.poll(() => told.at(-1)?.state).toBe('done')
  expect(await readdir(models)).toEqual(['v1'])
  expect((await readdir(join(models, 'v1'))).sort()).toEqual(['config.json', 'model.safetensors'])
  expect((await readFile(join(models, 'v1', 'model.safetensors'))).length).toBe(9_000_000)
  await additions.start(source)
  await expect.poll(() => done).toEqual(['v1', 'v1-2'])
})

it('leaves nothing of a copy that is cancelled, or that its process did not finish', async () => {
  const additions = open()
  const { additionId } = await additions.start(source)
  await additions.cancel(additionId)
  expect([told.at(-1)?.state, done]).toEqual(['cancelled', []])
  expect(await readdir(models)).toEqual([])
  await mkdir(join(models, '.copy-1'))
  await mkdir(join(models, 'kept'))
  await sweepAdditions(models)
  expect(await readdir(models)).toEqual(['kept'])
})

it('refuses a folder that is no model', async () => {
  await rm(join(source, 'config.json'))
  await expect(open().start(source)).rejects.toMatchObject({ error: { code: 'model/no-model-folder' } })
  await expect(open().start(join(home, 'nowhere'))).rejects.toMatchObject({ error: { code: 'model/no-model-folder' } })
})

/** The shipped model as one GGUF. */
async function writeShipped(out: string): Promise<string> {
  const folder = join(import.meta.dirname, '..', '..', 'resources', 'models', 'terakoya-tiny-ja')
  const { config, stored } = await openModelFiles(folder)
  const weights = [...stored].map(([name, place]) => storedWeight(folder, name, place))
  const tokenizer = await loadTokenizer(folder)
  await writeGgufModel({ modelFolder: folder, config, tokenizer, weights, mix: 'F16', out, name: 'tiny' })
  return folder
}

it('makes a model of the GGUF that a folder holds, with the very same weights; of several it takes none', async () => {
  const from = join(home, 'tiny-GGUF')
  await mkdir(from)
  const shipped = await writeShipped(join(from, 'tiny.gguf'))
  await writeFile(join(from, 'README.md'), '')
  await writeFile(join(from, 'mmproj-tiny.gguf'), '')
  const additions = open()
  expect(await additions.start(from)).toMatchObject({ state: 'copying', name: 'tiny-GGUF' })
  await expect.poll(() => told.at(-1)?.state, { timeout: 20_000 }).toBe('done')
  expect(told.at(-1)).toMatchObject({ modelId: 'tiny-GGUF', copiedBytes: told[0]!.totalBytes })
  const folder = join(models, 'tiny-GGUF')
  expect(await readdir(models)).toEqual(['tiny-GGUF'])
  const [before, after] = [shipped, folder].map((each) => readSafetensorsHeader(join(each, 'model.safetensors')))
  for (const [name, place] of (await after!).tensors)
    if (place.dtype === 'float16')
      expect(
        Buffer.compare(
          await readTensorBytes(folder, place),
          await readTensorBytes(shipped, (await before!).tensors.get(name)!),
        ),
        name,
      ).toBe(0)
  const texts = ['東京の天気', '遊ぶ', 'a b']
  const [ours, theirs] = [await loadTokenizer(folder), await loadTokenizer(shipped)]
  for (const text of texts) expect([...ours.encode(text)]).toEqual([...theirs.encode(text)])

  await writeFile(join(from, 'other.gguf'), '')
  await expect(additions.start(from)).rejects.toMatchObject({
    error: { code: 'model/several-gguf', facts: { found: 'other.gguf, tiny.gguf' } },
  })
}, 60_000)

it('says what is wrong with a GGUF before anything is made', async () => {
  const from = join(home, 'broken')
  await mkdir(from)
  await writeFile(join(from, 'x.gguf'), 'nothing of the kind '.repeat(20))
  await expect(open().start(from)).rejects.toMatchObject({ error: { code: 'gguf/damaged' } })
  await mkdir(join(models, '..copy-1.abc.tmp'), { recursive: true })
  await sweepAdditions(models)
  expect(await readdir(models)).toEqual([])
})

it('keeps a LoRA in a GGUF as it is', async () => {
  const from = join(home, 'some-lora')
  await mkdir(from)
  const golden = join(import.meta.dirname, '..', 'models', 'fixtures', 'llama')
  const [adapter, { config }] = [await readAdapter(join(golden, 'adapter')), await openCheckpoint(golden)]
  await writeGgufAdapter({ adapter, config, out: join(from, 'a b.gguf'), name: 'x', base: 'owner/base' })
  await writeFile(join(from, 'notes.txt'), '')
  await open().start(from)
  await expect.poll(() => told.at(-1)?.state).toBe('done')
  expect(await readdir(join(models, 'some-lora'))).toEqual(['adapter.gguf'])
  const [before, after] = [join(from, 'a b.gguf'), join(models, 'some-lora', 'adapter.gguf')].map((at) => readFile(at))
  expect((await after!).equals(await before!)).toBe(true)
})
