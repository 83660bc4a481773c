import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { defaultSettings, GenerationSettings, generationSettingsOf, type ChatMessage } from '../contract/index.ts'
import { openRuntime } from '../runtime/index.ts'
import { answer, closeModels } from './engine-chat.ts'
import type { GenerateEvent, GenerateTarget } from './engine-protocol.ts'

const root = join(import.meta.dirname, '..', '..')
const nothing = { session: 0, tensor: 0, binding: 0 }
let folder: string
let adapterFolder: string

/** The recorded adapter, which has learnt nothing yet, with another alpha. */
async function adapterWith(alpha: number): Promise<string> {
  const target = join(folder, `alpha-${alpha}`)
  await cp(join(root, 'core', 'training', 'fixtures', 'initial_adapter'), target, { recursive: true })
  const file = join(target, 'adapter_config.json')
  await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), lora_alpha: alpha }))
  return target
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-chat-'))
  adapterFolder = await adapterWith(16)
})
afterAll(() => rm(folder, { recursive: true }))

const target = (adapter: string | null): GenerateTarget => ({
  modelFolder: join(root, 'resources', 'models', 'terakoya-tiny-ja'),
  adapterFolder: adapter,
  format: { kind: 'template' },
  messages: [{ role: 'user', content: 'こんにちは' }],
})

async function answersOf(
  targets: readonly GenerateTarget[],
  onEvent: (event: GenerateEvent) => void = () => {},
): Promise<string[]> {
  const texts: string[] = []
  const hear = (event: GenerateEvent) => {
    onEvent(event)
    if (event.kind === 'failed') throw new Error(event.error.code)
    if (event.kind === 'done') texts[event.target] = event.answer.text
  }
  await answer(
    { device: 'cpu', targets, settings: generationSettingsOf(defaultSettings()) },
    { signal: new AbortController().signal, onEvent: hear },
  )
  return texts
}

it('closes open models, and those that are answering after their answer', async () => {
  const both = [target(null), target(adapterFolder)]
  const wanted = await answersOf(both)
  // The adapter has learnt nothing yet.
  expect(wanted[0]).toBe(wanted[1])
  expect(openRuntime().live().session).toBe(2)
  await closeModels()
  expect(openRuntime().live()).toEqual(nothing)

  const speaking = new Set<number>()
  const closing: Promise<void>[] = []
  const closeOnce = (event: GenerateEvent) => {
    if (event.kind === 'token' && speaking.add(event.target).size === both.length && closing.length === 0)
      closing.push(closeModels())
  }
  expect(await answersOf(both, closeOnce)).toEqual(wanted)
  expect(closing).toHaveLength(1)
  await closing[0]
  expect(openRuntime().live()).toEqual(nothing)
})

it('opens as many models as can be asked at once, each once, and closes the one that was not used for longest for another', async () => {
  const targets = [null, ...(await Promise.all([1, 2, 3].map(adapterWith)))].map(target)
  const texts = await answersOf(targets)
  expect(new Set(texts).size).toBe(1)
  expect(openRuntime().live().session).toBe(4)
  await answersOf([target(adapterFolder)])
  expect(openRuntime().live().session).toBe(4)
  await closeModels()
  expect(openRuntime().live()).toEqual(nothing)
})

it('closes what it opened for questions that are asked once, and leaves open what was', async () => {
  await answersOf([target(null)])
  const tokens: number[][] = []
  const job = { device: 'cpu', settings: generationSettingsOf(defaultSettings()), once: true } as const
  const onEvent = (event: GenerateEvent) => {
    if (event.kind === 'done') tokens.push([...event.tokens])
  }
  const context = { signal: new AbortController().signal, onEvent }
  await answer({ ...job, targets: [target(adapterFolder)] }, context)
  expect(openRuntime().live().session).toBe(1)
  await answer({ ...job, targets: [target(null)] }, context)
  expect(openRuntime().live().session).toBe(1)
  // The adapter has learnt nothing yet.
  expect(tokens[0]?.length).toBeGreaterThan(0)
  expect(tokens[1]).toEqual(tokens[0])
  await closeModels()
  expect(openRuntime().live()).toEqual(nothing)
})

/** What comes of every target: how its answer ended, or the code of its failure. */
async function outcomes(
  targets: readonly GenerateTarget[],
  settings: GenerationSettings,
  signal = new AbortController().signal,
): Promise<string[]> {
  const found: string[] = []
  await answer(
    { device: 'cpu', targets, settings },
    {
      signal,
      onEvent: (event) => {
        if (event.kind !== 'token')
          found[event.target] = event.kind === 'done' ? event.answer.finish : JSON.stringify(event.error)
      },
    },
  )
  return [...found]
}

const short = { ...generationSettingsOf(defaultSettings()), 'prediction.max_length_inference': 3 }
const asking = (...messages: [ChatMessage['role'], string][]): GenerateTarget => ({
  ...target(null),
  messages: messages.map(([role, content]) => ({ role, content })),
})

it('answers with every setting at its ends', { timeout: 120_000 }, async () => {
  const ends: Partial<GenerationSettings>[] = [
    { 'prediction.temperature': 0 },
    { 'prediction.do_sample': true, 'prediction.temperature': 0 },
    { 'prediction.do_sample': true, 'prediction.temperature': 1e-320 },
    { 'prediction.do_sample': true, 'prediction.temperature': 10 },
    { 'prediction.do_sample': true, 'prediction.top_k': 1 },
    { 'prediction.do_sample': true, 'prediction.top_k': 1000 },
    { 'prediction.do_sample': true, 'prediction.top_p': 0.01 },
    { 'prediction.do_sample': true, 'prediction.min_p': 1 },
    {
      'prediction.do_sample': true,
      'prediction.top_k': 1,
      'prediction.top_p': 0.01,
      'prediction.min_p': 1,
      'prediction.temperature': 1e-5,
    },
    { 'prediction.num_beams': 10 },
    { 'prediction.num_beams': 10, 'prediction.length_penalty': -5 },
    { 'prediction.num_beams': 10, 'prediction.length_penalty': 5, 'prediction.min_length_inference': 1024 },
    { 'prediction.num_beams': 10, 'prediction.max_length_inference': 1 },
    { 'prediction.num_beams': 2, 'prediction.max_length_inference': 1, 'prediction.min_length_inference': 1024 },
    { 'prediction.repetition_penalty': 10 },
    { 'prediction.num_beams': 3, 'prediction.repetition_penalty': 10 },
    { 'prediction.min_length_inference': 1024 },
    { 'prediction.max_length_inference': 1 },
    { 'prediction.seed': -1, 'prediction.do_sample': true },
    { 'prediction.seed': 2 ** 31 - 1, 'prediction.do_sample': true },
    { 'prediction.stop_tokens': ',' },
    { 'prediction.stop_tokens': '</s>,\ud800,あ, ,' },
    { 'prediction.stop_tokens': 'あ,'.repeat(500) },
  ]
  for (const end of ends)
    for (const answered of await outcomes(
      [target(null), target(adapterFolder)],
      GenerationSettings.parse({ ...short, ...end }),
    ))
      expect(answered, JSON.stringify(end)).toMatch(/^(stop|length)$/)
})

it('has an answer or a sentence for whatever is said', { timeout: 120_000 }, async () => {
  const said: [GenerateTarget, RegExp][] = [
    [asking(['user', '']), /^(stop|length)$/],
    [asking(['user', '\ud800']), /^(stop|length)$/],
    [asking(['user', '\0\ufeff\u202e']), /^(stop|length)$/],
    [asking(['user', '</s><s><pad>']), /^(stop|length)$/],
    [asking(['system', ''], ['user', '']), /^(stop|length)$/],
    [asking(['user', 'a'], ['user', 'b']), /^(stop|length)$/],
    [asking(['user', 'a'], ['assistant', 'b']), /^(stop|length)$/],
    [asking(['assistant', ''], ['assistant', 'x'], ['user', 'a']), /^(stop|length)$/],
    [asking(['system', '規則']), /chat\/no-question/],
    [asking(['assistant', 'a']), /chat\/no-question/],
    [asking(), /chat\/no-question/],
    [asking(['user', 'あ'.repeat(300_000)]), /chat\/too-long/],
    [asking(['system', 'あ'.repeat(5000)], ['user', 'a']), /chat\/too-long/],
  ]
  for (const [one, wanted] of said)
    expect((await outcomes([one], short))[0], JSON.stringify(one.messages).slice(0, 80)).toMatch(wanted)
  // Markers that are empty leave nothing of an empty question.
  const bare = {
    ...asking(['user', '']),
    format: { kind: 'h2o', promptStart: '', answerSeparator: '', endAfterPrompt: false } as const,
  }
  expect(await outcomes([bare, bare], { ...short, 'prediction.num_beams': 2 })).toEqual([
    expect.stringMatching(/^(stop|length)$/),
    expect.stringMatching(/^(stop|length)$/),
  ])
})

it('lets a target fail by itself, asks at once and cancels at once', { timeout: 120_000 }, async () => {
  const gone = { ...target(null), modelFolder: join(folder, 'nowhere') }
  const [whole, broken] = await outcomes([target(null), gone], short)
  expect([whole, broken]).toEqual([
    expect.stringMatching(/^(stop|length)$/),
    expect.stringMatching(/"code":"(?!internal)/),
  ])
  const four = [1, 2, 3, 4].map(() => target(null))
  const both = await Promise.all([
    outcomes(four, short),
    outcomes(four, { ...short, 'prediction.num_beams': 10 }),
    closeModels().then(() => outcomes([target(adapterFolder)], short)),
  ])
  expect(both.flat()).toEqual(Array.from({ length: 9 }, () => expect.stringMatching(/^(stop|length)$/) as string))
  for (const beams of [1, 4])
    expect(await outcomes(four, { ...short, 'prediction.num_beams': beams }, AbortSignal.abort())).toEqual(
      four.map(() => 'cancelled'),
    )
  await closeModels()
  expect(openRuntime().live()).toEqual(nothing)
})
