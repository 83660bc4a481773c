import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isActive, type DatasetInfo, type ExperimentSummary } from '../contract/index.ts'
import { buildEngine, type BuiltEngine } from '../engine/testing/built-engine.ts'
import { createStudio, type OpenStudio } from '../host/studio.ts'
import { neverSpawned } from '../llama-cpp/testing/never-spawned.ts'
import { buildReader, type BuiltReader } from '../reader/testing/built-reader.ts'
import { loadTokenizer } from '../tokenizers/index.ts'
import { requestText, sendRaw } from './testing/raw-request.ts'

const root = join(import.meta.dirname, '..', '..')
const BASE = 'terakoya-tiny-ja'
const key = 'sk-terakoya-0123456789abcdef'
let folder: string
let studio: OpenStudio
let engine: BuiltEngine
let reader: BuiltReader
let dataset: DatasetInfo
let run: ExperimentSummary
let address: string
let client: OpenAI

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-api-'))
  ;[engine, reader] = await Promise.all([buildEngine(), buildReader()])
  studio = await createStudio({
    host: 'cli',
    version: '0',
    resourcesFolder: join(root, 'resources'),
    preferencesFile: join(folder, 'preferences.json'),
    libraryFolder: join(folder, 'library'),
    environment: { HOME: folder },
    spawnEngine: engine.spawn,
    spawnReader: reader.spawnReader,
    spawnLlamaCpp: neverSpawned,
    systemLanguage: () => 'en',
  })
  dataset = await call('datasets.create', { from: 'sample' })
  run = await train('先生', 4)
  const state = await studio.apiServer.listen({ host: '127.0.0.1', port: 0, isExact: true, key })
  address = state.address as string
  client = new OpenAI({ apiKey: key, baseURL: address, maxRetries: 0 })
}, 120_000)
afterAll(async () => {
  await studio.close()
  await Promise.all([engine.remove(), reader.remove()])
  await rm(folder, { recursive: true })
})

async function call<T>(name: string, input: unknown): Promise<T> {
  const result = await studio.dispatch(name, input)
  if (!result.ok) throw new Error(result.error.code)
  return result.value as T
}

const settingsOf = (name: string, epochs: number) => ({
  'general.experiment_name': name,
  'dataset.id': dataset.id,
  'training.epochs': epochs,
  'prediction.max_length_inference': 4,
})

/** Resolves with the run when it satisfies the condition: when it is over unless given. */
async function train(
  name: string,
  epochs: number,
  isEnough = ({ state }: ExperimentSummary) => !isActive(state),
): Promise<ExperimentSummary> {
  const reached = new Promise<ExperimentSummary>((resolve) => {
    const stop = studio.on((event, payload) => {
      if (event !== 'experiments.changed' || !isEnough(payload as ExperimentSummary)) return
      stop()
      resolve(payload as ExperimentSummary)
    })
  })
  const { id } = await call<{ id: string }>('experiments.start', { settings: settingsOf(name, epochs) })
  const { id: _, ...summary } = await reached
  return call('experiments.rename', { id, name }).then(() => ({ ...summary, id, name }) as ExperimentSummary)
}

const question = (content: string) => [{ role: 'user' as const, content }]
const short = { model: BASE, messages: question('こんにちは'), max_tokens: 6 }

describe("OpenAI's own client", () => {
  it('lists models and runs, and finds each by its id and its name', async () => {
    const { data } = await client.models.list()
    expect(data.map(({ id, object }) => [id, object])).toEqual([
      [BASE, 'model'],
      ['先生', 'model'],
    ])
    expect((await client.models.retrieve('先生')).id).toBe('先生')
    expect((await client.models.retrieve(run.id)).id).toBe('先生')
  })

  it('gets an answer with true counts, the same as the chat gives', async () => {
    const whole = await client.chat.completions.create({ ...short, model: '先生' })
    const [choice] = whole.choices
    expect(whole).toMatchObject({ object: 'chat.completion', model: '先生' })
    expect(choice).toMatchObject({ index: 0, finish_reason: 'length', message: { role: 'assistant', refusal: null } })
    const asked = await chatAnswer(run.id, 'こんにちは', 6)
    expect(choice?.message.content).toBe(asked.text)
    expect(whole.usage?.completion_tokens).toBe(6)
    expect(whole.usage?.total_tokens).toBe((whole.usage?.prompt_tokens ?? 0) + 6)
    // One more character is one token more at most: the prompt is counted, not guessed.
    const longer = await client.chat.completions.create({ ...short, model: '先生', messages: question('こんにちは犬') })
    const tokenizer = await loadTokenizer(join(root, 'resources', 'models', BASE))
    const more = tokenizer.encode('こんにちは犬').length - tokenizer.encode('こんにちは').length
    expect((longer.usage?.prompt_tokens ?? 0) - (whole.usage?.prompt_tokens ?? 0)).toBe(more)
  })

  it('streams the same answer, with usage where it is asked for', async () => {
    const whole = await client.chat.completions.create(short)
    for (const include_usage of [true, false]) {
      const stream = await client.chat.completions.create({ ...short, stream: true, stream_options: { include_usage } })
      const chunks = []
      for await (const chunk of stream) chunks.push(chunk)
      const deltas = chunks.flatMap(({ choices }) => choices)
      expect(deltas.map(({ delta }) => delta.content ?? '').join('')).toBe(whole.choices[0]?.message.content)
      expect(deltas[0]?.delta.role).toBe('assistant')
      expect(deltas.map(({ finish_reason }) => finish_reason).filter(Boolean)).toEqual(['length'])
      expect(chunks.at(-1)?.usage ?? null).toEqual(include_usage ? whole.usage : null)
      expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
    }
  })

  it('goes on with a text as it stands', async () => {
    const whole = await client.completions.create({ model: BASE, prompt: ['日本の', '犬は'], max_tokens: 5 })
    expect(whole.choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [0, 'length'],
      [1, 'length'],
    ])
    const tokenizer = await loadTokenizer(join(root, 'resources', 'models', BASE))
    const prompts = ['日本の', '犬は'].map((text) => tokenizer.encode(text).length)
    expect(whole.usage).toEqual({
      prompt_tokens: (prompts[0] ?? 0) + (prompts[1] ?? 0),
      completion_tokens: 10,
      total_tokens: (prompts[0] ?? 0) + (prompts[1] ?? 0) + 10,
    })
    const texts = new Map<number, string>()
    const stream = await client.completions.create({
      model: BASE,
      prompt: ['日本の', '犬は'],
      max_tokens: 5,
      stream: true,
    })
    for await (const { choices } of stream)
      for (const { index, text } of choices) texts.set(index, (texts.get(index) ?? '') + text)
    expect([texts.get(0), texts.get(1)]).toEqual(whole.choices.map(({ text }) => text))
  })

  it('gets what it asks for: several answers, a seed, a stop text, a short one', async () => {
    const drawn = { ...short, messages: question('好きな'), temperature: 2, n: 3, seed: 5 }
    const [first, again, other] = await Promise.all([
      client.chat.completions.create(drawn),
      client.chat.completions.create(drawn),
      client.chat.completions.create({ ...drawn, seed: -6 }),
    ])
    const textsOf = (answer: typeof first) => answer.choices.map(({ message }) => message.content)
    expect(textsOf(first)).toEqual(textsOf(again))
    expect(textsOf(first)).not.toEqual(textsOf(other))
    expect(new Set(textsOf(first)).size).toBeGreaterThan(1)
    expect(first.usage?.completion_tokens).toBe(18)
    const whole = (await client.chat.completions.create(short)).choices[0]?.message.content ?? ''
    const stop = whole.slice(2, 3)
    const stopped = await client.chat.completions.create({ ...short, stop: [stop] })
    expect(stopped.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: whole.slice(0, whole.indexOf(stop)) },
    })
    // A comma and a line break are texts like others.
    const unstopped = await client.chat.completions.create({ ...short, stop: [',', '\n', '\u0000'] })
    expect(unstopped.choices[0]?.message.content).toBe(whole)
  })

  it('takes the errors for what they are', async () => {
    const wrongKey = new OpenAI({ apiKey: 'sk-wrong', baseURL: address, maxRetries: 0 })
    await expect(wrongKey.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
    await expect(client.chat.completions.create({ ...short, model: 'nobody' })).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    )
    const refused = client.chat.completions.create({ ...short, frequency_penalty: 1 })
    await expect(refused).rejects.toMatchObject({
      status: 400,
      param: 'frequency_penalty',
      code: 'unsupported_parameter',
    })
    await expect(client.embeddings.create({ model: BASE, input: 'x' })).rejects.toMatchObject({ status: 501 })
  })

  it('takes its leave in the middle of an answer, and its place is free', async () => {
    const stream = await client.chat.completions.create({ ...short, max_tokens: 900, stream: true })
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break
    const leaving = new AbortController()
    const whole = client.chat.completions.create({ ...short, max_tokens: 900 }, { signal: leaving.signal })
    leaving.abort()
    await expect(whole).rejects.toBeInstanceOf(OpenAI.APIUserAbortError)
    await expect.poll(async () => (await studio.apiServer.state({})).answeringCount).toBe(0)
    expect((await client.chat.completions.create(short)).choices[0]?.finish_reason).toBe('length')
  })
})

/** What the window's chat answers. */
async function chatAnswer(experimentId: string, content: string, maxTokens: number): Promise<{ text: string }> {
  const { defaultSettings, generationSettingsOf } = await import('../contract/index.ts')
  const answered = new Promise<{ text: string }>((resolve) => {
    const stop = studio.on((event, payload) => {
      if (event !== 'chat.done') return
      stop()
      resolve((payload as { answer: { text: string } }).answer)
    })
  })
  await call('chat.ask', {
    requestId: 'r',
    targets: [{ source: { kind: 'experiment', experimentId }, messages: question(content) }],
    settings: { ...generationSettingsOf(defaultSettings()), 'prediction.max_length_inference': maxTokens },
  })
  return answered
}

/** As Python's client sends them: recorded from openai 1.x over httpx, but for key and port. */
const pythonHeaders = () => ({
  host: new URL(address).host,
  'accept-encoding': 'gzip, deflate',
  connection: 'close',
  accept: 'application/json',
  'content-type': 'application/json',
  'user-agent': 'OpenAI/Python 1.109.1',
  'x-stainless-lang': 'python',
  'x-stainless-package-version': '1.109.1',
  'x-stainless-os': 'Linux',
  'x-stainless-arch': 'x64',
  'x-stainless-runtime': 'CPython',
  'x-stainless-runtime-version': '3.12.3',
  authorization: `Bearer ${key}`,
  'x-stainless-async': 'false',
  'x-stainless-retry-count': '0',
  'x-stainless-read-timeout': '600',
})
const port = () => Number(new URL(address).port)

describe("requests in the shape of Python's client", () => {
  it('are answered, whole and streamed', async () => {
    const body = `{"messages":[{"role":"user","content":"\\u3053\\u3093\\u306b\\u3061\\u306f"}],"model":"${BASE}","max_tokens":6}`
    const whole = await sendRaw(port(), requestText('POST /v1/chat/completions', pythonHeaders(), body))
    expect([whole.status, whole.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    const { choices, usage } = JSON.parse(whole.body) as OpenAI.ChatCompletion
    expect(choices[0]?.message.content).toBe((await client.chat.completions.create(short)).choices[0]?.message.content)
    const streamed = await sendRaw(
      port(),
      requestText(
        'POST /v1/chat/completions',
        pythonHeaders(),
        `${body.slice(0, -1)},"stream":true,"stream_options":{"include_usage":true}}`,
      ),
    )
    expect(streamed.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    const data = streamed.body.match(/^data: .*$/gm) ?? []
    expect(data.at(-1)).toBe('data: [DONE]')
    expect((JSON.parse((data.at(-2) ?? '').slice(6)) as OpenAI.ChatCompletionChunk).usage).toEqual(usage)
  })

  it('are told their errors as OpenAI tells them', async () => {
    const headers = { ...pythonHeaders(), authorization: 'Bearer sk-wrong' }
    const refused = await sendRaw(port(), requestText('GET /v1/models', headers))
    expect([refused.status, JSON.parse(refused.body)]).toEqual([
      401,
      {
        error: {
          message: 'The API key is wrong. Use the key that was made in the Settings of the studio.',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_api_key',
        },
      },
    ])
  })
})

describe('what strangers send', () => {
  it('is text, also where it looks like a mark of the model', async () => {
    const tokenizer = await loadTokenizer(join(root, 'resources', 'models', BASE))
    const mark = tokenizer.specialText(tokenizer.special.eos ?? -1) ?? ''
    const countOf = async (content: string) =>
      (await client.chat.completions.create({ ...short, max_tokens: 1, messages: question(content) })).usage
        ?.prompt_tokens ?? 0
    const asText = tokenizer.encode(`犬${mark}猫`, { recogniseSpecial: false }).length
    expect((await countOf(`犬${mark}猫`)) - (await countOf('犬猫'))).toBe(asText - tokenizer.encode('犬猫').length)
    for (const content of [
      '\u0000\u0007\u001b[31m',
      '\u202e\ufeff',
      '{{ 7 * 7 }}',
      '{% for x in y %}',
      '\ud800',
      mark.repeat(20),
    ])
      expect(await countOf(content)).toBeGreaterThan(0)
  })

  it('is cut at the oldest turns, which is told, and refused where one question is too long', async () => {
    const turns = Array.from({ length: 40 }, (_, index) => [
      { role: 'user' as const, content: `質問 ${index} `.repeat(20) },
      { role: 'assistant' as const, content: `答え ${index}` },
    ]).flat()
    const cut = await client.chat.completions.create({ ...short, messages: [...turns, ...question('犬')] })
    const { terakoya } = cut as unknown as { terakoya: { dropped_turns: number } }
    expect(terakoya.dropped_turns).toBeGreaterThan(0)
    expect(terakoya.dropped_turns).toBeLessThanOrEqual(40)
    expect(cut.usage?.prompt_tokens).toBeLessThanOrEqual(1024)
    const tooLong = client.chat.completions.create({ ...short, messages: question('あ'.repeat(100_000)) })
    await expect(tooLong).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded' })
    const noQuestion = client.chat.completions.create({ ...short, messages: [{ role: 'system', content: 'x' }] })
    await expect(noQuestion).rejects.toMatchObject({ status: 400 })
    // An empty question is a question.
    expect((await client.chat.completions.create({ ...short, messages: question('') })).choices).toHaveLength(1)
  })

  it('is answered together, each as if it were alone', async () => {
    const asked = [
      'こんにちは',
      '日本で一番高い山は？',
      '犬',
      '水の沸点は？',
      '九九の七の段',
      '東京',
      '米',
      '海',
      '空',
      '山',
    ].map((content, index) => ({ ...short, messages: question(content), max_tokens: 4 + index }))
    const together = await Promise.all(asked.map((each) => client.chat.completions.create(each)))
    for (const [index, each] of asked.entries()) {
      const alone = await client.chat.completions.create(each)
      expect([index, together[index]?.choices, together[index]?.usage]).toEqual([index, alone.choices, alone.usage])
    }
  })
})

describe('models that come and go', () => {
  it('tells a name that is there twice, and answers by id', async () => {
    const twin = await train('先生', 1)
    const { data } = await client.models.list()
    expect(data.map(({ id }) => id).sort()).toEqual([BASE, run.id, twin.id].sort())
    await expect(client.chat.completions.create({ ...short, model: '先生' })).rejects.toMatchObject({
      status: 400,
      code: 'model_ambiguous',
      param: 'model',
    })
    expect((await client.chat.completions.create({ ...short, model: twin.id })).choices).toHaveLength(1)
    await call('experiments.remove', { id: twin.id })
    await expect(client.chat.completions.create({ ...short, model: twin.id })).rejects.toMatchObject({ status: 404 })
    expect((await client.chat.completions.create({ ...short, model: '先生' })).choices).toHaveLength(1)
  })

  it('answers while a run is trained, and again after the engine has died', async () => {
    const training = await train(
      '長い学習',
      400,
      ({ state, progress }) => state.kind === 'training' && (progress?.step ?? 0) > 2,
    )
    const during = await client.chat.completions.create(short)
    const { state } = (await call<ExperimentSummary[]>('experiments.list', {})).find(
      ({ id }) => id === training.id,
    ) as ExperimentSummary
    expect([during.choices[0]?.finish_reason, state.kind]).toEqual(['length', 'training'])
    process.kill(studio.enginePid() as number, 'SIGKILL')
    await expect
      .poll(() =>
        client.chat.completions.create(short).then(
          () => 200,
          (error: { status: number }) => error.status,
        ),
      )
      .toBe(200)
  })
})
