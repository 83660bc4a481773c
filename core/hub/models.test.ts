import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { HubModelId, HubRevision, type HubModel } from '../contract/index.ts'
import { createModelFits } from '../local-models/fits.ts'
import { createHubClient, type HubClient } from '../net/hub-client.ts'
import { createNetwork, type Network } from '../net/network.ts'
import type { ModelReader } from '../reader/client.ts'
import { buildReader, type BuiltReader } from '../reader/testing/built-reader.ts'
import { inspectHubModel, searchModels } from './models.ts'
import { startHubServer, type HubServer, type TestRepository } from './testing/hub-server.ts'
import { originalsOf } from './unquantized.ts'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../models/fixtures', name))
const config = JSON.parse(fixture('llama/config.json').toString('utf8')) as Record<string, unknown>
const weights = new Uint8Array(fixture('llama/model.safetensors'))
const tokenizer = '{"model":{}}'

function model(
  id: string,
  files: Record<string, string | Uint8Array>,
  more: Partial<TestRepository> = {},
): TestRepository {
  return { kind: 'models', id, branches: { main: files, v2: files }, ...more }
}
const sound = {
  'README.md': '---\nlicense: mit\n---\n# 日本語モデル\n',
  'config.json': JSON.stringify(config),
  'model.safetensors': weights,
  'pytorch_model.bin': 'no',
  'tokenizer.json': tokenizer,
  'tokenizer_config.json': '{"chat_template":"{{ messages[0].content }}"}',
}
const withConfig = (changes: object) => ({ ...sound, 'config.json': JSON.stringify({ ...config, ...changes }) })
const { 'model.safetensors': _, 'pytorch_model.bin': __, ...noWeights } = sound
/** A header that is longer than what is asked for at first. */
function longHeader(): Uint8Array {
  const length = Number(Buffer.from(weights).readBigUInt64LE())
  const header = Buffer.from(weights)
    .subarray(8, 8 + length)
    .toString('utf8')
    .trimEnd()
  const padded = Buffer.from(header + ' '.repeat(200_000))
  const start = Buffer.alloc(8)
  start.writeBigUInt64LE(BigInt(padded.length))
  return Buffer.concat([start, padded, weights.subarray(8 + length)])
}

const repositories = [
  model('owner/sound', sound, {
    downloads: 10,
    tags: ['license:mit'],
    cardData: { license: 'mit', language: 'ja' },
    config: { model_type: 'llama' },
    safetensors: { total: 1 },
  }),
  model('owner/long-header', { ...sound, 'model.safetensors': longHeader() }),
  model('owner/bin', { ...noWeights, 'pytorch_model.bin': 'weights' }),
  model(
    'owner/gguf-GGUF',
    { 'README.md': '', 'x.Q4_K_M.gguf': 'GGUF' },
    { cardData: { base_model: 'owner/sound' }, tags: ['gguf'] },
  ),
  model('owner/sound-GPTQ-Int4', withConfig({ quantization_config: { quant_method: 'gptq', bits: 4 } }), {
    config: { model_type: 'llama', quantization_config: { quant_method: 'gptq' } },
  }),
  model('owner/lost-AWQ', withConfig({ quantization_config: { quant_method: 'awq' } })),
  model('owner/mamba', withConfig({ model_type: 'mamba', architectures: ['MambaForCausalLM'] }), {
    config: { model_type: 'mamba' },
  }),
  model('owner/other-shape', withConfig({ hidden_size: 64, head_dim: 16 })),
  model('owner/damaged', { ...sound, 'model.safetensors': Buffer.from('not a safetensors file at all') }),
  model('owner/no-tokenizer', { 'config.json': sound['config.json'], 'model.safetensors': weights }),
  model('owner/lora', {
    'adapter_config.json': '{"peft_type":"LORA","base_model_name_or_path":"owner/sound"}',
    'adapter_model.safetensors': 'x',
  }),
  model('owner/gated', sound, { gated: 'auto' }),
]

let built: BuiltReader
let reader: ModelReader
let server: HubServer
let network: Network
let client: HubClient

beforeAll(async () => {
  built = await buildReader()
  reader = built.client()
})
afterAll(() => built.remove())
beforeEach(async () => {
  server = await startHubServer(repositories)
  network = createNetwork(async () => null)
  client = createHubClient({ endpoint: new URL(server.url), network, token: async () => null })
})
afterEach(async () => {
  await network.close()
  await server.close()
})

async function inspect(id: string, revision = 'main'): Promise<HubModel> {
  const fits = createModelFits({
    reader,
    devices: async () => ({ devices: [], recommended: { kind: 'cpu', reason: 'no-gpu' } }) as never,
  })
  const sources = { client, reader, fits, localIdOf: async () => null }
  const found = await inspectHubModel(sources, { id: HubModelId.parse(id), revision: HubRevision.parse(revision) })
  return found.model
}
const fetched = () =>
  server.requests.reduce((sum, { at, range }) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
    return sum + (last === undefined || at === 'hub' ? 0 : Number(last) + 1 - Number(first))
  }, 0)

it('tells all that matters of a model without its weights', async () => {
  const found = await inspect('owner/sound')
  expect(found).toMatchObject({
    id: 'owner/sound',
    revision: 'main',
    licence: 'mit',
    languages: ['ja'],
    card: '# 日本語モデル\n',
    kind: 'base',
    support: 'base',
    architecture: 'LlamaForCausalLM',
    family: 'llama',
    dtype: 'float32',
    quantization: null,
    tokenizer: 'tokenizer-json',
    hasChatTemplate: true,
    contextLengthTokens: 64,
    problem: null,
    instead: null,
    url: `${server.url}/owner/sound`,
  })
  // What the file itself holds: 8 bytes and the header come before the weights.
  const header = Number(Buffer.from(weights).readBigUInt64LE())
  expect(found.parameterCount).toBe((weights.length - 8 - header) / 4)
  expect(found.fit?.needs.map(({ precision, chat }) => [precision, chat])).toEqual([
    ['as-stored', 'fits'],
    ['int8', 'fits'],
    ['int4', 'fits'],
  ])
  expect(
    found.files
      .filter(({ isChosen }) => isChosen)
      .map(({ path }) => path)
      .sort(),
  ).toEqual(['README.md', 'config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
  expect(found.totalBytes - found.downloadBytes).toBe(2)
  expect(await readdir(tmpdir())).not.toContainEqual(expect.stringMatching(/^terakoya-model-/))
})

it('fetches the beginning of weights only, also where the header is long', async () => {
  expect(await inspect('owner/long-header')).toMatchObject({ problem: null, dtype: 'float32' })
  const large = server.requests.filter(({ at }) => at === 'cdn').map(({ range }) => range)
  expect(large).toEqual([`bytes=0-131071`, expect.stringMatching(/^bytes=131072-2\d{5}$/)])
  expect(fetched()).toBeLessThan(300_000)
})

it('counts the parameters of pytorch_model.bin by config.json', async () => {
  const [bin, safe] = [await inspect('owner/bin'), await inspect('owner/sound')]
  expect(bin).toMatchObject({ problem: null, parameterCount: safe.parameterCount, fit: { isApproximate: false } })
})

it.each([
  ['owner/gguf-GGUF', 'GGUF', 'owner/sound'],
  ['owner/sound-GPTQ-Int4', 'GPTQ', 'owner/sound'],
  ['owner/lost-AWQ', 'AWQ', null],
])('names the method of %s, and what would work instead', async (id, method, instead) => {
  expect(await inspect(id)).toMatchObject({
    support: 'no',
    quantization: method,
    problem: { code: 'model/quantized', facts: { method } },
    instead,
  })
})

it.each([
  ['owner/mamba', 'model/unsupported'],
  ['owner/other-shape', 'model/weight'],
  ['owner/damaged', 'checkpoint/header-invalid'],
  ['owner/no-tokenizer', 'tokenizer/missing'],
  ['owner/gated', 'hub/gated'],
])('says why %s cannot be used', async (id, code) => {
  expect((await inspect(id)).problem?.code).toBe(code)
})

it('knows adapters, and the model that they are for', async () => {
  expect(await inspect('owner/lora')).toMatchObject({
    kind: 'adapter',
    support: 'adapter',
    baseModel: 'owner/sound',
    problem: null,
  })
})

it('looks at the revision that is asked for, and says where there is none', async () => {
  expect(await inspect('owner/sound', 'v2')).toMatchObject({ revision: 'v2', problem: null })
  await expect(inspect('owner/sound', 'v3')).rejects.toMatchObject({ error: { code: 'hub/file-not-found' } })
  await expect(inspect('owner/nobody')).rejects.toMatchObject({ error: { code: 'hub/not-found' } })
})

it('finds models by words, and by what names one', async () => {
  const ids = async (query: string) =>
    (await searchModels({ client }, query)).map(({ id, revision }) => `${id}@${revision}`)
  expect(await ids('sound')).toEqual(['owner/sound@main', 'owner/sound-GPTQ-Int4@main'])
  expect(await ids(`${server.url}/owner/mamba/tree/v2`)).toEqual(['owner/mamba@v2'])
  expect(await ids('owner/sound@v2')).toEqual(['owner/sound@v2', 'owner/sound-GPTQ-Int4@main'])
  expect(await ids('nothing at all')).toEqual([])
  const support = Object.fromEntries((await searchModels({ client }, 'owner')).map((each) => [each.id, each.support]))
  expect(support).toMatchObject({
    'owner/sound': 'base',
    'owner/sound-GPTQ-Int4': 'no',
    'owner/mamba': 'no',
    'owner/gguf-GGUF': 'no',
    'owner/bin': 'unknown',
  })
})

it('takes nothing that is not what the Hub would say', async () => {
  for (const body of ['<html>', '[{"id":"../../x"}]', '{"a":1}', `["${'x'.repeat(17e6)}"]`]) {
    server.misbehave({ status: 200, body })
    await expect(searchModels({ client }, 'a')).rejects.toMatchObject({ error: { code: 'hub/unexpected' } })
  }
})

it('follows redirects so far, and to web addresses only', async () => {
  const to = (location: string) => ({ status: 302, headers: { location } })
  server.misbehave(...Array.from({ length: 20 }, () => to('/api/models')))
  await expect(searchModels({ client }, 'a')).rejects.toMatchObject({ error: { code: 'hub/unexpected' } })
  server.misbehave(to('file:///etc/passwd'))
  await expect(searchModels({ client }, 'a')).rejects.toMatchObject({ error: { code: 'hub/unexpected' } })
})

it.each([
  ['TheBloke/Swallow-7b-GPTQ', null, ['TheBloke/Swallow-7b']],
  ['unsloth/Qwen3-4B-unsloth-bnb-4bit', null, ['unsloth/Qwen3-4B']],
  ['mlx-community/x-4bit', 'owner/x', ['owner/x', 'mlx-community/x']],
  ['owner/plain', null, []],
])('guesses the original of %s', (id, base, wanted) => {
  expect(originalsOf(HubModelId.parse(id), base === null ? null : HubModelId.parse(base))).toEqual(wanted)
})
