import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { DownloadId, HubModelId, HubRevision, type ModelDownload } from '../contract/index.ts'
import { useDisk } from '../files/disk.ts'
import { conversionIn } from '../local-models/gguf-conversion.ts'
import { readNote } from '../local-models/model-note.ts'
import { createHubClient, type HubClient } from '../net/hub-client.ts'
import { buildEntry } from '../processes/testing/built-entry.ts'
import { createNetwork, type Network } from '../net/network.ts'
import { listFiles, type RepositoryFile } from '../net/repository.ts'
import { chosenFiles } from './model-files.ts'
import { modelIdFor } from './model-draft.ts'
import { ModelDownloads } from './model-downloads.ts'
import { buildReader, type BuiltReader } from '../reader/testing/built-reader.ts'
import { chosenGguf } from './gguf-models.ts'
import { tinyGguf } from './testing/tiny-gguf.ts'
import { startHubServer, type HubServer, type TestRepository } from './testing/hub-server.ts'

const PIECE = 65_536
const weights = Buffer.alloc(3 * PIECE)
for (let i = 0; i < weights.length; i += 4) weights.writeUInt32LE((i * 2_654_435_761) >>> 0, i)
const main = {
  'README.md': '# モデル\n',
  'config.json': '{"model_type":"llama"}',
  'model.safetensors': weights,
  'pytorch_model.bin': 'no',
  'modeling_evil.py': 'import os',
  'onnx/model.onnx': 'no',
  '../../escape.json': 'no',
  'tokenizer.json': '{}',
}
const CHOSEN = ['README.md', 'config.json', 'model.safetensors', 'tokenizer.json']
const [id, revision] = [HubModelId.parse('owner/model'), HubRevision.parse('main')]

let [library, models] = ['', '']
let built: BuiltReader
let gguf: Buffer
let server: HubServer
let network: Network
let client: HubClient
let told: (readonly ModelDownload[])[]
let changed: unknown[]
let all: ModelDownloads[]

beforeAll(async () => {
  built = await buildReader()
  gguf = await tinyGguf('F16')
})
afterAll(() => built.remove())

beforeEach(async () => {
  library = await mkdtemp(join(tmpdir(), 'downloads-'))
  models = join(library, 'models')
  server = await startHubServer(
    [
      ...['owner/model', 'owner/b', 'owner/c', 'owner/d'].map((each) => ({ id: each })),
      { id: 'owner/tiny-GGUF', files: { 'README.md': '# 小さい\n', LICENSE: 'MPL', 'tiny-F16.gguf': gguf } },
      { id: 'owner/pointers', xet: 'pointers' as const },
      { id: 'owner/alone', xet: 'alone' as const },
    ].map(
      ({ files, ...each }: { id: string; xet?: 'pointers' | 'alone'; files?: TestRepository['branches'][string] }) => ({
        ...each,
        kind: 'models' as const,
        branches: { main: files ?? main },
      }),
    ),
  )
  network = createNetwork(async () => null)
  client = createHubClient({ endpoint: new URL(server.url), network, token: async () => null })
  told = []
  changed = []
  all = []
})
afterEach(async () => {
  await Promise.all(all.map((downloads) => downloads.close()))
  await network.close()
  await server.close()
  await rm(library, { recursive: true })
})

function open(pieceBytes = PIECE): ModelDownloads {
  const downloads = new ModelDownloads({
    client,
    folder: () => models,
    emit: (name, payload) => void (name === 'hub.downloads' ? told : changed).push(payload as never),
    convert: (folder) => conversionIn(folder, built.client()),
    now: () => performance.now(),
    date: () => new Date('2026-12-01T00:00:00Z'),
    ranged: { saveEveryMs: 0, pieceBytes, random: () => 0.5, wait: () => Promise.resolve() },
  })
  all.push(downloads)
  return downloads
}
const filesOf = async (name = 'owner/model'): Promise<RepositoryFile[]> =>
  chosenFiles(await listFiles(client, { kind: 'models', id: name, revision: 'main' }))
const start = async (downloads: ModelDownloads, name = 'owner/model') =>
  downloads.start({ id: HubModelId.parse(name), revision, commit: revision, files: await filesOf(name) })
const last = (name = 'owner/model') => told.at(-1)?.find((each) => each.id === name)
const untilState = (state: ModelDownload['state'], name?: string) => expect.poll(() => last(name)?.state).toBe(state)

async function expectModel(): Promise<void> {
  expect(await readdir(models)).toEqual(['owner--model'])
  const folder = join(models, 'owner--model')
  expect((await readdir(folder)).sort()).toEqual(['.terakoya.json', ...CHOSEN])
  expect((await readFile(join(folder, 'model.safetensors'))).equals(weights)).toBe(true)
  expect(await readNote(folder)).toMatchObject({ hub: { id, revision } })
}

it('brings what the studio reads, and the model appears only when it is whole', async () => {
  const downloads = open()
  server.misbehave({ hold: 10 })
  await start(downloads)
  await expect.poll(() => server.requests.some(({ path }) => path.includes('/resolve/'))).toBe(true)
  expect(await readdir(models)).toEqual(['.draft-owner--model'])
  server.release()
  await untilState('done')
  await expectModel()
  expect(changed).toEqual([{ id: 'owner--model' }])
  expect(last()).toMatchObject({ receivedBytes: last()!.totalBytes, filesDone: 4, fileCount: 4, error: null })
  expect(server.requests.some(({ path }) => /evil|onnx|bin|escape/.test(path))).toBe(false)
  await expect(start(downloads)).rejects.toMatchObject({ error: { code: 'hub/have-model' } })
  await downloads.cancel(last()!.downloadId)
  expect(await downloads.list()).toEqual([])
  await expectModel()
})

/** Begins a download that stops within its weights. */
async function begun(downloads: ModelDownloads): Promise<DownloadId> {
  const { downloadId } = await start(downloads)
  await expect.poll(() => last()?.filesDone).toBe(3)
  await expect.poll(() => server.requests.filter(({ at }) => at === 'cdn').length).toBe(2)
  return downloadId
}
/** The three small files come first, each with an answer of its own. */
const SOUND = [{ longer: 0 }, { longer: 0 }, { longer: 0 }]
const holdWeights = () => server.misbehave(...SOUND, { hold: 1000 }, { hold: 1000 })

it('pauses and goes on, also in another process’s life', async () => {
  const first = open()
  holdWeights()
  const downloadId = await begun(first)
  await first.pause(downloadId)
  expect(last()).toMatchObject({ state: 'paused', filesDone: 3 })
  const second = open()
  expect(await second.list()).toMatchObject([{ downloadId, id, state: 'paused', filesDone: 3 }])
  expect((await second.list())[0]!.receivedBytes).toBeGreaterThan(1000)
  const before = server.requests.length
  await second.resume(downloadId)
  await untilState('done')
  await expectModel()
  const asked = server.requests.slice(before).map(({ range }) => range)
  expect(asked).toContain(`bytes=1000-${PIECE - 1}`)
})

it('leaves nothing of one that is cancelled', async () => {
  const downloads = open()
  holdWeights()
  await downloads.cancel(await begun(downloads))
  expect(await readdir(models)).toEqual([])
  expect(await open().list()).toEqual([])
  await downloads.cancel(DownloadId.parse('nobody'))
})

it('says what went wrong, and goes on from there', async () => {
  const downloads = open()
  server.misbehave(...SOUND, { corrupt: true })
  const { downloadId } = await start(downloads)
  await untilState('failed')
  expect(last()?.error).toEqual({ code: 'hub/checksum', facts: { file: 'model.safetensors' } })
  await downloads.resume(downloadId)
  await untilState('done')
  await expectModel()
})

it('tells that it waits for the server', async () => {
  const files = await filesOf()
  server.misbehave({ status: 429, headers: { 'retry-after': '30' } })
  await open().start({ id, revision, commit: revision, files })
  await untilState('done')
  const waiting = told.flat().find(({ state }) => state === 'waiting-to-retry')
  expect(waiting).toMatchObject({ retryAt: '2026-12-01T00:00:30.000Z', error: { code: 'hub/rate-limited' } })
})

it('works on three at a time, and lets others wait', async () => {
  const downloads = open()
  const names = ['owner/model', 'owner/b', 'owner/c', 'owner/d']
  const files = await Promise.all(names.map((name) => filesOf(name)))
  server.misbehave(...Array.from({ length: 3 }, () => ({ hold: 1 })))
  for (const [index, name] of names.entries())
    await downloads.start({ id: HubModelId.parse(name), revision, commit: revision, files: files[index]! })
  expect((await downloads.list()).map(({ state }) => state)).toEqual(['queued', ...Array(3).fill('downloading')])
  await downloads.pause((await downloads.list())[0]!.downloadId)
  expect((await downloads.list())[0]!.state).toBe('paused')
  await downloads.resume((await downloads.list())[0]!.downloadId)
  await expect.poll(() => server.requests.filter(({ path }) => path.includes('/resolve/')).length).toBe(3)
  server.release()
  for (const name of names) await untilState('done', name)
  expect((await readdir(models)).sort()).toEqual(['owner--b', 'owner--c', 'owner--d', 'owner--model'])
})

it('is not begun without room, or through a link in its place', async () => {
  const downloads = open()
  const huge = [
    { path: 'model.safetensors', sizeBytes: 2 ** 60, checksum: { kind: 'sha256', hex: '0'.repeat(64) } },
  ] as const
  await expect(downloads.start({ id, revision, commit: revision, files: huge })).rejects.toMatchObject({
    error: { code: 'hub/no-space' },
  })
  expect(await readdir(models)).toEqual([])
  await mkdir(join(library, 'elsewhere'))
  await symlink(join(library, 'elsewhere'), join(models, '.draft-owner--model'))
  await expect(start(downloads)).rejects.toMatchObject({ error: { code: 'library/unwritable' } })
  expect(await readdir(join(library, 'elsewhere'))).toEqual([])
})

it('says that the disk is full, and keeps what has arrived', async () => {
  const node = await import('node:fs/promises')
  let isFull = false
  const end = useDisk({
    ...node,
    async rename(from, to) {
      if (isFull) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
      return node.rename(from, to)
    },
  })
  try {
    const downloads = open()
    const files = await filesOf()
    const { downloadId } = await downloads.start({ id, revision, commit: revision, files })
    isFull = true
    await untilState('failed')
    expect(last()?.error?.code).toBe('disk-full')
    isFull = false
    await downloads.resume(downloadId)
    await untilState('done')
    await expectModel()
  } finally {
    end()
  }
})

it('goes on after its process was killed in the middle', async () => {
  const built = await buildEntry(join(import.meta.dirname, 'testing', 'download-process.ts'))
  holdWeights()
  const child = fork(built.file, [server.url, models], { execArgv: [] })
  const exited = new Promise((resolve) => child.once('exit', resolve))
  await new Promise<void>((resolve) =>
    child.on('message', ({ payload }: { payload: ModelDownload[] }) => {
      if ((payload[0]?.filesDone ?? 0) === 3) resolve()
    }),
  )
  await expect.poll(() => server.requests.filter(({ at }) => at === 'cdn').length).toBe(2)
  child.kill('SIGKILL')
  await exited
  server.cut()
  const downloads = open()
  const [found] = await downloads.list()
  expect(found).toMatchObject({ id, state: 'paused', filesDone: 3 })
  await downloads.resume(found!.downloadId)
  await untilState('done')
  await expectModel()
  await built.remove()
})

it.each([
  ['owner/model', 'main', /^owner--model$/],
  ['owner/model', 'v1.0', /^owner--model--v1\.0$/],
  ['owner/model', 'refs/pr/1', /^owner--model--refs-pr-1-[0-9a-f]{8}$/],
  ['con', 'main', /^con-[0-9a-f]{8}$/],
  ['a/nul.txt', 'main', /^a--nul\.txt$/],
  ['owner/model.', 'main', /^owner--model\.-[0-9a-f]{8}$/],
  ['.hidden/model', 'main', /^hidden--model-[0-9a-f]{8}$/],
  [`${'a'.repeat(96)}/${'b'.repeat(96)}`, 'main', /^a{96}--b+-[0-9a-f]{8}$/],
])('%s at %s is called %s in the library', (name, at, wanted) => {
  const found = modelIdFor(HubModelId.parse(name), HubRevision.parse(at))
  expect(found).toMatch(wanted)
  expect(found.length).toBeLessThanOrEqual(115)
})

it.each(['owner/pointers', 'owner/alone'])('checks files of Xet by their SHA-256: %s', async (name) => {
  const files = await filesOf(name)
  expect(files.find(({ path }) => path === 'model.safetensors')).toEqual({
    path: 'model.safetensors',
    sizeBytes: weights.length,
    checksum: { kind: 'sha256', hex: createHash('sha256').update(weights).digest('hex') },
  })
  const downloads = open()
  server.misbehave(...files.slice(1).map(() => ({ longer: 0 })), { corrupt: true })
  const { downloadId, modelId } = await start(downloads, name)
  await untilState('failed', name)
  expect(last(name)?.error).toEqual({ code: 'hub/checksum', facts: { file: 'model.safetensors' } })
  await downloads.resume(downloadId)
  await untilState('done', name)
  expect((await readFile(join(models, modelId, 'model.safetensors'))).equals(weights)).toBe(true)
  expect(server.requests.some(({ path }) => path.includes('X-Amz-Signature'))).toBe(true)
})

/** Larger than any file here. */
const WHOLE = 2 ** 26

async function startGguf(downloads: ModelDownloads): Promise<ModelDownload> {
  const name = HubModelId.parse('owner/tiny-GGUF')
  const all = await listFiles(client, { kind: 'models', id: name, revision })
  const files = chosenFiles(all, chosenGguf(all))
  return downloads.start({ id: name, revision, commit: revision, files, gguf: { type: 'F16', modelBytes: 1 } })
}

it('makes a model of a GGUF, which appears when it is whole', async () => {
  const { modelId } = await startGguf(open(WHOLE))
  expect(modelId).toBe('owner--tiny-GGUF--F16')
  await untilState('done', 'owner/tiny-GGUF')
  const states = told.flatMap((each) => each.map(({ state }) => state))
  expect(states.indexOf('converting')).toBeGreaterThan(states.indexOf('checking'))
  expect(await readdir(models)).toEqual([modelId])
  const folder = join(models, modelId)
  expect(await readdir(folder)).toEqual(
    expect.arrayContaining(['.terakoya.json', 'LICENSE', 'README.md', 'config.json', 'model.safetensors']),
  )
  expect(await readNote(folder)).toMatchObject({ hub: { id: 'owner/tiny-GGUF' } })
  expect(await built.client().call('describe', { folder, stamp: '' })).toMatchObject({
    architecture: 'LlamaForCausalLM',
  })
})

it('leaves nothing of a GGUF that is cancelled while it is converted, and says what is wrong with one', async () => {
  const downloads = open(WHOLE)
  const { downloadId } = await startGguf(downloads)
  await untilState('converting', 'owner/tiny-GGUF')
  await downloads.cancel(downloadId)
  expect(await readdir(models)).toEqual([])

  const again = await startGguf(downloads)
  await untilState('converting', 'owner/tiny-GGUF')
  await downloads.pause(again.downloadId)
  expect(await readdir(models)).toEqual(['.draft-owner--tiny-GGUF--F16'])
  const later = open()
  expect(await later.list()).toMatchObject([{ state: 'paused', receivedBytes: again.totalBytes }])
  const asked = server.requests.length
  await later.resume(again.downloadId)
  await untilState('done', 'owner/tiny-GGUF')
  expect(server.requests.length).toBe(asked)
  expect(await readdir(models)).toEqual(['owner--tiny-GGUF--F16'])
})
