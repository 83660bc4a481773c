import { createHash } from 'node:crypto'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OllamaName, toAppError, type AppError } from '../contract/index.ts'
import { createInOllama, findOllama, type OllamaOrder } from './ollama.ts'
import { startOllamaServer, type OllamaFault, type OllamaServer } from './testing/ollama-server.ts'

/** More than a socket takes at once. */
const BYTES = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(9_000_000, 7)])
const digest = `sha256:${createHash('sha256').update(BYTES).digest('hex')}`
let folder: string
let server: OllamaServer
let environment: NodeJS.ProcessEnv
let order: OllamaOrder

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-ollama-'))
  server = await startOllamaServer()
  environment = { OLLAMA_HOST: server.host }
  const file = join(folder, 'model.gguf')
  await writeFile(file, BYTES)
  const parameters = [
    ['stop', '</s>'],
    ['stop', 'ユーザー:'],
    ['temperature', 0.5],
  ] as const
  order = { name: OllamaName.parse('inu'), replace: false, file, model: { template: '{{ .Prompt }}', parameters } }
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const never = new AbortController().signal
function create(changes: Partial<OllamaOrder> = {}, signal = never) {
  const watched = { total: 0, read: 0 }
  const watch = {
    signal,
    begin: (bytes: number) => void (watched.total = bytes),
    read: (bytes: number) => void (watched.read += bytes),
  }
  return createInOllama(environment, { ...order, ...changes }, watch).then(() => watched)
}
const errorOf = (work: Promise<unknown>): Promise<AppError> => work.then(() => expect.unreachable(), toAppError)

describe('Ollama', () => {
  it('is found where it listens, with the models that it has', async () => {
    server.models.set('Inu:latest', { files: {}, parameters: {} })
    expect(await findOllama(environment)).toEqual({
      host: server.host,
      version: '0.9.0',
      problem: null,
      names: ['inu:latest'],
    })
  })

  it.each([
    ['0.5.4', true],
    ['0.5.5', false],
    ['0.5.13-rc1', false],
    ['0.4.99', true],
    ['1.0.0', false],
    ['0.0.0', false],
  ])('of version %s is too old: %s', async (version, isTooOld) => {
    server.version = version
    const problem = isTooOld ? { code: 'ollama/too-old', facts: { found: version, needed: '0.5.5' } } : null
    expect(await findOllama(environment)).toMatchObject({ version, problem })
  })

  it.each(['<html>', '{"version": 5}', '{"version": "\\u001b[2J"}', ''])(
    'is not there where %j answers',
    async (body) => {
      server.fault = { at: 'version', status: 200, body }
      expect(await findOllama(environment)).toBeNull()
    },
  )

  it('gets a model: the file by its contents, the template and the parameters', async () => {
    const watched = await create()
    expect(watched).toEqual({ total: 2 * BYTES.length, read: 2 * BYTES.length })
    expect(server.blobs.get(digest)?.equals(BYTES)).toBe(true)
    expect(server.models.get('inu:latest')).toEqual({
      model: 'inu',
      files: { 'model.gguf': digest },
      template: '{{ .Prompt }}',
      parameters: { temperature: 0.5, stop: ['</s>', 'ユーザー:'] },
      stream: true,
    })
  })

  it('is not sent a file that it has', async () => {
    await create()
    expect(await create({ name: OllamaName.parse('me/neko:v2') })).toMatchObject({ read: 2 * BYTES.length })
    expect(server.requests.filter((request) => request.startsWith('POST /api/blobs'))).toHaveLength(1)
    expect([...server.models.keys()]).toEqual(['inu:latest', 'me/neko:v2'])
  })

  it.each(['inu', 'INU', 'library/inu', 'inu:latest'])('keeps its model unless %s may replace it', async (text) => {
    await create()
    const name = OllamaName.parse(text)
    expect(await errorOf(create({ name }))).toEqual({ code: 'ollama/name-taken', facts: { name } })
    await create({ name, replace: true })
  })

  it.each<[string, OllamaFault, AppError['code'], string]>([
    [
      'a full disk',
      { at: 'blob', status: 500, body: '{"error":"write /x: no space left on device"}' },
      'ollama/no-space',
      '',
    ],
    ['a full disk later', { at: 'create', line: '{"error":"no space left on device"}' }, 'ollama/no-space', ''],
    [
      'a wrong checksum',
      { at: 'blob', status: 400, body: '{"error":"digest mismatch"}' },
      'ollama/refused',
      'digest mismatch',
    ],
    [
      'a model that it does not know',
      { at: 'create', line: '{"error":"unknown architecture \\u001b[2J\\nx"}' },
      'ollama/refused',
      'unknown architecture  [2J x',
    ],
    ['an answer of another program', { at: 'create', status: 502, body: '<html>' }, 'ollama/refused', 'HTTP 502'],
    ['a connection that breaks', { at: 'blob', cut: 100_000 }, 'ollama/lost', ''],
    ['an answer that breaks off', { at: 'create', line: '{"status":"writing ma' }, 'ollama/lost', ''],
    ['an answer without an end', { at: 'create', endless: true }, 'ollama/lost', ''],
  ])('says so where it ends with %s, and has no model then', async (_, fault, code, found) => {
    server.fault = fault
    const error = await errorOf(create())
    expect(error.code).toBe(code)
    expect(error.facts['found'] ?? '').toBe(found)
    expect(server.models.size).toBe(0)
    // The next attempt is a sound one.
    await create()
  })

  it.each(['blob', 'create'] as const)('is left at once while it holds %s', async (at) => {
    server.fault = { at, hold: true }
    const ending = new AbortController()
    const failing = create({}, ending.signal).catch((error: unknown) => error)
    await vi.waitFor(() => expect(server.requests.at(-1)).toContain(`POST /api/${at}`))
    ending.abort(new Error('enough'))
    expect(await failing).toEqual(new Error('enough'))
    expect(server.models.size).toBe(0)
  })

  it('is not there, or too old', async () => {
    server.version = '0.3.0'
    expect(await errorOf(create())).toEqual({ code: 'ollama/too-old', facts: { found: '0.3.0', needed: '0.5.5' } })
    await server.close()
    expect(await errorOf(create())).toEqual({ code: 'ollama/not-running', facts: { host: server.host } })
    expect(await findOllama(environment)).toBeNull()
    server = await startOllamaServer()
  })

  it('is sent no file that a link leads to', async () => {
    const file = join(folder, 'link.gguf')
    await symlink(order.file, file)
    expect((await errorOf(create({ file }))).code).not.toMatch(/^(ollama|internal)/)
    expect(server.blobs.size).toBe(0)
  })
})

it.each(['', '犬', 'a b', '../a', 'a/b/c', '-a', 'a:', 'http://a', 'a'.repeat(81)])('%j is no name', (name) => {
  expect(OllamaName.safeParse(name).success).toBe(false)
})
