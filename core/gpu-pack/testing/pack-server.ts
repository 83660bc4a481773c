import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Library, PackPlatform } from '../components.ts'

/** A pack of small files with the structure of the real one, and a server of its archives. */
export interface PackServer {
  readonly url: string
  readonly platform: PackPlatform
  /** Addresses asked for, with their range. */
  readonly asked: string[]
  /** The next answers: held open after so many bytes, or with other contents. */
  misbehave(how: { readonly hold?: number; readonly damage?: boolean } | null): void
  /** Breaks the connections that are held. */
  cut(): void
  close(): Promise<void>
}

const PROVIDER = 'terakoya-test-provider'
const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** What the archives hold, by their component. */
const providerFiles: Readonly<Record<string, string>> = {
  'libterakoya_provider_shared.so': 'shared',
  'libterakoya_provider_cuda.so': randomBytes(20_000).toString('hex'),
}
const starts = {
  test_first: ['libterakoya-first.so.13'],
  test_second: ['libterakoya-secondLt.so.13', 'libterakoya-second.so.13'],
}

export async function startPackServer(): Promise<PackServer> {
  const files = new Map<string, Buffer>()
  const provider = archive(
    'package',
    'tgz',
    {
      'package.json': '{}',
      ...Object.fromEntries(Object.entries(providerFiles).map(([name, text]) => [`Plugins/${name}`, text])),
    },
    {},
  )
  files.set(`/npm/${PROVIDER}/-/${PROVIDER}-1.0.0.tgz`, provider)
  // As NVIDIA has them: a file with its full version, and links with shorter names.
  const parts = {
    test_first: archive(
      'test_first-archive',
      'tar.xz',
      { LICENSE: 'text', 'lib/libterakoya-first.so.13.0.1': 'first' },
      { 'lib/libterakoya-first.so.13': 'libterakoya-first.so.13.0.1' },
    ),
    test_second: archive(
      'test_second-archive',
      'tar.xz',
      { 'lib/libterakoya-secondLt.so.13.1': 'second lt', 'lib/libterakoya-second.so.13.1': 'second' },
      {
        'lib/libterakoya-secondLt.so.13': 'libterakoya-secondLt.so.13.1',
        'lib/libterakoya-second.so.13': 'libterakoya-second.so.13.1',
      },
    ),
  }
  const libraries = Object.entries(parts).map(([component, bytes]): Library => {
    const path = `${component}/test-x86_64/${component}.tar.xz`
    files.set(`/nvidia/${path}`, bytes)
    return {
      component,
      archive: { path, sizeBytes: bytes.length, sha256: sha256(bytes) },
      files: starts[component as keyof typeof starts],
    }
  })

  let mood: Parameters<PackServer['misbehave']>[0] = null
  const asked: string[] = []
  const held = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const range = /^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1]
    asked.push(`${path}${range === undefined ? '' : ` from ${range}`}`)
    const whole = files.get(path)
    if (!whole) return void response.writeHead(404).end()
    const body = whole.subarray(Number(range ?? 0))
    const headers = {
      'content-length': body.length,
      etag: '"1"',
      ...(range !== undefined && { 'content-range': `bytes ${range}-${whole.length - 1}/${whole.length}` }),
    }
    response.writeHead(range === undefined ? 200 : 206, headers)
    if (mood?.damage) return void response.end(Buffer.from(body).fill(0, 0, 8))
    const end = mood?.hold
    if (end === undefined || end >= body.length) return void response.end(body)
    response.write(body.subarray(0, end))
    held.add(response)
  })
  const cut = () => {
    for (const response of held) response.destroy()
    held.clear()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked,
    platform: {
      provider: {
        name: PROVIDER,
        version: '1.0.0',
        sizeBytes: provider.length,
        sha512: createHash('sha512').update(provider).digest('hex'),
        files: Object.entries(providerFiles).map(([name, text]) => ({
          name,
          sizeBytes: text.length,
          sha256: sha256(text),
        })),
      },
      libraries,
    },
    misbehave: (how) => {
      mood = how
    },
    cut,
    async close() {
      cut()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Made by the system's tar, as the real ones are unpacked by it. */
function archive(
  name: string,
  kind: 'tgz' | 'tar.xz',
  files: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>>,
): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'terakoya-archive-'))
  try {
    const place = (path: string) => {
      mkdirSync(join(folder, name, path, '..'), { recursive: true })
      return join(folder, name, path)
    }
    for (const [path, text] of Object.entries(files)) writeFileSync(place(path), text)
    for (const [path, target] of Object.entries(links)) symlinkSync(target, place(path))
    execFileSync('tar', [kind === 'tgz' ? '-czf' : '-cJf', join(folder, 'archive'), '-C', folder, name])
    return readFileSync(join(folder, 'archive'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
