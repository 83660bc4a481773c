import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HubModelId, UserError } from '../contract/index.ts'
import { createHubClient } from '../net/hub-client.ts'
import { createNetwork, type Network } from '../net/network.ts'
import { createPublisher, type HubPublisher, type Publication } from './publish.ts'
import { GOOD_TOKEN, READ_TOKEN, startHubServer, type HubServer } from './testing/hub-server.ts'

const LARGE = 300_000
let folder: string
let server: HubServer
let network: Network
let token: string | null
let publisher: HubPublisher
let counted: number[]
let ending: AbortController

async function open(partBytes?: number): Promise<void> {
  server = await startHubServer([], partBytes === undefined ? {} : { partBytes })
  network = createNetwork(async () => null)
  const client = createHubClient({ endpoint: new URL(server.url), network, token: async () => token })
  publisher = createPublisher({ client, network, token: async () => token })
}
const reopen = async (partBytes: number): Promise<void> => {
  await server.close()
  await open(partBytes)
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-publish-'))
  await writeFile(join(folder, 'adapter_model.safetensors'), Buffer.alloc(LARGE, 7))
  token = GOOD_TOKEN
  counted = []
  ending = new AbortController()
  // Nobody waits in a test: a failure is tried again at once.
  vi.spyOn(Math, 'random').mockReturnValue(0)
  await open()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await network.close()
  await server.close()
  await rm(folder, { recursive: true })
})

const repository = HubModelId.parse('terakoya/dog-teacher')
const card = (text: string) => ({ path: 'README.md', content: new Blob([text]), sizeBytes: Buffer.byteLength(text) })
const publish = (changes: Partial<Publication> = {}) =>
  publisher.publish({
    repository,
    isPrivate: true,
    mayExist: false,
    title: 'Add a run',
    files: [
      card('# 犬の先生\n'),
      {
        path: 'adapter_model.safetensors',
        content: pathToFileURL(join(folder, 'adapter_model.safetensors')),
        sizeBytes: LARGE,
      },
    ],
    signal: ending.signal,
    onBytes: (bytes) => counted.push(bytes),
    ...changes,
  })
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof UserError ? error.error.code : String(error)),
  )

describe('a run', () => {
  it('goes to a repository of its own with all its files in one commit', async () => {
    expect(await publish()).toBe(`${server.url}/terakoya/dog-teacher`)
    const { isPrivate, files } = server.written.repositories.get(repository)!
    expect(isPrivate).toBe(true)
    expect([...files].map(([path, { length }]) => [path, length])).toEqual([
      ['README.md', Buffer.byteLength('# 犬の先生\n')],
      ['adapter_model.safetensors', LARGE],
    ])
    expect(files.get('README.md')!.toString('utf8')).toBe('# 犬の先生\n')
    expect(server.written.log.map((line) => line.split(' ')[0])).toEqual(['create', 'upload', 'commit'])
    expect(counted.at(-1)).toBe(LARGE + Buffer.byteLength('# 犬の先生\n'))
    expect(counted).toEqual([...counted].sort((a, b) => a - b))
  })

  it('is public only where that was asked for', async () => {
    await publish({ isPrivate: false })
    expect(server.written.repositories.get(repository)!.isPrivate).toBe(false)
  })

  it('is not put over another: what is there stays, and is added to where that is wanted', async () => {
    await publish()
    expect(await codeOf(publish())).toBe('hub/repository-exists')
    await publish({ mayExist: true, files: [card('# Neu\n')] })
    const { files } = server.written.repositories.get(repository)!
    expect([...files.keys()]).toEqual(['README.md', 'adapter_model.safetensors'])
    expect(files.get('README.md')!.toString()).toBe('# Neu\n')
    expect(server.written.log.filter((line) => line.startsWith('commit'))).toHaveLength(2)
  })

  it('goes in parts where it is large', async () => {
    await reopen(100_000)
    await publish()
    const sent = server.written.repositories.get(repository)!.files.get('adapter_model.safetensors')!
    expect(sent.equals(Buffer.alloc(LARGE, 7))).toBe(true)
  })
})

describe('a publication', () => {
  it.each([
    ['the connection breaks', { drop: 1 }],
    ['the link to send to has expired', { expired: true }],
  ] as const)('goes on where %s', async (_, how) => {
    server.misbehave(how)
    // The token's names, the repository and the batch are asked at the first origin: the fault meets the upload.
    await publish()
    expect(server.written.repositories.get(repository)!.files.size).toBe(2)
    expect(server.written.log.filter((line) => line.startsWith('create'))).toHaveLength(1)
  })

  it.each([500, 503, 429])('tries again after an answer %i', async (status) => {
    server.misbehave({ status, headers: { 'retry-after': '1' } })
    await publish()
    expect(server.written.repositories.get(repository)!.files.size).toBe(2)
  })

  it('does not send again what is there', async () => {
    await publish()
    const before = server.requests.filter(({ at }) => at === 'cdn').length
    await publish({ repository: HubModelId.parse('school/other') })
    expect(server.requests.filter(({ at }) => at === 'cdn').length).toBe(before)
    expect(server.written.repositories.get('school/other')!.files.size).toBe(2)
  })

  it('ends at once when cancelled, without a commit', async () => {
    ending.abort(new DOMException('cancelled', 'AbortError'))
    await expect(publish()).rejects.toThrow('cancelled')
    expect(server.written.log.filter((line) => line.startsWith('commit'))).toEqual([])
  })

  it('never shows the token to another server', async () => {
    await publish()
    const elsewhere = server.requests.filter(({ at }) => at === 'cdn')
    expect(elsewhere.length).toBeGreaterThan(0)
    expect(elsewhere.every(({ authorization }) => authorization === undefined)).toBe(true)
  })
})

describe('whoever may not', () => {
  it('is told what is missing before anything is sent', async () => {
    expect(await publisher.owners()).toEqual(['terakoya', 'school'])
    token = READ_TOKEN
    expect(await codeOf(publisher.owners())).toBe('hub/token-read-only')
    expect(await codeOf(publish())).toBe('hub/not-yours')
    token = 'hf_wrong'
    expect(await codeOf(publisher.owners())).toBe('hub/token-invalid')
    expect(await codeOf(publish())).toBe('hub/token-invalid')
    token = null
    expect(await codeOf(publisher.owners())).toBe('hub/token-needed')
    expect(await codeOf(publish())).toBe('hub/token-needed')
    token = GOOD_TOKEN
    expect(await codeOf(publish({ repository: HubModelId.parse('somebody/else') }))).toBe('hub/not-yours')
    expect(server.written.log).toEqual([])
  })
})
