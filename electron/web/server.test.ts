import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { announcedHosts } from '../../core/host/control-files.ts'
import { startWebHost } from './server.ts'
import { raw, startTestHost, type TestHost } from './testing/support.ts'

let host: TestHost
afterEach(() => host.close())

it('a header that does not end, and a connection on which nothing moves, are ended', async () => {
  host = await startTestHost({ headersTimeoutMs: 50, idleTimeoutMs: 100 })
  expect(await raw(host.port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\n`, true)).toMatch(
    /^(HTTP\/1\.1 408 [^]*)?$/,
  )
  expect(await raw(host.port, '', true)).toMatch(/^(HTTP\/1\.1 408 [^]*)?$/)
})

it('connections beyond the limit are dropped; those before them are served', async () => {
  host = await startTestHost({ maxConnections: 2 })
  const sockets = await Promise.all(
    [1, 2].map(
      () =>
        new Promise<ReturnType<typeof connect>>((resolve) => {
          const socket = connect(host.port, '127.0.0.1', () => {
            socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\n\r\n`)
            socket.once('data', () => resolve(socket))
          })
        }),
    ),
  )
  expect(await raw(host.port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\n\r\n`)).toBe('')
  for (const socket of sockets) socket.destroy()
  await expect
    .poll(() => raw(host.port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nConnection: close\r\n\r\n`, true))
    .toMatch(/^HTTP\/1\.1 403 /)
})

it('a program of the user gets a link with the announced secret; at the end the announcement goes', async () => {
  host = await startTestHost()
  const [announced] = await announcedHosts(host.accountFolder)
  const ask = (method: string, secret: string, headers: Record<string, string> = {}) =>
    fetch(`${host.origin}/link`, {
      method,
      redirect: 'manual',
      headers: { authorization: `Bearer ${secret}`, ...headers },
    })
  expect((await ask('GET', announced?.secret ?? '')).status).toBe(204)
  const { link } = (await (await ask('POST', announced?.secret ?? '')).json()) as { link: string }
  expect((await fetch(link, { redirect: 'manual' })).status).toBe(303)
  expect([
    (await ask('POST', 'wrong')).status,
    (await ask('POST', '')).status,
    (await ask('POST', announced?.secret ?? '', { origin: host.origin })).status,
  ]).toEqual([403, 403, 403])
  await host.host.close()
  expect(await announcedHosts(host.accountFolder)).toEqual([])
  host = await startTestHost()
})

describe('a host that cannot announce itself', () => {
  const transferFolders = async () =>
    (await readdir(tmpdir())).filter((name) => name.startsWith(`terakoya-web-${process.pid}-`))
  const places: readonly (readonly [string, (folder: string) => Promise<string>])[] = [
    [
      'its account folder lies in a file',
      async (folder) => {
        await writeFile(join(folder, 'file'), '')
        return join(folder, 'file', 'account')
      },
    ],
    [
      'its control file is a folder',
      async (folder) => {
        await mkdir(join(folder, `serve-${host.port}.json`, 'x'), { recursive: true })
        return folder
      },
    ],
  ]

  it.each(places)('%s: it says so, and nothing of it stays', async (_, place) => {
    host = await startTestHost()
    const { studio, grants, port } = host
    await host.host.close()
    const accountFolder = await place(host.accountFolder)
    const before = await transferFolders()
    await expect(
      startWebHost({ studio, grants, rendererFolder: tmpdir(), port, exactPort: true, accountFolder, report: String }),
    ).rejects.toThrow()
    expect(await transferFolders()).toEqual(before)
    expect((await readdir(host.accountFolder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
    await expect(fetch(host.origin)).rejects.toThrow()
  })
})
