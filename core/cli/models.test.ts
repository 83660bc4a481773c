import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { EventName } from '../contract/index.ts'
import { createHubService, type HubService } from '../hub/service.ts'
import { startHubServer, type HubServer } from '../hub/testing/hub-server.ts'
import { createModelFits } from '../local-models/fits.ts'
import { createModelService, type ModelService } from '../local-models/service.ts'
import type { ModelReader } from '../reader/client.ts'
import { buildReader, type BuiltReader } from '../reader/testing/built-reader.ts'
import type { CliContext } from './context.ts'
import { modelsAccess, modelsCommand } from './models.ts'

const llama = join(import.meta.dirname, '../models/fixtures/llama')
const tokenizer = join(import.meta.dirname, '../tokenizers/fixtures/llama_bpe')
const files = {
  'README.md': '---\nlicense: mit\n---\n# 日本語モデル\n',
  'config.json': readFileSync(join(llama, 'config.json'), 'utf8'),
  'model.safetensors': new Uint8Array(readFileSync(join(llama, 'model.safetensors'))),
  'tokenizer.model': new Uint8Array(readFileSync(join(tokenizer, 'tokenizer.model'))),
}
const quantized = { 'x.Q4_K_M.gguf': 'GGUF' }

let built: BuiltReader
let reader: ModelReader
let server: HubServer
let [home, models] = ['', '']
let hub: HubService
let local: ModelService
let context: CliContext
let printed: string[]

beforeAll(async () => {
  built = await buildReader()
  reader = built.client()
})
afterAll(() => built.remove())
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cli-models-'))
  models = join(home, 'library', 'models')
  await mkdir(join(home, 'library'))
  server = await startHubServer([
    {
      kind: 'models',
      id: 'owner/model',
      tags: ['license:mit'],
      config: { model_type: 'llama' },
      branches: { main: files, v2: files },
    },
    { kind: 'models', id: 'owner/model-GGUF', tags: ['gguf'], branches: { main: quantized } },
  ])
  const listeners = new Set<(name: EventName, payload: unknown) => void>()
  const emit = (name: EventName, payload: unknown) => listeners.forEach((listener) => listener(name, payload))
  const devices = async () => ({ devices: [], recommended: { kind: 'cpu', reason: 'no-gpu' } }) as never
  const fits = createModelFits({ reader, devices })
  local = createModelService({
    shippedFolder: join(home, 'none'),
    folder: models,
    reader,
    emit,
    fits,
    patienceMs: 600_000,
  })
  hub = createHubService({
    preferencesFile: join(home, 'preferences.json'),
    libraryFolder: () => join(home, 'library'),
    mayHoldTable: () => false,
    models: { reader, fits, localIdOf: (id) => local.localIdOf(id) },
    emit,
    environment: { HOME: home, HF_ENDPOINT: server.url },
  })
  context = {
    resourcesFolder: '/',
    call: async (name, input) => {
      if (name === 'experiments.adopt') return { id: 'x-1', name: '犬', ...(input as object) } as never
      const [feature, call = ''] = name.split('.')
      const service = (feature === 'hub' ? hub : local) as unknown as Record<string, (input: unknown) => Promise<never>>
      return service[call]!(input)
    },
    on(name, listener) {
      const each = (event: EventName, payload: unknown) => void (event === name && listener(payload as never))
      listeners.add(each)
      return () => void listeners.delete(each)
    },
    close: async () => undefined,
  }
  printed = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await hub.close()
  await server.close()
  await rm(home, { recursive: true })
})

const run = (...args: string[]) => modelsCommand(context, args)

it('brings a model, lists it, tells of it and removes it', async () => {
  expect(await run('get', 'owner/model')).toBe(0)
  expect(printed.splice(0).join('\n')).toContain('owner--model')
  expect(await run()).toBe(0)
  expect(printed.splice(0)).toEqual([expect.stringMatching(/^owner--model .* mit$/)])
  expect(await run('info', 'owner--model', '--json')).toBe(0)
  expect(JSON.parse(printed.splice(0).join('\n'))).toMatchObject({
    hub: { id: 'owner/model', revision: 'main' },
    problem: null,
  })
  await expect(run('get', 'owner/model')).rejects.toMatchObject({ error: { code: 'hub/have-model' } })
  expect(await run('get', 'owner/model@v2', '--json')).toBe(0)
  expect(JSON.parse(printed.splice(0).join('\n'))).toMatchObject({ state: 'done', modelId: 'owner--model--v2' })
  expect(await run('rm', 'owner--model')).toBe(0)
  expect(await readdir(models)).toEqual(['owner--model--v2'])
})

it('makes an experiment of an adapter, on the base that is named', async () => {
  expect(await run('adopt', 'lora', '--base', 'owner--model', '--json')).toBe(0)
  expect(JSON.parse(printed.splice(0).join('\n'))).toMatchObject({ adapterId: 'lora', baseId: 'owner--model' })
  expect(await run('adopt', 'lora')).toBe(0)
  expect(printed.splice(0)).toEqual([expect.stringContaining('x-1')])
  await expect(run('rm', 'lora', '--base', 'x')).rejects.toMatchObject({ error: { code: 'cli/usage' } })
})

it('keeps what has arrived at Ctrl+C, and goes on with the same command', async () => {
  const end = context.on('hub.downloads', () => {
    end()
    server.misbehave({ hold: 1 })
  })
  const first = run('get', 'owner/model', '--json')
  await expect.poll(async () => (await hub.downloads({})).map(({ state }) => state)).toEqual(['downloading'])
  process.emit('SIGINT')
  expect(await first).toBe(130)
  expect(JSON.parse(printed.splice(0).join('\n'))).toMatchObject({ state: 'paused' })
  expect(await readdir(models)).toEqual(['.draft-owner--model'])
  // It may have been ended before it asked for the answer that was to be held.
  server.misbehave()
  server.cut()
  expect(await run('get', 'owner/model')).toBe(0)
  expect(await readdir(models)).toEqual(['owner--model'])
})

it('finds models, and says what one of the Hub needs here or why it cannot be used', async () => {
  expect(await run('search', 'model')).toBe(0)
  expect(printed.splice(0).map((line) => line.split(/\s+/)[0])).toEqual(['owner/model', 'owner/model-GGUF'])
  expect(await run('info', `${server.url}/owner/model/tree/v2`, '--json')).toBe(0)
  expect(JSON.parse(printed.splice(0).join('\n'))).toMatchObject({ id: 'owner/model', revision: 'v2', problem: null })
  expect(await run('info', 'owner/model')).toBe(0)
  expect(printed.splice(0).filter((line) => /int4/.test(line))).toHaveLength(1)
  expect(await run('info', 'owner/model-GGUF', '--json')).toBe(0)
  expect(JSON.parse(printed.splice(0).join('\n'))).toMatchObject({
    problem: { code: 'checkpoint/truncated' },
    instead: 'owner/model',
  })
  await expect(run('get', 'owner/model-GGUF')).rejects.toMatchObject({ error: { code: 'checkpoint/truncated' } })
})

it.each([['list', 'x'], ['search'], ['get'], ['rm', 'a', 'b'], ['constructor'], ['other']])(
  'refuses models %s',
  async (...args) => {
    await expect(run(...args)).rejects.toMatchObject({ error: { code: 'cli/usage' } })
  },
)

it.each([
  [['list'], 'read'],
  [['info', 'a/b'], 'read'],
  [['--json', 'get', 'a/b'], 'write'],
  [['rm', 'a'], 'write'],
] as const)('%j needs to %s', (args, access) => {
  expect(modelsAccess(args)).toBe(access)
})
