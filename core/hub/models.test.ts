import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { HubModelId, HubRevision, type HubModel } from '../contract/index.ts'
import { createModelFits } from '../local-models/fits.ts'
import { createHubClient, type HubClient } from '../net/hub-client.ts'
import { createNetwork, type Network } from '../net/network.ts'
import type { ModelReader } from '../reader/client.ts'
import { buildReader, type BuiltReader } from '../reader/testing/built-reader.ts'
import { inspectGguf } from './gguf-models.ts'
import { inspectHubModel, searchModels } from './models.ts'
import { startHubServer, type HubServer, type TestRepository } from './testing/hub-server.ts'
import { tinyGguf, tinyGgufLora } from './testing/tiny-gguf.ts'
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
    safetensors: { total: 1_000_000, parameters: { BF16: 900_000, F32: 100_000 } },
  }),
  model('owner/long-header', { ...sound, 'model.safetensors': longHeader() }),
  model('owner/bin', { ...noWeights, 'pytorch_model.bin': 'weights' }),
  model(
    'owner/gguf-GGUF',
    { 'README.md': '', 'x.Q4_K_M.gguf': 'GGUF' },
    { cardData: { base_model: 'owner/sound' }, tags: ['gguf'], gguf: { total: 2_000_000, architecture: 'llama' } },
  ),
  model('owner/split-GGUF', { 'x-00001-of-00002.gguf': 'GGUF', 'x-00002-of-00002.gguf': '' }),
  model('owner/rwkv-GGUF', { 'x.gguf': 'GGUF' }, { gguf: { total: 5, architecture: 'rwkv7' } }),
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

async function inspect(id: string, revision = 'main', gguf?: string): Promise<HubModel> {
  const sources = { client, reader, fits: fits(), localIdOf: async () => null }
  const wanted = { id: HubModelId.parse(id), revision: HubRevision.parse(revision), gguf }
  const found = await inspectHubModel(sources, wanted)
  return found.model
}
const fits = () =>
  createModelFits({
    reader,
    devices: async () => ({ devices: [], recommended: { kind: 'cpu', reason: 'no-gpu' } }) as never,
  })
const fetched = () =>
  server.requests.reduce((sum, { at, range }) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
    return sum + (last === undefined || at === 'hub' ? 0 : Number(last) + 1 - Number(first))
  }, 0)

it('tells all that matters of a model without its weights', async () => {
  // Of its own: others leave things in the system's folder meanwhile.
  const temporary = await mkdtemp(join(tmpdir(), 'inspect-'))
  vi.stubEnv('TMPDIR', temporary)
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
  vi.unstubAllEnvs()
  expect(await readdir(temporary)).toEqual([])
  await rm(temporary, { recursive: true })
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
  ['owner/split-GGUF', 'GGUF', null],
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
    (await searchModels({ client, fits: fits() }, query)).map(({ id, revision }) => `${id}@${revision}`)
  expect(await ids('sound')).toEqual(['owner/sound@main', 'owner/sound-GPTQ-Int4@main'])
  expect(await ids(`${server.url}/owner/mamba/tree/v2`)).toEqual(['owner/mamba@v2'])
  expect(await ids('owner/sound@v2')).toEqual(['owner/sound@v2', 'owner/sound-GPTQ-Int4@main'])
  expect(await ids('nothing at all')).toEqual([])
  const support = Object.fromEntries(
    (await searchModels({ client, fits: fits() }, 'owner')).map((each) => [each.id, each.support]),
  )
  expect(support).toMatchObject({
    'owner/sound': 'base',
    'owner/sound-GPTQ-Int4': 'no',
    'owner/mamba': 'no',
    'owner/gguf-GGUF': 'base',
    'owner/rwkv-GGUF': 'no',
    'owner/split-GGUF': 'unknown',
    'owner/bin': 'unknown',
  })
})

it('tells of each hit what it takes to bring it, and whether it fits here', async () => {
  const found = await searchModels({ client, fits: fits() }, 'owner')
  const of = (id: string) => found.find((each) => each.id === id)
  expect(of('owner/sound')).toMatchObject({
    parameterCount: 1_000_000,
    downloadBytes: 2_200_000,
    licence: 'mit',
    family: 'llama',
    gated: false,
    fit: { isApproximate: true, needs: [{ training: 'fits' }, {}, {}] },
  })
  expect(of('owner/gguf-GGUF')).toMatchObject({
    parameterCount: 2_000_000,
    downloadBytes: null,
    family: 'llama',
    fit: { isApproximate: true },
  })
  expect(of('owner/mamba')?.fit).toBeNull()
  const away = { ofParameterCount: () => Promise.reject(new Error('no engine')), ofSketch: fits().ofSketch }
  expect((await searchModels({ client, fits: away }, 'owner/sound'))[0]?.fit).toBeNull()
})

it('takes a LoRA in a GGUF, or in adapter_model.bin, for an adapter', async () => {
  const lora = await tinyGgufLora('owner/sound')
  await server.close()
  const config = JSON.stringify({ peft_type: 'LORA', base_model_name_or_path: 'owner/sound' })
  const adapters = [
    model('owner/lora-GGUF', { 'x-F32.gguf': lora, 'adapter_config.json': config }),
    model('owner/lora-bin', { 'adapter_config.json': config, 'adapter_model.bin': 'PK' }),
  ]
  server = await startHubServer([...repositories, ...adapters])
  client = createHubClient({ endpoint: new URL(server.url), network, token: async () => null })
  for (const [id, weights] of [
    ['owner/lora-GGUF', 'x-F32.gguf'],
    ['owner/lora-bin', 'adapter_model.bin'],
  ] as const) {
    const found = await inspect(id)
    expect(found).toMatchObject({ kind: 'adapter', support: 'adapter', problem: null, baseModel: 'owner/sound' })
    expect(found.files.find(({ path }) => path === weights)?.isChosen).toBe(true)
  }
})

it('looks at one of the GGUF files of a repository by its header, and names the original', async () => {
  const [F16, Q8_0] = [await tinyGguf('F16'), await tinyGguf('Q8_0')]
  await server.close()
  const files = { 'README.md': '', 'x.F16.gguf': F16, 'x-Q8_0.gguf': Q8_0, 'mmproj-x.gguf': 'x', 'sub/y.gguf': 'x' }
  server = await startHubServer([...repositories, model('owner/tiny-GGUF', files)])
  client = createHubClient({ endpoint: new URL(server.url), network, token: async () => null })
  const found = await inspect('owner/tiny-GGUF')
  expect(found).toMatchObject({
    support: 'base',
    problem: null,
    family: 'llama',
    dtype: 'Q8_0',
    downloadBytes: Q8_0.length,
    fit: { isApproximate: true },
    gguf: {
      file: 'x-Q8_0.gguf',
      type: 'Q8_0',
      choices: [
        { file: 'x.F16.gguf', sizeBytes: F16.length },
        { file: 'x-Q8_0.gguf', sizeBytes: Q8_0.length },
      ],
    },
  })
  expect(found.files.filter(({ isChosen }) => isChosen).map(({ path }) => path)).toEqual(['README.md', 'x-Q8_0.gguf'])
  // Its vocabulary stands in the header.
  expect(fetched()).toBeLessThan(2_000_001)
  const plain = await inspect('owner/tiny-GGUF', 'main', 'x.F16.gguf')
  expect(plain).toMatchObject({ dtype: 'F16', parameterCount: found.parameterCount, gguf: { file: 'x.F16.gguf' } })
  expect(plain.gguf!.modelBytes).toBeLessThan(found.gguf!.modelBytes)
  for (const file of ['mmproj-x.gguf', 'sub/y.gguf', 'z.gguf'])
    await expect(inspect('owner/tiny-GGUF', 'main', file)).rejects.toMatchObject({
      error: { code: 'hub/file-not-found' },
    })
  expect(await inspect('owner/gguf-GGUF')).toMatchObject({
    support: 'no',
    problem: { code: 'checkpoint/truncated', facts: { file: 'x.Q4_K_M.gguf' } },
    instead: 'owner/sound',
    gguf: { type: 'Q4_K_M', modelBytes: 0 },
  })
})

it('fetches more of a GGUF where its header goes on', async () => {
  const whole = await tinyGguf('Q8_0')
  const folder = await mkdtemp(join(tmpdir(), 'header-'))
  const asked: number[][] = []
  const fetch = async (from: number, to: number) => {
    asked.push([from, to])
    return whole.subarray(from, to)
  }
  const file = { path: 'x.gguf', sizeBytes: whole.length, checksum: { kind: 'sha256', hex: '' } } as const
  const place = { file, folder, reader, fetch }
  const [first, last] = [100_000, 2_000_000]
  expect(await inspectGguf({ ...place, headerBytes: [first, last] })).toMatchObject({ type: 'Q8_0', family: 'llama' })
  expect(asked).toEqual([
    [0, first],
    [first, last],
  ])
  await expect(inspectGguf({ ...place, headerBytes: [first] })).rejects.toMatchObject({
    error: { code: expect.stringMatching(/^gguf/) },
  })
  await rm(folder, { recursive: true })
})

it('takes nothing that is not what the Hub would say', async () => {
  for (const body of ['<html>', '[{"id":"../../x"}]', '{"a":1}', `["${'x'.repeat(17e6)}"]`]) {
    server.misbehave({ status: 200, body })
    await expect(searchModels({ client, fits: fits() }, 'a')).rejects.toMatchObject({
      error: { code: 'hub/unexpected' },
    })
  }
})

it('follows redirects so far, and to web addresses only', async () => {
  const to = (location: string) => ({ status: 302, headers: { location } })
  server.misbehave(...Array.from({ length: 20 }, () => to('/api/models')))
  await expect(searchModels({ client, fits: fits() }, 'a')).rejects.toMatchObject({ error: { code: 'hub/unexpected' } })
  server.misbehave(to('file:///etc/passwd'))
  await expect(searchModels({ client, fits: fits() }, 'a')).rejects.toMatchObject({ error: { code: 'hub/unexpected' } })
})

it.each([
  ['TheBloke/Swallow-7b-GPTQ', null, ['TheBloke/Swallow-7b']],
  ['unsloth/Qwen3-4B-unsloth-bnb-4bit', null, ['unsloth/Qwen3-4B']],
  ['mlx-community/x-4bit', 'owner/x', ['owner/x', 'mlx-community/x']],
  ['owner/plain', null, []],
])('guesses the original of %s', (id, base, wanted) => {
  expect(originalsOf(HubModelId.parse(id), base === null ? null : HubModelId.parse(base))).toEqual(wanted)
})
