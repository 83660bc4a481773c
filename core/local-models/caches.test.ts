import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  hubCacheFolder,
  hubCachePlace,
  lmStudioFolder,
  lmStudioFolders,
  lmStudioPlace,
  placesOfOthers,
} from './caches.ts'

const [OLD, NEW] = ['1'.repeat(40), '2'.repeat(40)]
let home = ''

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'home-'))
})
afterEach(() => rm(home, { recursive: true }))

/** A model as Hugging Face's tools lay it out; `outside`: one of its links leads elsewhere. */
async function cached(
  name: string,
  { main = NEW as string | null, outside = false, files = ['config.json', 'model.safetensors'] } = {},
) {
  const folder = join(home, 'hub', `models--${name.replace('/', '--')}`)
  await mkdir(join(folder, 'blobs'), { recursive: true })
  for (const commit of [OLD, NEW]) {
    await mkdir(join(folder, 'snapshots', commit), { recursive: true })
    for (const file of files) {
      await writeFile(join(folder, 'blobs', `${file}-${commit}`), commit)
      await symlink(join('..', '..', 'blobs', `${file}-${commit}`), join(folder, 'snapshots', commit, file))
    }
  }
  if (outside) {
    await writeFile(join(home, 'secret'), 'mine')
    await symlink(join(home, 'secret'), join(folder, 'snapshots', NEW, 'tokenizer.json'))
  }
  if (main !== null) {
    await mkdir(join(folder, 'refs'))
    await writeFile(join(folder, 'refs', 'main'), main)
  }
}

it('finds models of Hugging Face’s cache where refs/main says, and reads them in place', async () => {
  await cached('llm-jp/llm-jp-3-150m')
  await cached('owner/old', { main: OLD })
  const found = await hubCachePlace(join(home, 'hub')).list()
  expect(found).toEqual([
    {
      id: 'hf.llm-jp--llm-jp-3-150m',
      origin: 'hf-cache',
      folder: join(home, 'hub', 'models--llm-jp--llm-jp-3-150m', 'snapshots', NEW),
      hub: { id: 'llm-jp/llm-jp-3-150m', revision: 'main', commit: NEW },
    },
    expect.objectContaining({ id: 'hf.owner--old', hub: { id: 'owner/old', revision: 'main', commit: OLD } }),
  ])
  expect(await readFile(join(found[0]!.folder, 'config.json'), 'utf8')).toBe(NEW)
  expect(await hubCachePlace(join(home, 'hub')).find('hf.owner--old' as never)).toEqual(found[1])
  expect(await hubCachePlace(join(home, 'hub')).find('owner--old' as never)).toBeNull()
})

it('takes no model whose links lead out of its folder, that is not whole, or whose revision is none', async () => {
  await cached('owner/outside', { outside: true })
  await cached('owner/config-only', { files: ['config.json'] })
  await cached('owner/climbs', { main: '../../../..' })
  await cached('owner/undecided', { main: null })
  await mkdir(join(home, 'hub', 'models--..'), { recursive: true })
  await mkdir(join(home, 'hub', 'datasets--a--b'))
  expect(await hubCachePlace(join(home, 'hub')).list()).toEqual([])
  expect(await hubCachePlace(join(home, 'nowhere')).list()).toEqual([])
})

it('finds safetensors in LM Studio’s folder, and leaves its GGUF files alone', async () => {
  for (const [model, files] of [
    ['owner/safe', ['config.json', 'model-00001-of-00002.safetensors']],
    ['owner/gguf', ['x.Q4_K_M.gguf']],
  ] as const) {
    await mkdir(join(home, 'models', model), { recursive: true })
    for (const file of files) await writeFile(join(home, 'models', model, file), '')
  }
  expect(await lmStudioPlace(async () => join(home, 'models')).list()).toEqual([
    {
      id: 'lm.owner--safe',
      origin: 'lm-studio',
      folder: join(home, 'models', 'owner', 'safe'),
      hub: { id: 'owner/safe', revision: 'main', commit: '' },
    },
  ])
})

it.each([
  [{ HOME: '/h' }, '/h/.cache/huggingface/hub'],
  [{ HOME: '/h', XDG_CACHE_HOME: '/c' }, '/c/huggingface/hub'],
  [{ HOME: '/h', HF_HOME: '/hf' }, '/hf/hub'],
  [{ HOME: '/h', HF_HOME: '/hf', HF_HUB_CACHE: '/cache' }, '/cache'],
])('%j means the cache %s', (environment, folder) => {
  expect(hubCacheFolder(environment)).toBe(join(folder))
  expect(lmStudioFolders(environment)[0]).toBe(join('/h/.lmstudio/models'))
})

it('follows LM Studio’s settings to the folder that they name, and looks nowhere else then', async () => {
  const environment = { HOME: home }
  const [usual, chosen] = [join(home, '.lmstudio', 'models'), join(home, 'other drive')]
  const settle = (settings: unknown) => writeFile(join(home, '.lmstudio', 'settings.json'), JSON.stringify(settings))
  expect(await lmStudioFolder(environment)).toBeNull()
  await mkdir(usual, { recursive: true })
  expect(await lmStudioFolder(environment)).toBe(usual)
  await settle({ downloadsFolder: chosen })
  expect(await lmStudioFolder(environment)).toBeNull()
  await mkdir(join(chosen, 'owner', 'chosen'), { recursive: true })
  for (const file of ['config.json', 'model.safetensors']) await writeFile(join(chosen, 'owner', 'chosen', file), '')
  expect(await lmStudioFolder(environment)).toBe(chosen)
  const listed = await Promise.all(placesOfOthers(environment).map((place) => place.list()))
  expect(listed.flat()).toMatchObject([{ id: 'lm.owner--chosen', folder: join(chosen, 'owner', 'chosen') }])
  for (const hostile of [{ downloadsFolder: '../x' }, { downloadsFolder: 5 }, [], 'x', null]) {
    await settle(hostile)
    expect(await lmStudioFolder(environment)).toBe(usual)
  }
})
