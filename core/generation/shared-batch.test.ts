import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { defaultSettings, generationSettingsOf, type FinishReason, type GenerationSettings } from '../contract/index.ts'
import { openRuntime } from '../runtime/index.ts'
import { Generator } from './generator.ts'
import { loadModel, type LoadedModel } from './loaded-model.ts'
import type { SharedBatch } from './shared-batch.ts'

const core = join(import.meta.dirname, '..')
let tiny: LoadedModel
let generator: Generator
beforeAll(async () => {
  tiny = await loadModel(join(core, '..', 'resources', 'models', 'terakoya-tiny-ja'))
  generator = await Generator.open(tiny, openRuntime().device('cpu'), null)
})
afterAll(() => generator.dispose())

const questions = [
  'こんにちは',
  '日本で一番高い山は？',
  '犬',
  '東京タワーの高さを教えてください。',
  '水',
  '九九の七の段',
]
const promptOf = (question: string) => tiny.tokenizer.encode(`ユーザー: ${question}\nシステム: `)
const settingsOf = (changes: Partial<GenerationSettings> = {}): GenerationSettings => ({
  ...generationSettingsOf(defaultSettings()),
  'prediction.min_length_inference': 12,
  'prediction.max_length_inference': 12,
  ...changes,
})

interface Asked {
  readonly question: string
  readonly settings?: Partial<GenerationSettings>
  readonly signal?: AbortSignal
  readonly onToken?: (count: number) => void
}

/** The tokens and the end of an answer in the batch. */
async function ask(batch: SharedBatch, { question, settings, signal, onToken }: Asked) {
  const tokens: number[] = []
  let finish: FinishReason | null = null
  await batch.answer({
    prompts: [promptOf(question)],
    settings: settingsOf(settings),
    ...(signal && { signal }),
    onToken: (_, token) => {
      tokens.push(token)
      onToken?.(tokens.length)
    },
    onEnd: (_, end) => (finish = end),
  })
  return { tokens, finish }
}

async function alone(question: string, settings?: Partial<GenerationSettings>) {
  const [answer] = await generator.generate({ prompts: [promptOf(question)], settings: settingsOf(settings) }, null)
  return { tokens: answer?.tokens, finish: answer?.finish }
}

it('gives every answer as if it were alone, whoever comes and goes meanwhile', async () => {
  const batch = generator.openBatch(null) as SharedBatch
  const lengths = [12, 3, 30, 7, 1, 18]
  const settings = lengths.map((length) => ({
    'prediction.min_length_inference': length,
    'prediction.max_length_inference': length,
  }))
  // Each one comes when the one before it has said its second token, or has ended.
  const answers: Promise<unknown>[] = []
  const come = (index: number): void => {
    const question = questions[index]
    if (question === undefined) return
    let hasCalled = false
    const next = () => {
      if (!hasCalled) come(index + 1)
      hasCalled = true
    }
    const asked = ask(batch, { question, settings: settings[index] ?? {}, onToken: (count) => count === 2 && next() })
    answers.push(asked.finally(next))
  }
  come(0)
  await Promise.allSettled(answers)
  while (answers.length < questions.length) await Promise.allSettled(answers)
  const expected = []
  for (const [index, question] of questions.entries()) expected.push(await alone(question, settings[index]))
  expect(await Promise.all(answers)).toEqual(expected)
})

it('keeps settings apart: one draws by its seed, another takes the likeliest', async () => {
  const batch = generator.openBatch(null) as SharedBatch
  const drawn = { 'prediction.do_sample': true, 'prediction.temperature': 1, 'prediction.seed': 7 } as const
  const answers = await Promise.all([
    ask(batch, { question: '水', settings: drawn }),
    ask(batch, { question: '水' }),
    ask(batch, { question: '水', settings: { ...drawn, 'prediction.seed': 8 } }),
  ])
  expect(answers).toEqual([
    await alone('水', drawn),
    await alone('水'),
    await alone('水', { ...drawn, 'prediction.seed': 8 }),
  ])
})

it('has more wait than there are rows, and lets go of those who leave: at once where they wait', async () => {
  const batch = generator.openBatch(null) as SharedBatch
  const leaving = new AbortController()
  const [left, ...rest] = await Promise.all([
    ask(batch, { question: '犬', signal: leaving.signal, onToken: (count) => count === 3 && leaving.abort() }),
    ...Array.from({ length: 9 }, (_, index) => ask(batch, { question: questions[index % 6] as string })),
    ask(batch, { question: '犬', signal: AbortSignal.abort() }),
  ])
  expect([left?.tokens.length, left?.finish]).toEqual([3, 'cancelled'])
  expect(rest.at(-1)).toEqual({ tokens: [], finish: 'cancelled' })
  const whole = rest.slice(0, -1)
  expect(whole.map(({ tokens, finish }) => [tokens.length, finish])).toEqual(Array(9).fill([12, 'length']))
  // The batch is used again after everyone has gone.
  expect(await ask(batch, { question: '水' })).toEqual(await alone('水'))
})

it('refuses a prompt that is longer than the context, and nobody else notices', async () => {
  const batch = generator.openBatch(null) as SharedBatch
  const other = ask(batch, { question: '水' })
  const { contextLength } = tiny.architecture
  const tooLong = Array<number>(contextLength + 1).fill(5)
  expect(() => batch.answer({ prompts: [tooLong], settings: settingsOf() })).toThrow('chat/too-long')
  expect(await other).toEqual(await alone('水'))
})
