import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { PickedFile } from '../../core/contract/index.ts'
import { raw, startTestHost, type TestHost } from './testing/support.ts'
import { makeTransferFolder, sweepTransferFolders } from './transfer-folder.ts'

let host: TestHost | undefined
afterEach(async () => {
  await host?.close()
  host = undefined
})

const start = async (limits: Parameters<typeof startTestHost>[0] = {}) => {
  const started = await startTestHost(limits)
  host = started
  const { origin, grants, bugs, port } = started
  const cookie = await started.session()
  const headers = { ...started.keyHeader, cookie, origin }
  const post = (path: string, body: BodyInit | null = null) =>
    fetch(origin + path, { method: 'POST', headers, body, ...(body instanceof ReadableStream && { duplex: 'half' }) })
  return {
    started,
    cookie,
    origin,
    key: started.key,
    grants,
    bugs,
    port,
    post,
    get: (path: string, method = 'GET') => fetch(origin + path, { method, headers: { cookie } }),
  }
}

/** A body of unknown length: it goes in chunks. */
const stream = (chunks: readonly string[]): ReadableStream =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Buffer.from(chunk))
      controller.close()
    },
  })

/** The folders of files that this host holds now. */
const held = (path: string): string[] => readdirSync(dirname(dirname(path)))

describe('an upload', () => {
  it('becomes a file that calls may name; a name that leads elsewhere does not', async () => {
    const { post, grants } = await start()
    const picked = (await (
      await post(`/upload?${new URLSearchParams({ name: '../../表 1.csv' })}`, 'a,b')
    ).json()) as PickedFile
    expect(picked).toEqual({ path: picked.path, name: '表 1.csv', sizeBytes: 3 })
    expect([basename(picked.path), readFileSync(picked.path, 'utf8'), grants.has(picked.path, 'read')]).toEqual([
      '表 1.csv',
      'a,b',
      true,
    ])
  })

  it('needs a session and our origin', async () => {
    const { started, cookie, origin } = await start()
    const refused = [
      { cookie },
      { origin: origin },
      { cookie, origin },
      { cookie, origin: 'http://evil.example' },
      { cookie, origin: 'null' },
      {},
    ].map((headers, index) => (index === 2 ? headers : { ...headers, ...started.keyHeader }))
    for (const path of ['/upload?name=a', '/save', '/upload-check?name=a&size=1', '/link'])
      for (const headers of refused)
        expect(
          (await fetch(origin + path, { method: 'POST', headers: headers as Record<string, string>, body: '{}' }))
            .status,
        ).toBe(403)
  })

  const tooLarge = { error: { code: 'upload/too-large', facts: { file: 'a.csv', limit: 1e-8 } } }
  it('beyond the limit is refused in one sentence: beforehand, by its length, and while it comes; nothing stays', async () => {
    const { post, bugs } = await start({ maxUploadBytes: 10 })
    const first = (await (await post('/upload?name=kept.csv', '1')).json()) as PickedFile
    for (const [path, body] of [
      ['/upload-check?name=a.csv&size=11', null],
      ['/upload?name=a.csv', '12345678901'],
      ['/upload?name=a.csv', stream(['123456', '789012', '3'])],
    ] as const) {
      const response = await post(path, body)
      expect([response.status, await response.json()]).toEqual([413, tooLarge])
    }
    expect((await post('/upload-check?name=a.csv&size=10')).status).toBe(200)
    expect((await post('/upload?name=a.csv', stream(['12345', '67890']))).status).toBe(200)
    expect(held(first.path)).toHaveLength(2)
    expect(bugs).toEqual([])
  })

  it('that would fill the disk is refused', async () => {
    const { post } = await start({ spareDiskBytes: 1e18 })
    for (const path of ['/upload-check?name=a.csv&size=1', '/upload?name=a.csv']) {
      const response = await post(path, 'x')
      expect([response.status, await response.json()]).toMatchObject([
        507,
        { error: { code: 'upload/no-space', facts: { file: 'a.csv', needed: 1e9 } } },
      ])
    }
  })

  it.each(['-1', '1.5', 'x', '1e400'])('a size of %s is refused', async (size) => {
    const { post } = await start()
    expect((await post(`/upload-check?name=a&size=${size}`)).status).toBe(400)
  })

  it('that breaks off leaves nothing', async () => {
    const { cookie, key, post, origin, bugs, port } = await start()
    const first = (await (await post('/upload?name=kept.csv', '1')).json()) as PickedFile
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `POST /upload?name=half.csv HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${origin}\r\nX-Terakoya-Key: ${key}\r\nCookie: ${cookie}\r\nContent-Length: 1000\r\n\r\n${'a'.repeat(500)}`,
    )
    await expect.poll(() => held(first.path).length).toBe(2)
    socket.destroy()
    await expect.poll(() => held(first.path).length).toBe(1)
    expect(bugs).toEqual([])
  })

  it('that is too long is answered before it has ended', async () => {
    const { cookie, key, origin, port } = await start({ maxUploadBytes: 10 })
    const head = (path: string) =>
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${origin}\r\nX-Terakoya-Key: ${key}\r\nCookie: ${cookie}\r\n`
    expect(
      await raw(port, `${head('/upload?name=a')}Transfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n`, true),
    ).toMatch(/^HTTP\/1\.1 413 [^]*upload\/too-large/)
    expect(await raw(port, `${head('/save')}Content-Length: 1000000\r\n\r\n${'a'.repeat(70_000)}`, true)).toMatch(
      /^HTTP\/1\.1 400 /,
    )
  })

  it('the oldest goes when there are too many', async () => {
    const { post } = await start({ maxUploads: 2 })
    const paths: string[] = []
    for (const name of ['1', '2', '3'])
      paths.push(((await (await post(`/upload?name=${name}`, name)).json()) as PickedFile).path)
    expect(paths.map((path) => existsSync(path))).toEqual([false, true, true])
  })
})

describe('a save', () => {
  it('is fetched once and then gone; asking for its headers or another file takes nothing', async () => {
    const { post, get, grants } = await start()
    const { target } = (await (await post('/save', JSON.stringify({ suggestedName: '表.csv' }))).json()) as {
      target: string
    }
    const address = `/download?${new URLSearchParams({ target })}`
    expect((await get(address)).status).toBe(404)
    writeFileSync(target, 'x,y')
    const head = await get(address, 'HEAD')
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '3'])
    const full = await get(address)
    expect([await full.text(), full.headers.get('content-disposition')]).toEqual([
      'x,y',
      `attachment; filename*=UTF-8''${encodeURIComponent('表.csv')}`,
    ])
    await expect.poll(() => existsSync(dirname(target))).toBe(false)
    expect((await get(address)).status).toBe(404)
    grants.add('/etc/passwd', 'write')
    expect((await get('/download?target=/etc/passwd')).status).toBe(404)
  })

  it('an empty file is fetched, too', async () => {
    const { post, get } = await start()
    const { target } = (await (await post('/save', JSON.stringify({ suggestedName: 'a' }))).json()) as {
      target: string
    }
    writeFileSync(target, '')
    expect(await (await get(`/download?${new URLSearchParams({ target })}`)).text()).toBe('')
  })

  it.each([
    '',
    'x',
    'null',
    '[]',
    '{}',
    '{"suggestedName":1}',
    JSON.stringify({ suggestedName: 'a'.repeat(1001) }),
    `{"suggestedName":"${'a'.repeat(70_000)}"}`,
  ])('%.20s… is refused', async (body) => {
    const { post, bugs } = await start()
    expect((await post('/save', body)).status).toBe(400)
    expect(bugs).toEqual([])
  })

  it('that nobody fetches make room for later ones, the oldest first', async () => {
    const { post, get } = await start({ maxTargets: 2 })
    const save = async () =>
      ((await (await post('/save', JSON.stringify({ suggestedName: 'a' }))).json()) as { target: string }).target
    const targets = [await save(), await save(), await save()]
    expect(targets.map((target) => existsSync(dirname(target)))).toEqual([false, true, true])
    for (const target of targets.slice(1)) writeFileSync(target, 'x')
    expect(
      await Promise.all(
        targets.map(async (target) => (await get(`/download?${new URLSearchParams({ target })}`)).status),
      ),
    ).toEqual([404, 200, 200])
  })
})

describe('the folder of a host', () => {
  it('is removed at its end', async () => {
    const { post, started } = await start()
    const { path } = (await (await post('/upload?name=a', '1')).json()) as PickedFile
    await started.host.close()
    expect(existsSync(dirname(dirname(path)))).toBe(false)
  })

  it('is swept once its owner is dead: no other folder, file or link of such a name', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'terakoya-sweep-'))
    const dead = String(spawnSync(process.execPath, ['-e', '']).pid)
    const own = basename(await makeTransferFolder(parent))
    const named = (pid: string, computer = own.split('-')[3] as string) =>
      `terakoya-web-${pid}-${computer}-0123456789abcdef`
    const stay = [
      own,
      named(String(process.ppid)),
      named(dead, '00000000'),
      'terakoya-0123456789abcdef',
      'terakoya-web-x',
      `${named(dead)}x`,
    ]
    // A host that had our number before this container was started again.
    for (const name of [...stay.slice(1), named(dead), named(String(process.pid))]) mkdirSync(join(parent, name))
    writeFileSync(join(parent, named(dead), 'upload'), 'x')
    const link = named(dead).replace(/.$/, '0')
    symlinkSync(join(parent, 'terakoya-web-x'), join(parent, link))
    await sweepTransferFolders(parent)
    expect(readdirSync(parent).sort()).toEqual([...stay, link].sort())
    rmSync(parent, { recursive: true })
  })
})
