// How fast a large file comes from a server on this computer: ours beside one connection of curl.
import { execFileSync, fork } from 'node:child_process'
import { createHash, randomFillSync } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createHubClient } from '../core/net/hub-client.ts'
import { createNetwork } from '../core/net/network.ts'
import { downloadRanged } from '../core/net/ranged-download.ts'
import { rounded } from './measure.ts'

/** The command under which the bundle serves the file to itself. */
export const DOWNLOAD_SERVER = 'download-server'
const GIGABYTE = 1e9
const SIZE_BYTES = 2 * GIGABYTE
const BLOCK = 2 ** 20
const ROUNDS = 3

/** Serves one file with ranges from a process of its own, and tells the parent its port; never returns. */
export function serveFile(file: string): Promise<never> {
  const server = createServer((request, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const [start, end] = [Number(first ?? 0), Number(last ?? SIZE_BYTES - 1)]
    response.writeHead(first === undefined ? 200 : 206, {
      'content-length': end + 1 - start,
      ...(first !== undefined && { 'content-range': `bytes ${start}-${end}/${SIZE_BYTES}` }),
    })
    createReadStream(file, { start, end, highWaterMark: BLOCK }).pipe(response)
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  return new Promise(() => undefined)
}

/**
 * Megabytes a second until all is written, as curl does it, and until it is on the disk and checked, which curl does
 * not; and how much our memory grows.
 */
export async function measureDownload() {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-bench-download-'))
  const source = join(folder, 'source')
  const hex = await writeRandom(source)
  const server = fork(process.argv[1] ?? '', [DOWNLOAD_SERVER, source])
  try {
    const port = await new Promise<number>((resolve) => server.once('message', (message) => resolve(Number(message))))
    const url = new URL(`http://127.0.0.1:${port}/file`)
    const [curl, ours] = [[] as number[], [] as { megabytesPerSecond: number; withCheck: number; growthMB: number }[]]
    for (let round = 0; round < ROUNDS; round++) {
      curl.push(await measureCurl(url, join(folder, 'curl')))
      ours.push(await measureOurs(url, join(folder, 'ours'), hex))
    }
    const best = (values: readonly number[]) => rounded(Math.max(...values))
    return {
      sizeGB: SIZE_BYTES / GIGABYTE,
      curlMegabytesPerSecond: best(curl),
      megabytesPerSecond: best(ours.map(({ megabytesPerSecond }) => megabytesPerSecond)),
      megabytesPerSecondOnDiskAndChecked: best(ours.map(({ withCheck }) => withCheck)),
      growthMB: best(ours.map(({ growthMB }) => growthMB)),
    }
  } finally {
    server.kill()
    await rm(folder, { recursive: true })
  }
}

async function writeRandom(path: string): Promise<string> {
  const block = randomFillSync(Buffer.allocUnsafe(64 * BLOCK))
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  for (let done = 0; done < SIZE_BYTES; done += block.length) {
    block.writeUInt32LE(done / block.length, 0)
    const part = block.subarray(0, Math.min(block.length, SIZE_BYTES - done))
    hash.update(part)
    await file.writeFile(part)
  }
  await file.close()
  return hash.digest('hex')
}

async function measureCurl(url: URL, target: string): Promise<number> {
  const begin = performance.now()
  execFileSync('curl', ['--silent', '--output', target, url.href])
  const seconds = (performance.now() - begin) / 1000
  if ((await stat(target)).size !== SIZE_BYTES) throw new Error('curl brought another size')
  await rm(target)
  return SIZE_BYTES / 1e6 / seconds
}

async function measureOurs(url: URL, target: string, hex: string) {
  const network = createNetwork(async () => null)
  const client = createHubClient({ endpoint: url, network, token: async () => null })
  const before = process.memoryUsage().rss
  let most = before
  let arrivedMs = 0
  const begin = performance.now()
  await downloadRanged(
    client,
    { url, target, sizeBytes: SIZE_BYTES, checksum: { kind: 'sha256', hex }, subject: {} },
    {
      signal: new AbortController().signal,
      onBytes(bytes) {
        most = Math.max(most, process.memoryUsage.rss())
        // As curl counts: written, not yet on the disk.
        if (bytes === SIZE_BYTES && arrivedMs === 0) arrivedMs = performance.now() - begin
      },
      onChecking: () => undefined,
      onWaiting: () => undefined,
    },
  )
  const seconds = (performance.now() - begin) / 1000
  await network.close()
  await rm(target)
  return {
    megabytesPerSecond: SIZE_BYTES / 1e6 / (arrivedMs / 1000),
    withCheck: SIZE_BYTES / 1e6 / seconds,
    growthMB: (most - before) / 1e6,
  }
}
