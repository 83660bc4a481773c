import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ModelAddition } from '../contract/index.ts'
import { Additions, sweepAdditions } from './additions.ts'

let [home, source, models] = ['', '', '']
let told: ModelAddition[]
let done: string[]

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'additions-'))
  source = join(home, '私の モデル v1')
  models = join(home, 'library', 'models')
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

const open = () =>
  new Additions({
    folder: models,
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
