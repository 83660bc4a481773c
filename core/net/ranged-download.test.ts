import { mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startHubServer, type HubServer, type Misbehaviour } from '../hub/testing/hub-server.ts'
import type { AppError } from '../contract/index.ts'
import { createHubClient, type HubClient } from './hub-client.ts'
import { createNetwork, type Network } from './network.ts'
import { downloadRanged, type RangedOptions } from './ranged-download.ts'
import { fileUrl, listFiles, subjectOf, type RepositoryFile } from './repository.ts'

/** 5 pieces of 64 KiB, the last of them short. */
const PIECE = 65_536
const contents = Buffer.alloc(4 * PIECE + 1236)
for (let i = 0; i < contents.length; i += 4) contents.writeUInt32LE((i * 2_654_435_761) >>> 0, i)
const small = '{"model_type":"llama"}\n'

const repository = { kind: 'models', id: 'owner/model', revision: 'main' } as const
let [folder, target] = ['', '']
let server: HubServer
let network: Network
let client: HubClient
let files: RepositoryFile[]
let waits: { readonly ms: number; readonly code: string }[] = []
let received: number[] = []
let onBytes: () => void = () => undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ranged-'))
  target = join(folder, 'model.safetensors')
  server = await startHubServer([
    {
      ...repository,
      branches: {
        main: { 'model.safetensors': contents, 'config.json': small, empty: '', 'one.bin': 'x'.repeat(100) },
      },
    },
  ])
  network = createNetwork(async () => null)
  client = createHubClient({ endpoint: new URL(server.url), network, token: async () => null })
  files = await listFiles(client, repository)
  waits = []
  received = []
  onBytes = () => undefined
})
afterEach(async () => {
  await network.close()
  await server.close()
  await rm(folder, { recursive: true })
})

type Options = RangedOptions & { readonly signal?: AbortSignal }

function bring(path = 'model.safetensors', { signal = new AbortController().signal, ...options }: Options = {}) {
  const { sizeBytes, checksum } = files.find((each) => each.path === path)!
  const subject = subjectOf(client, repository, path)
  const job = { url: fileUrl(client, repository, path), target: join(folder, path), sizeBytes, checksum, subject }
  const watch = {
    signal,
    onBytes(bytes: number) {
      received.push(bytes)
      onBytes()
    },
    onChecking: () => undefined,
    onWaiting: (ms: number, { code }: AppError) => void waits.push({ ms, code }),
  }
  const quick = { pieceBytes: PIECE, saveEveryMs: 0, random: () => 0.5, wait: () => Promise.resolve() }
  return downloadRanged(client, job, watch, { ...quick, ...options })
}

const ranges = () => server.requests.filter(({ at }) => at === 'cdn').map(({ range }) => range)
const rangeOf = (index: number, have = 0) =>
  `bytes=${index * PIECE + have}-${Math.min((index + 1) * PIECE, contents.length) - 1}`
const all = [0, 1, 2, 3, 4]

async function expectWhole(): Promise<void> {
  expect((await readFile(target)).equals(contents)).toBe(true)
  expect((await readdir(folder)).sort()).toEqual(['model.safetensors'])
  expect(received.at(-1)).toBe(contents.length)
}

it('brings a file in ranges, straight from where the Hub sends it, and leaves nothing beside it', async () => {
  await bring()
  await expectWhole()
  expect(ranges().sort()).toEqual(all.map((index) => rangeOf(index)).sort())
  // At most one question for each of the first connections: the rest know the link.
  expect(server.requests.filter(({ at, path }) => at === 'hub' && path.includes('/resolve/')).length).toBeLessThan(3)
})

it('brings small files, whose checksum is git’s, and empty ones', async () => {
  await bring('config.json')
  await bring('empty')
  await bring('one.bin')
  expect(await readFile(join(folder, 'config.json'), 'utf8')).toBe(small)
  expect((await readFile(join(folder, 'empty'))).length).toBe(0)
  expect((await readdir(folder)).sort()).toEqual(['config.json', 'empty', 'one.bin'])
})

it.each<[string, Misbehaviour[], string[]]>([
  ['a connection that breaks', [{ drop: 1000 }], ['hub/interrupted']],
  ['too many requests', [{ status: 429, headers: { 'retry-after': '7' } }], ['hub/rate-limited']],
  ['trouble of the server', [{ status: 503 }], ['hub/server']],
  ['no bytes at all', [{ drop: 0 }, { drop: 0 }], ['hub/interrupted', 'hub/interrupted']],
])('tries again after %s', async (_, faults, codes) => {
  server.misbehave(...faults)
  await bring()
  expect(waits.map(({ code }) => code)).toEqual(codes)
  await expectWhole()
})

it('waits as long as the server asks, and no shorter', async () => {
  server.misbehave({ status: 429, headers: { 'retry-after': '7' } })
  await bring()
  expect(waits).toEqual([{ ms: 7000, code: 'hub/rate-limited' }])
})

it('asks the Hub again where a link has expired', async () => {
  const asked = () => server.requests.filter(({ path }) => path.includes('/resolve/')).length
  onBytes = () => void (asked() === 2 && server.misbehave({ expired: true }))
  await bring()
  await expectWhole()
  expect(waits).toEqual([])
  expect(asked()).toBeGreaterThan(2)
})

it.each<[string, Misbehaviour, string]>([
  ['other bytes than those asked for', { range: true }, 'hub/unexpected'],
  ['a file that is longer by now', { longer: 5 }, 'hub/size-changed'],
  ['packed contents that nobody asked for', { encoding: 'gzip' }, 'hub/unexpected'],
])('refuses %s', async (_, fault, code) => {
  server.misbehave(fault)
  await expect(bring()).rejects.toMatchObject({ error: { code } })
  expect(await readdir(folder)).not.toContain('model.safetensors')
  await bring()
  await expectWhole()
})

it('takes the whole file from a server that knows no ranges', async () => {
  server.misbehave({ whole: true }, { whole: true }, { whole: true })
  await bring()
  await expectWhole()
})

it('throws corrupt bytes away, and brings the file anew', async () => {
  server.misbehave({ corrupt: true })
  await expect(bring()).rejects.toMatchObject({ error: { code: 'hub/checksum', facts: { file: 'model.safetensors' } } })
  expect(await readdir(folder)).toEqual([])
  await bring()
  await expectWhole()
})

it('goes on from what an ended attempt has left, in the middle of a piece too', async () => {
  const end = new AbortController()
  server.misbehave({ hold: 1000 }, { hold: 2000 })
  const first = bring('model.safetensors', { signal: end.signal })
  await expect.poll(() => server.requests.filter(({ at }) => at === 'cdn').length).toBe(2)
  await expect.poll(() => received.length).toBeGreaterThan(0)
  end.abort(new Error('paused'))
  await expect(first).rejects.toThrow('paused')
  const before = server.requests.length
  await bring()
  await expectWhole()
  const asked = server.requests.slice(before).flatMap(({ at, range }) => (at === 'cdn' ? [range] : []))
  expect(asked.sort()).toEqual([rangeOf(0, 1000), rangeOf(1, 2000), rangeOf(2), rangeOf(3), rangeOf(4)].sort())
})

it('does not trust bytes on the disk that are not those that had arrived', async () => {
  const end = new AbortController()
  server.misbehave({ hold: PIECE - 1 }, { hold: PIECE - 1 })
  const first = bring('model.safetensors', { signal: end.signal })
  await expect.poll(() => server.requests.filter(({ at }) => at === 'cdn').length).toBe(2)
  end.abort(new Error('paused'))
  await expect(first).rejects.toThrow('paused')
  const partial = await open(`${target}.partial`, 'r+')
  await partial.write(Buffer.from('damaged'), 0, 7, 10)
  await partial.close()
  await bring()
  await expectWhole()
  expect(ranges().filter((range) => range === rangeOf(0))).toHaveLength(2)
})

it('writes through no link that lies in the place of the file', async () => {
  const outside = join(folder, 'outside')
  await writeFile(outside, 'mine')
  await symlink(outside, `${target}.partial`)
  await expect(bring()).rejects.toMatchObject({ code: 'ELOOP' })
  expect(await readFile(outside, 'utf8')).toBe('mine')
})

it('gives up after several attempts that bring nothing, each later than the one before', async () => {
  server.misbehave(...Array.from({ length: 30 }, () => ({ status: 503 })))
  await expect(bring('model.safetensors', { pieceBytes: contents.length })).rejects.toMatchObject({
    error: { code: 'hub/server' },
  })
  expect(waits.map(({ ms }) => ms)).toEqual([1, 2, 4, 8, 16, 32, 64, 120].map((seconds) => seconds * 1000))
})
