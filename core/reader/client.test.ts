import { fork } from 'node:child_process'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { AppError } from '../contract/index.ts'
import type { EnginePort } from '../processes/port.ts'
import { tokenCounter } from '../planning/token-counter.ts'
import { createModelService } from '../local-models/service.ts'
import { createModelReader, type ModelReader } from './client.ts'
import { buildReader, type BuiltReader } from './testing/built-reader.ts'
import { hostileModels, writeHostileModels } from './testing/hostile-models.ts'
import { soundConfig, writeModel } from './testing/sound-model.ts'

/** A model whose tokenizer takes longer than anybody waits: its expression tries every way to cut a run of a. */
const ENDLESS = hostileModels.find(({ name }) => name === 'tokenizer-regex-alternation')!

let built: BuiltReader
let folder: string
const clients: ModelReader[] = []

beforeAll(async () => {
  built = await buildReader()
}, 120_000)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-reader-'))
  await writeModel(join(folder, 'sound'))
  await writeHostileModels(folder, [{ ...ENDLESS, name: 'endless' }])
})
afterEach(() => clients.splice(0).forEach((client) => client.close()))
afterAll(async () => {
  await built.remove()
  await rm(folder, { recursive: true })
})

const errorOf = (call: Promise<unknown>): Promise<AppError | null> =>
  call.then(
    () => null,
    (error: { error: AppError }) => error.error,
  )
const at = (name: string, stamp = '') => ({ folder: join(folder, name), stamp })

/** A client of processes that run this code instead of the reader: what a subverted reader could say. */
async function clientOf(code: string): Promise<ModelReader> {
  const file = join(folder, `subverted-${clients.length}.mjs`)
  await writeFile(file, code)
  const client = createModelReader((): EnginePort => {
    const child = fork(file, { serialization: 'advanced' })
    return {
      pid: child.pid,
      send: (message) => {
        if (child.connected) child.send(message as object, () => {})
      },
      onMessage: (listener) => void child.on('message', listener),
      onExit: (listener) =>
        void child.once('exit', (exitCode, signal) =>
          listener({ code: exitCode, reason: signal ?? `exit ${exitCode}` }),
        ),
      kill: () => void child.kill('SIGKILL'),
    }
  }, 2_000)
  clients.push(client)
  return client
}

describe('a reader', () => {
  it('describes a model and counts its tokens', async () => {
    const reader = built.client()
    expect(await reader.call('describe', at('sound'))).toEqual({
      architecture: 'LlamaForCausalLM',
      parameterCount: 253_248,
      sizeBytes: 1_012_992,
      contextLengthTokens: 256,
      vocabularySize: 1400,
      licence: 'mit',
      dtype: 'float32',
      hasChatTemplate: false,
      adapterOf: null,
    })
    const models = createModelService({ shippedFolder: join(folder, 'none'), folder, reader })
    const { countTokens } = await tokenCounter(models, reader, 'sound')
    const [short, empty, long] = await countTokens(['abc', '', '😀'.repeat(150_000)])
    expect([short! > 0, empty]).toEqual([true, 0])
    // A request holds 200,000 UTF-16 units.
    const pieces = await countTokens(['😀'.repeat(100_000), '😀'.repeat(50_000)])
    expect(long).toBe(pieces[0]! + pieces[1]!)
  })

  it('is killed after its time, with the model named, and another model is read meanwhile and afterwards', async () => {
    const reader = built.client(3_000)
    const order: string[] = []
    const endless = errorOf(reader.call('describe', at('endless'))).finally(() => order.push('endless'))
    await reader.call('describe', at('sound')).finally(() => order.push('sound'))
    expect(await endless).toMatchObject({
      code: expect.stringMatching(/^model\/too-(slow|large)$/),
      facts: { model: 'endless' },
    })
    expect(order).toEqual(['sound', 'endless'])
    expect(await errorOf(reader.call('describe', at('sound')))).toBeNull()
  })

  it('is killed when it takes more memory than it may, with the model named', async () => {
    const bloat = hostileModels.filter(({ name }) => name === 'tokenizer-bloat')
    await writeHostileModels(folder, bloat)
    expect(await errorOf(built.client().call('describe', at('tokenizer-bloat')))).toEqual({
      code: 'model/too-large',
      facts: { model: 'tokenizer-bloat', megabytes: 1000 },
    })
  })

  it('says what a GGUF would become, and what is wrong with one', async () => {
    const place = join(folder, 'gguf')
    await mkdir(place)
    await writeFile(join(place, 'x.gguf'), 'nothing of the kind '.repeat(20))
    const asked = built.client().call('gguf', { folder: place, stamp: '', file: 'x.gguf' })
    expect(await errorOf(asked)).toMatchObject({ code: 'gguf/damaged' })
  })

  it('reads files again when they have changed', async () => {
    const models = createModelService({ shippedFolder: join(folder, 'none'), folder, reader: built.client() })
    const place = join(folder, 'mended')
    await writeModel(place, { 'config.json': '{' })
    expect(await errorOf(models.find('mended'))).toMatchObject({ code: 'checkpoint/json-invalid' })
    await writeFile(join(place, 'config.json'), JSON.stringify({ ...soundConfig, max_position_embeddings: 77 }))
    expect(await models.find('mended')).toMatchObject({ contextLengthTokens: 77, problem: null })
    await writeFile(join(place, 'config.json'), JSON.stringify({ ...soundConfig, max_position_embeddings: 88 }))
    await utimes(join(place, 'config.json'), 1, 1)
    expect(await models.find('mended')).toMatchObject({ contextLengthTokens: 88 })
  })

  it('ends with its client', async () => {
    const reader = built.client()
    await reader.call('describe', at('sound'))
    const [pid] = [...built.running].slice(-1)
    reader.close()
    while (built.running.has(pid!)) await new Promise(setImmediate)
    expect(built.running.has(pid!)).toBe(false)
  })

  it('is not replaced for a call under which its client closes', async () => {
    const reader = built.client(3_000)
    await reader.call('describe', at('sound'))
    const before = new Set(built.running)
    const failure = errorOf(reader.call('describe', at('endless')))
    await new Promise(setImmediate)
    reader.close()
    expect(await failure).toEqual({ code: 'model/unreadable', facts: { model: 'endless', reason: 'closed' } })
    expect([...built.running].filter((pid) => !before.has(pid))).toEqual([])
  })
})

describe('a process that has been subverted', () => {
  const answering = (reply: string) => `process.on('message', ({ id }) => process.send(${reply}))`

  it.each([
    ['says nothing', `process.on('message', () => {})`, 'model/too-slow'],
    ['ends', `process.on('message', () => process.exit(3))`, 'model/unreadable'],
    ['ends before it is asked', 'process.exit(3)', 'model/unreadable'],
    ['is killed', `process.on('message', () => process.kill(process.pid, 'SIGKILL'))`, 'model/too-large'],
    ['aborts', `process.on('message', () => process.abort())`, 'model/too-large'],
    ['sends what is no reply', answering(`{ hello: 1 }`), 'model/unreadable'],
    ['sends null', answering('null'), 'model/unreadable'],
    [
      'gives a result of another form',
      answering(`{ type: 'result', id, result: { parameterCount: 'x' } }`),
      'model/unreadable',
    ],
    [
      'gives a number that is none',
      answering(
        `{ type: 'result', id, result: { architecture: '', parameterCount: NaN, sizeBytes: 0, contextLengthTokens: 0, vocabularySize: 0, licence: '', dtype: '', hasChatTemplate: false, adapterOf: null } }`,
      ),
      'model/unreadable',
    ],
    [
      'gives a text without end',
      answering(
        `{ type: 'result', id, result: { architecture: 'x'.repeat(5e6), parameterCount: 0, sizeBytes: 0, contextLengthTokens: 0, vocabularySize: 0, licence: '', dtype: '', hasChatTemplate: false, adapterOf: null } }`,
      ),
      'model/unreadable',
    ],
    [
      'invents an error',
      answering(`{ type: 'error', id, error: { code: 'constructor', facts: {} } }`),
      'model/unreadable',
    ],
    [
      'claims a bug of ours',
      answering(`{ type: 'error', id, error: { code: 'internal', facts: { message: 'x' } } }`),
      'model/unreadable',
    ],
    [
      'puts objects into an error',
      answering(`{ type: 'error', id, error: { code: 'model/config', facts: { setting: {} } } }`),
      'model/unreadable',
    ],
    ['answers another question', answering(`{ type: 'result', id: id + 1, result: [] }`), 'model/too-slow'],
  ])('and %s gives one error of the user', async (_, code, expected) => {
    const reader = await clientOf(code)
    expect(await errorOf(reader.call('describe', at('sound')))).toMatchObject({
      code: expected,
      facts: { model: 'sound' },
    })
  })

  it('is replaced: a request that failed because of what the process had read before is tried in a fresh one', async () => {
    const description = `{ architecture: '', parameterCount: 0, sizeBytes: 0, contextLengthTokens: 0, vocabularySize: 0, licence: '', dtype: '', hasChatTemplate: false, adapterOf: null }`
    const reader = await clientOf(
      `let asked = 0; process.on('message', ({ id }) => ++asked === 2 ? process.exit(1) : process.send({ type: 'result', id, result: ${description} }))`,
    )
    await reader.call('describe', at('sound'))
    expect(await errorOf(reader.call('describe', at('sound')))).toBeNull()
  })
})
