import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HubDatasetId, hubContract, RepositoryPath } from '../contract/index.ts'
import { isDownload } from './download-paths.ts'
import { createTestHub, hasEnded, LLM_JAPANESE, tutorialDatasets, type TestHub } from './testing/hub-fixture.ts'
import { GOOD_TOKEN, startHubServer, type HubServer, type TestRepository } from './testing/hub-server.ts'
import { startProxyServer, type ProxyServer } from './testing/proxy-server.ts'

let datasets: TestRepository[]
let server: HubServer
let hub: TestHub
const proxies: ProxyServer[] = []
const hubs: TestHub[] = []

const open = async (
  environment: NodeJS.ProcessEnv = {},
  more?: Parameters<typeof createTestHub>[1],
): Promise<TestHub> => {
  const opened = await createTestHub({ HF_ENDPOINT: server.url, ...environment }, more)
  hubs.push(opened)
  return opened
}

beforeEach(async () => {
  datasets ??= await tutorialDatasets()
  server = await startHubServer(datasets)
  hub = await open()
})
afterEach(async () => {
  await Promise.all(hubs.splice(0).map((each) => each.close()))
  await Promise.all([server, ...proxies.splice(0)].map((each) => each.close()))
})

const GATED = HubDatasetId.parse('someone/gated-ja')
const failure = (code: string, facts: object = {}) => ({ error: { code, facts: expect.objectContaining(facts) } })
const contentsOf = (path: string, branch = 'refs/convert/parquet') =>
  Buffer.from(datasets[0]?.branches[branch]?.[path] as Uint8Array)
const SHARD = RepositoryPath.parse('default/train/0000.parquet')
const partialOf = (path: string) =>
  join(hub.library, 'downloads', 'izumi-lab--llm-japanese-dataset', 'parquet', ...`${path}.partial`.split('/'))

describe('searching', () => {
  it('gives the most downloaded first, with licence and size', async () => {
    expect(await hub.searchDatasets({ query: 'ja' })).toEqual([
      { id: 'someone/gated-ja', downloads: 900, likes: 0, licence: 'research-only', rowClass: '', gated: 'auto' },
      {
        id: 'izumi-lab/llm-japanese-dataset',
        downloads: 812,
        likes: 120,
        licence: 'cc-by-sa-4.0',
        rowClass: '1M<n<10M',
        gated: false,
      },
      {
        id: 'kunishou/hh-rlhf-eval-3k-ja',
        downloads: 45,
        likes: 3,
        licence: 'mit',
        rowClass: '1K<n<10K',
        gated: false,
      },
    ])
  })

  it.each(['kunishou/hh-rlhf-eval-3k-ja', 'https://huggingface.co/datasets/kunishou/hh-rlhf-eval-3k-ja/tree/main'])(
    'finds %s',
    async (query) => {
      expect((await hub.searchDatasets({ query })).map(({ id }) => id)).toEqual(['kunishou/hh-rlhf-eval-3k-ja'])
    },
  )

  it('names an id that does not exist', async () => {
    await expect(hub.searchDatasets({ query: 'nobody/nothing' })).rejects.toMatchObject(
      failure('hub/not-found', { dataset: 'nobody/nothing' }),
    )
    expect(await hub.searchDatasets({ query: 'nothing' })).toEqual([])
  })
})

describe('a dataset', () => {
  it('comes with card, licence, splits from the Parquet branch and files, over all pages of the tree', async () => {
    const { parts, files, ...rest } = await hub.dataset({ id: LLM_JAPANESE })
    expect(rest).toEqual({
      id: LLM_JAPANESE,
      downloads: 812,
      likes: 120,
      licence: 'cc-by-sa-4.0',
      rowClass: '1M<n<10M',
      gated: false,
      problem: null,
      languages: ['ja'],
      updatedAt: '2024-01-20T08:00:00.000Z',
      url: `${server.url}/datasets/izumi-lab/llm-japanese-dataset`,
      card: '# llm-japanese-dataset\n\n日本語の指示データです。\n',
    })
    expect(
      parts.map(({ config, split, rowCount, isPartial, sizeBytes, files: shards }) => [
        config,
        split,
        rowCount,
        isPartial,
        sizeBytes,
        shards.length,
      ]),
    ).toEqual([
      ['default', 'train', 3, false, contentsOf(SHARD).length + contentsOf('default/train/0001.parquet').length, 2],
      ['small', 'test', null, true, contentsOf('default/train/0001.parquet').length, 1],
    ])
    expect(files.map(({ path, isTable }) => [path, isTable])).toEqual([
      ['README.md', false],
      ['data/train.csv', true],
      ['data/train.jsonl.gz', true],
      ['llm-japanese-dataset.py', false],
    ])
  })

  it('has only its own files where the Hub has not converted it', async () => {
    const { parts, files, card } = await hub.dataset({ id: HubDatasetId.parse('kunishou/hh-rlhf-eval-3k-ja') })
    expect({ parts, card, paths: files.map(({ path }) => path) }).toEqual({
      parts: [],
      card: '',
      paths: ['README.md', 'hh-rlhf-eval-3k-ja.json'],
    })
  })

  it('tells of terms to accept beside what can be seen without', async () => {
    const { licence, files, problem } = await hub.dataset({ id: GATED })
    expect({ licence, files, problem }).toEqual({
      licence: 'research-only',
      files: [],
      problem: { code: 'hub/gated', facts: { dataset: GATED, url: `${server.url}/datasets/someone/gated-ja` } },
    })
    const allowed = await open({ HF_TOKEN: GOOD_TOKEN })
    expect((await allowed.dataset({ id: GATED })).files.map(({ path }) => path)).toEqual(['README.md', 'data.csv'])
  })
})

describe('what may go wrong', () => {
  it.each([
    ['too many requests', { status: 429, headers: { 'retry-after': '30' } }, 'hub/rate-limited', { seconds: 30 }],
    ['trouble of the Hub', { status: 503 }, 'hub/server', { status: 503 }],
    ['a login page of the network', { status: 200, body: '<html>' }, 'hub/unexpected', { found: 'HTML' }],
    ['another service', { status: 200, body: '[{"name":1}]' }, 'hub/unexpected', { found: '0.id' }],
    ['refused without a reason', { status: 403 }, 'hub/gated', {}],
    [
      'switched off',
      { status: 403, headers: { 'x-error-message': 'Access to this resource is disabled.' } },
      'hub/disabled',
      {},
    ],
  ])('%s', async (_, how, code, facts) => {
    server.misbehave(how)
    await expect(hub.searchDatasets({ query: 'ja' })).rejects.toMatchObject(failure(code, facts))
  })

  it('a dataset that is not there, with and without a token', async () => {
    const id = HubDatasetId.parse('nobody/nothing')
    await expect(hub.dataset({ id })).rejects.toMatchObject(failure('hub/not-found', { dataset: id }))
    await expect((await open({ HF_TOKEN: GOOD_TOKEN })).dataset({ id })).rejects.toMatchObject(failure('hub/not-found'))
    await expect((await open({ HF_TOKEN: 'hf_old' })).dataset({ id })).rejects.toMatchObject(
      failure('hub/token-invalid'),
    )
  })

  it('no connection', async () => {
    await server.close()
    await expect(hub.searchDatasets({ query: 'ja' })).rejects.toMatchObject(
      failure('hub/offline', { host: new URL(server.url).host }),
    )
  })
})

describe('a proxy', () => {
  const through = async (status?: number) => {
    const proxy = await startProxyServer(status)
    proxies.push(proxy)
    return proxy
  }

  it('is used as the environment says', async () => {
    const proxy = await through()
    const behind = await open({ HTTP_PROXY: proxy.url })
    expect(await behind.searchDatasets({ query: 'rlhf' })).toHaveLength(1)
    expect(proxy.seen).toEqual([new URL(server.url).host])
    const direct = await open({ HTTP_PROXY: proxy.url, NO_PROXY: 'localhost,127.0.0.1' })
    expect(await direct.searchDatasets({ query: 'rlhf' })).toHaveLength(1)
    expect(proxy.seen).toHaveLength(1)
  })

  it('is named where it refuses or is not there, without its password', async () => {
    const proxy = await through(407)
    const { host } = new URL(proxy.url)
    const refused = await open({ http_proxy: `http://me:secret@${host}` })
    await expect(refused.searchDatasets({ query: 'ja' })).rejects.toMatchObject(
      failure('hub/proxy', { proxy: `http://${host}`, reason: '407' }),
    )
    await proxy.close()
    await expect((await open({ http_proxy: host })).searchDatasets({ query: 'ja' })).rejects.toMatchObject(
      failure('hub/proxy', { proxy: `http://${host}`, reason: 'ECONNREFUSED' }),
    )
  })
})

describe('a download', () => {
  it('brings the shards of a split, and the token does not go to the other server', async () => {
    const allowed = await open({ HF_TOKEN: GOOD_TOKEN })
    const done = await allowed.bring([SHARD, 'default/train/0001.parquet'])
    expect(done).toMatchObject({ state: 'done', fileNumber: 2, fileCount: 2, receivedBytes: done.totalBytes })
    expect(done.files?.map(({ name }) => name)).toEqual([
      'llm-japanese-dataset-train.parquet',
      'llm-japanese-dataset-train.parquet',
    ])
    expect(await Promise.all(done.files?.map(({ path }) => readFile(path)) ?? [])).toEqual([
      contentsOf(SHARD),
      contentsOf('default/train/0001.parquet'),
    ])
    expect(done.files?.every(({ path }) => isDownload(allowed.library, path))).toBe(true)
    expect(new Set(server.requests.map(({ at, authorization }) => `${at} ${authorization}`))).toEqual(
      new Set([`hub Bearer ${GOOD_TOKEN}`, 'cdn undefined']),
    )
    await allowed.discard({ downloadId: done.downloadId })
    expect(
      (await readdir(allowed.library, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()),
    ).toEqual([])
  })

  it('is not repeated for a file that is there already', async () => {
    await hub.bring([SHARD])
    await hub.bring([SHARD])
    expect(server.requests.filter(({ at }) => at === 'cdn')).toHaveLength(1)
  })

  it('goes on where the connection broke, at once', async () => {
    server.misbehave({ hold: 100 })
    const ended = hub.bring([SHARD])
    await hub.until(({ receivedBytes }) => receivedBytes === 100)
    server.cut()
    expect((await ended).state).toBe('done')
    const [first, second] = server.requests.filter(({ at }) => at === 'cdn')
    expect(first?.range).toBeUndefined()
    expect(second).toMatchObject({ range: 'bytes=100-', ifRange: expect.stringMatching(/^"[0-9a-f]{64}"$/) })
  })

  it('stops at once when cancelled, and the next one goes on from there', async () => {
    server.misbehave({ hold: 150 })
    const { downloadId } = await hub.download({ id: LLM_JAPANESE, branch: 'parquet', paths: [SHARD] })
    await hub.until(({ receivedBytes }) => receivedBytes === 150)
    await hub.cancel({ downloadId })
    expect(hub.events.at(-1)).toMatchObject({ state: 'cancelled', receivedBytes: 150 })
    expect((await stat(partialOf(SHARD))).size).toBe(150)
    const again = await hub.bring([SHARD])
    expect(again.files?.[0]?.sizeBytes).toBe(contentsOf(SHARD).length)
    expect(server.requests.at(-1)?.range).toBe('bytes=150-')
  })

  it('begins anew where the file on the server is another one by now', async () => {
    await mkdir(dirname(partialOf(SHARD)), { recursive: true })
    await writeFile(partialOf(SHARD), 'of an older version')
    await writeFile(partialOf(SHARD).replace(/partial$/, 'etag'), '"older"')
    const done = await hub.bring([SHARD])
    expect(await readFile(done.files?.[0]?.path ?? '')).toEqual(contentsOf(SHARD))
  })

  it('throws away what does not have the right checksum', async () => {
    server.misbehave({ corrupt: true })
    expect(await hub.bring([SHARD])).toMatchObject({
      state: 'failed',
      error: { code: 'hub/checksum', facts: { file: '0000.parquet' } },
    })
    await expect(stat(partialOf(SHARD))).rejects.toThrow('ENOENT')
    expect((await hub.bring([SHARD])).state).toBe('done')
  })

  it('checks the files of git by its own kind of checksum, and keeps what is packed', async () => {
    const done = await hub.bring(['data/train.csv', 'data/train.jsonl.gz'], 'original')
    expect(done.files?.map(({ name }) => name)).toEqual(['train.csv', 'train.jsonl'])
    expect(gunzipSync(await readFile(done.files?.[1]?.path ?? '')).toString()).toBe(
      '{"instruction":"あ","output":"い"}\n',
    )
  })

  it('that is begun twice is one, and others of the same dataset wait for it', async () => {
    server.misbehave({ hold: 10 })
    const request = { id: LLM_JAPANESE, branch: 'parquet' as const, paths: [SHARD] }
    const first = await hub.download(request)
    expect(await hub.download({ ...request })).toEqual(first)
    const both = hub.bring([SHARD, 'default/train/0001.parquet'])
    await hub.until(({ receivedBytes }) => receivedBytes === 10)
    server.release()
    expect((await both).state).toBe('done')
    expect(hub.events.filter(hasEnded).map(({ downloadId }) => downloadId)[0]).toBe(first.downloadId)
    expect(server.requests.filter(({ at }) => at === 'cdn')).toHaveLength(2)
  })

  it('refuses files that are not in the dataset', async () => {
    expect(await hub.bring(['data/secret.csv'], 'original')).toMatchObject({
      state: 'failed',
      error: { code: 'hub/file-not-found' },
    })
  })

  it.each([
    '../../secret.csv',
    '/etc/passwd.csv',
    'a//b.csv',
    './a.csv',
    'a/../b.csv',
    'a\\b.csv',
    '\\\\host\\share\\a.csv',
    'a\0.csv',
    '',
    `${'a/'.repeat(500)}b.csv`,
  ])('knows that %j is no path inside a repository', (path) => {
    expect(
      hubContract.calls.download.input.safeParse({ id: LLM_JAPANESE, branch: 'original', paths: [path] }).success,
    ).toBe(false)
  })

  it.each(['..', '.', 'a/..', '../a'])('knows that %j is no dataset', (id) => {
    expect(HubDatasetId.safeParse(id).success).toBe(false)
  })

  it.each([
    'evil.so',
    'pack.json.gz.so',
    'README.md',
    'llm-japanese-dataset.py',
    'data/.hidden.csv',
    'a.zip.gz',
    'a.tar.gz',
    'weights.zst',
    'a.dll',
    'a.duckdb',
  ])('does not ask for %s, which is no table', async (path) => {
    await expect(
      hub.download({
        id: LLM_JAPANESE,
        branch: 'original',
        paths: [RepositoryPath.parse('data/train.csv'), RepositoryPath.parse(path)],
      }),
    ).rejects.toMatchObject({ error: { code: 'hub/not-a-table', facts: { file: path } } })
    expect(server.requests).toEqual([])
  })

  it('does not offer what it would not take', async () => {
    const odd = await startHubServer([
      {
        id: LLM_JAPANESE,
        branches: {
          main: Object.fromEntries(
            ['good.csv', '../bad.csv', 'bad\\.csv', 'a//bad.csv', 'bad.so'].map((path) => [path, 'a\n']),
          ),
        },
      },
    ])
    const { files } = await (await open({ HF_ENDPOINT: odd.url })).dataset({ id: LLM_JAPANESE })
    await odd.close()
    expect(files.filter(({ isTable }) => isTable).map(({ path }) => path)).toEqual(['good.csv'])
  })

  it.each([1, -1, -10_000])('refuses a file that is %i bytes larger than the list says', async (more) => {
    const bytes = datasets[0]!.branches['main']!['data/train.csv'] as string
    server.misbehave({
      status: 200,
      body: JSON.stringify([{ type: 'file', path: 'data/train.csv', oid: '0', size: bytes.length - more }]),
    })
    expect(await hub.bring(['data/train.csv'], 'original')).toMatchObject({
      state: 'failed',
      error: { code: 'hub/size-changed', facts: { file: 'train.csv' } },
    })
    expect(
      (await readdir(hub.library, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()),
    ).toEqual([])
  })

  it('is not begun where the disk has no room for it', async () => {
    server.misbehave({
      status: 200,
      body: JSON.stringify([{ type: 'file', path: 'huge.csv', oid: '0', size: 2 ** 53 }]),
    })
    expect(await hub.bring(['huge.csv'], 'original')).toMatchObject({
      state: 'failed',
      error: { code: 'hub/no-space', facts: { needed: 8388608 } },
    })
  })

  it('tells of the rate and the time that is left', async () => {
    server.misbehave({ hold: 100 })
    await hub.download({ id: LLM_JAPANESE, branch: 'parquet', paths: [SHARD] })
    await hub.until(({ receivedBytes }) => receivedBytes === 100)
    server.release()
    await hub.until(hasEnded)
    const last = hub.events.findLast(({ state, bytesPerSecond }) => state === 'downloading' && bytesPerSecond !== null)
    expect(last).toMatchObject({ bytesPerSecond: contentsOf(SHARD).length / 0.75, remainingSeconds: 0 })
  })
})

describe('the token', () => {
  it('is stored for this user only once the Hub knows it, and is used before the others', async () => {
    const both = await open({ HF_TOKEN: 'hf_old' })
    const ofEnvironment = { source: 'environment', protection: null, canEncrypt: false }
    expect(await both.token({})).toEqual(ofEnvironment)
    await expect(both.setToken({ token: 'hf_wrong', allowPlainFile: true })).rejects.toMatchObject(
      failure('hub/token-invalid'),
    )
    expect(await both.token({})).toEqual(ofEnvironment)
    expect(await both.setToken({ token: GOOD_TOKEN, allowPlainFile: true })).toEqual({
      source: 'stored',
      protection: 'plain-file',
      canEncrypt: false,
      userName: 'terakoya',
    })
    const file = join(both.home, 'hugging-face-token')
    expect([(await stat(file)).mode & 0o777, await readFile(file, 'utf8')]).toEqual([0o600, GOOD_TOKEN])
    expect(await both.searchDatasets({ query: 'rlhf' })).toHaveLength(1)
    expect(await both.clearToken({})).toEqual(ofEnvironment)
  })

  it('is kept in memory only, unless the user agrees to a plain file', async () => {
    expect(await hub.setToken({ token: GOOD_TOKEN, allowPlainFile: false })).toEqual({
      source: 'stored',
      protection: 'session',
      canEncrypt: false,
      userName: 'terakoya',
    })
    expect(await readdir(hub.home).catch(() => [])).toEqual([])
    expect((await hub.dataset({ id: GATED })).problem).toBe(null)
  })

  it('of huggingface-cli is found', async () => {
    expect(await hub.token({})).toEqual({ source: null, protection: null, canEncrypt: false })
    await mkdir(join(hub.home, '.cache', 'huggingface'), { recursive: true })
    await writeFile(join(hub.home, '.cache', 'huggingface', 'token'), `${GOOD_TOKEN}\n`)
    expect(await hub.token({})).toEqual({ source: 'huggingface-cli', protection: null, canEncrypt: false })
  })
})

it('asks nobody while the user wants no connection, and somebody afterwards', async () => {
  let isOffline = true
  const one = await open({}, { isOffline: () => isOffline })
  const before = server.requests.length
  await expect(one.searchDatasets({ query: 'a' })).rejects.toMatchObject(failure('net/offline'))
  await one.disconnect()
  expect(server.requests).toHaveLength(before)
  isOffline = false
  expect(await one.searchDatasets({ query: 'ja' })).not.toEqual([])
})

it('asks nobody in offline mode', async () => {
  const offline = await open({ HF_HUB_OFFLINE: '1' })
  const before = server.requests.length
  await expect(offline.searchDatasets({ query: 'a' })).rejects.toMatchObject(failure('hub/offline-mode'))
  await expect(offline.searchModels({ query: 'a/b' })).rejects.toMatchObject(failure('hub/offline-mode'))
  expect(server.requests).toHaveLength(before)
})
