import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { defaultSettings } from '../contract/settings.ts'
import { loadTokenizer, type Tokenizer } from '../tokenizers/index.ts'
import { encodePrompt, formatFor, messagesOf } from './sample-format.ts'
import {
  buildSample,
  buildSamples,
  checkFormat,
  sampleOptionsOf,
  type SampleOptions,
  type SampleResult,
} from './samples.ts'

interface Recorded {
  readonly prompt: string
  readonly answer: string
  readonly promptIds: number[]
  readonly answerIds: number[]
}

const recorded = (
  JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/samples_expected.json'), 'utf8')) as { lines: Recorded[] }
).lines
const EOS = 2
const template: SampleOptions = {
  format: { kind: 'template' },
  maxPromptTokens: 256,
  maxAnswerTokens: 256,
  maxTokens: 512,
  answerOnly: true,
  lastAnswerOnly: false,
}
const h2o: SampleOptions = {
  ...template,
  format: { kind: 'h2o', promptStart: '<|prompt|>', answerSeparator: '<|answer|>' },
}

let tokenizer: Tokenizer
beforeAll(async () => {
  tokenizer = await loadTokenizer(join(import.meta.dirname, '../../resources/models/terakoya-tiny-ja'))
})

function sampleOf(result: SampleResult) {
  if (!result.ok) throw new Error(result.issue.code)
  const { ids, labelMask, ...rest } = result.sample
  return { ids: [...ids], labelMask: [...labelMask], ...rest }
}

const build = (prompt: string, answer: string, options: SampleOptions) =>
  sampleOf(buildSample(tokenizer, { rowId: 7, prompt, answer }, options))

describe("the model's chat template", () => {
  it("gives the recorded ids and loss masks for the golden run's rows", () => {
    const samples = recorded.map(({ prompt, answer }) => build(prompt, answer, template))
    expect(samples).toEqual(
      recorded.map(({ promptIds, answerIds }) => ({
        rowId: 7,
        ids: [...promptIds, ...answerIds],
        labelMask: [...promptIds.map(() => 0), ...answerIds.map(() => 1)],
        promptTokenCount: promptIds.length,
        truncated: { prompt: false, answer: false },
        lastAnswerOnly: false,
      })),
    )
  })

  it('puts a system text before the question', () => {
    const result = sampleOf(
      buildSample(tokenizer, { rowId: 1, prompt: '質問', answer: '答え', system: '規則' }, template),
    )
    expect(tokenizer.decode(result.ids, { skipSpecial: false })).toBe('規則\nユーザー: 質問\nシステム: 答え</s>')
  })

  it('encodes the same prompt for the chat', () => {
    const { prompt, promptIds } = recorded[0]!
    expect(encodePrompt(tokenizer, template.format, [{ role: 'user', content: prompt }])).toEqual(promptIds)
  })

  it('is refused in one sentence by a model without one', () => {
    const bare: Tokenizer = Object.create(tokenizer, { chatTemplate: { value: undefined } })
    expect(() => checkFormat(bare, template.format)).toThrow(
      expect.objectContaining({ error: { code: 'tokenizer/no-template', facts: {} } }),
    )
    expect(() => checkFormat(bare, h2o.format)).not.toThrow()
  })
})

describe("H2O's markers", () => {
  it('are taken literally, with the end mark after both parts', () => {
    const sample = build('質問', '答え', h2o)
    expect(tokenizer.decode(sample.ids, { skipSpecial: false })).toBe('<|prompt|>質問</s><|answer|>答え</s>')
    expect(sample.ids.slice(sample.promptTokenCount)).toEqual([...tokenizer.encode('答え'), EOS])
  })

  it('take no escapes: a backslash and n stay two characters', () => {
    const sample = build('質問', '答え', {
      ...h2o,
      format: { kind: 'h2o', promptStart: '\\n', answerSeparator: '\n\n' },
    })
    expect(tokenizer.decode(sample.ids, { skipSpecial: false })).toBe('\\n質問</s>\n\n答え</s>')
  })

  it('leave the end marks out where the flags say so', () => {
    const sample = build('質問', '答え', {
      ...h2o,
      format: { kind: 'h2o', promptStart: 'Q:', answerSeparator: ' A:', endAfterPrompt: false, endAfterAnswer: false },
    })
    expect(tokenizer.decode(sample.ids, { skipSpecial: false })).toBe('Q:質問 A:答え')
  })

  it('chain a conversation and write the system text first', () => {
    const ids = encodePrompt(tokenizer, h2o.format, [
      { role: 'system', content: '規則' },
      { role: 'user', content: '一' },
      { role: 'assistant', content: '二' },
      { role: 'user', content: '三' },
    ])
    expect(tokenizer.decode(ids, { skipSpecial: false })).toBe(
      '<|system|>規則</s><|prompt|>一</s><|answer|>二</s><|prompt|>三</s><|answer|>',
    )
  })

  it.each([h2o.format, template.format])('let an answer at the end go on, without its end mark', (format) => {
    const asked = [
      { role: 'user' as const, content: '一' },
      { role: 'assistant' as const, content: '二' },
      { role: 'user' as const, content: '三' },
    ]
    const prompt = encodePrompt(tokenizer, format, asked)
    const begun = encodePrompt(tokenizer, format, [...asked, { role: 'assistant', content: '東京は' }])
    expect(begun.slice(0, prompt.length)).toEqual(prompt)
    expect(tokenizer.decode(begun.slice(prompt.length), { skipSpecial: false })).toBe('東京は')
  })
})

describe('limits', () => {
  const { prompt, answer, promptIds, answerIds } = recorded[0]!

  it('keep the last tokens of the prompt', () => {
    const sample = build(prompt, answer, { ...template, maxPromptTokens: 5 })
    expect(sample).toMatchObject({
      ids: [...promptIds.slice(-5), ...answerIds],
      promptTokenCount: 5,
      truncated: { prompt: true, answer: false },
    })
  })

  it('keep the first tokens of the answer and its end mark', () => {
    const sample = build(prompt, answer, { ...template, maxAnswerTokens: 4 })
    expect(sample).toMatchObject({
      ids: [...promptIds, ...answerIds.slice(0, 3), EOS],
      truncated: { prompt: false, answer: true },
    })
  })

  it('take from the prompt first when both together are too long', () => {
    const sample = build(prompt, answer, { ...template, maxTokens: answerIds.length + 2 })
    expect(sample).toMatchObject({
      ids: [...promptIds.slice(-2), ...answerIds],
      truncated: { prompt: true, answer: false },
    })
  })

  it('never lose the end mark, even where nothing else fits', () => {
    for (const maxTokens of [2, 3, answerIds.length - 1, answerIds.length]) {
      const sample = build(prompt, answer, { ...template, maxTokens })
      expect([sample.ids.length, sample.ids.at(-1), sample.labelMask.at(-1)]).toEqual([maxTokens, EOS, 1])
    }
  })
})

describe('the loss mask', () => {
  it('counts the prompt too when asked, but not the first token, which nothing precedes', () => {
    const { prompt, answer, promptIds, answerIds } = recorded[1]!
    const { labelMask } = build(prompt, answer, { ...template, answerOnly: false })
    expect(labelMask).toEqual([0, ...new Array<number>(promptIds.length + answerIds.length - 1).fill(1)])
  })
})

it('reports a row without anything to learn from and goes on with the next', async () => {
  const rows = [
    { rowId: 'a', prompt: '質問', answer: '' },
    { rowId: 'b', prompt: '質問', answer: '答え' },
  ]
  const options: SampleOptions = {
    ...h2o,
    format: { kind: 'h2o', promptStart: '', answerSeparator: '', endAfterAnswer: false },
  }
  const results: SampleResult[] = []
  for await (const result of buildSamples(tokenizer, rows, options)) results.push(result)
  expect(results.map((result) => (result.ok ? result.sample.rowId : result.issue))).toEqual([
    { rowId: 'a', code: 'no-counted-tokens' },
    'b',
  ])
})

describe('a conversation of several turns', () => {
  // <|system|> 825 999 3541 999 529, <|prompt|> 825 999 6577 999 529, <|answer|> 825 999 697 305 594 519 999 529; 規則
  // 2058, 一 740, 二 2115, 三 3198, 四 6205
  const example = { rowId: 1, system: '規則', history: [{ prompt: '一', answer: '二' }], prompt: '三', answer: '四' }
  const system = [825, 999, 3541, 999, 529, 2058, EOS]
  const question = (id: number) => [825, 999, 6577, 999, 529, id, EOS, 825, 999, 697, 305, 594, 519, 999, 529]
  const withTemplate = [
    [2058, 4, 538, 296, 262, 740, 4, 543, 296, 262],
    [2115, EOS],
    [538, 296, 262, 3198, 4, 543, 296, 262],
    [6205, EOS],
  ] as const
  const withMarkers = [[...system, ...question(740)], [2115, EOS], question(3198), [6205, EOS]] as const
  const of = (options: Partial<SampleOptions>) => sampleOf(buildSample(tokenizer, example, { ...template, ...options }))
  const mask = (parts: readonly (readonly number[])[], counted: readonly number[]) =>
    parts.flatMap((part, index) => part.map(() => (counted.includes(index) ? 1 : 0)))

  it.each([
    ['the template', template.format, withTemplate],
    ["H2O's markers", h2o.format, withMarkers],
  ] as const)('counts every answer with its end mark for the loss, by %s', (_, format, parts) => {
    expect(of({ format })).toEqual({
      rowId: 1,
      ids: parts.flat(),
      labelMask: mask(parts, [1, 3]),
      promptTokenCount: parts.slice(0, 3).flat().length,
      truncated: { prompt: false, answer: false },
      lastAnswerOnly: false,
    })
  })

  it('counts only the last answer, or everything, where asked', () => {
    expect(of({ format: h2o.format, lastAnswerOnly: true }).labelMask).toEqual(mask(withMarkers, [3]))
    expect(of({ format: h2o.format, answerOnly: false, lastAnswerOnly: true }).labelMask).toEqual([
      0,
      ...mask(withMarkers, [0, 1, 2, 3]).slice(1),
    ])
  })

  it.each([template.format, h2o.format])('has the very prompt that the chat gives to the model', (format) => {
    const { ids, promptTokenCount } = of({ format })
    expect(encodePrompt(tokenizer, format, messagesOf(example))).toEqual(ids.slice(0, promptTokenCount))
  })

  it("keeps H2O's system part and the end when all together is too long", () => {
    const all = withMarkers.flat()
    const sample = of({ format: h2o.format, maxTokens: 30 })
    expect(sample).toMatchObject({
      ids: [...system, ...all.slice(-23)],
      promptTokenCount: 28,
      truncated: { prompt: true, answer: false },
    })
    expect(sample.labelMask).toEqual([...system.map(() => 0), ...mask(withMarkers, [1, 3]).slice(-23)])
    expect(of({ format: h2o.format, maxTokens: 4 }).ids).toEqual([825, EOS, 6205, EOS])
  })

  it('leaves out the oldest turns with a chat template, as the chat does, then the beginning', () => {
    const short = [2058, 4, 538, 296, 262, 3198, 4, 543, 296, 262, 6205, EOS]
    expect(of({ maxTokens: 21 })).toMatchObject({ ids: short, truncated: { prompt: true, answer: false } })
    expect(of({ maxTokens: 12 }).ids).toEqual(short)
    expect(of({ maxTokens: 11 }).ids).toEqual(short.slice(1))
  })

  it('shortens each prompt at its beginning and each answer before its end mark', () => {
    const long = { ...example, history: [{ prompt: '一二三', answer: '四三二一' }] }
    const { ids, truncated } = sampleOf(
      buildSample(tokenizer, long, { ...h2o, maxPromptTokens: 8, maxAnswerTokens: 3 }),
    )
    const [first, second] = [tokenizer.encode('四三二一').slice(0, 2), [6205, EOS]]
    const separator = question(0).slice(-8)
    expect(ids).toEqual([...system, ...separator, ...first, EOS, ...separator, ...second])
    expect(truncated).toEqual({ prompt: true, answer: true })
  })
})

describe('settings of the experiment', () => {
  const flags = { systemStart: '<|system|>', endAfterSystem: true, endAfterPrompt: true, endAfterAnswer: true }
  const h2oDefaults = { ...h2o, format: { ...h2o.format, ...flags } }

  it('give the options', () => {
    expect(sampleOptionsOf(defaultSettings())).toEqual({
      ...template,
      format: { kind: 'template', otherwise: h2oDefaults.format },
    })
    expect(
      sampleOptionsOf({ ...defaultSettings(), 'dataset.sample_format': 'template', 'dataset.only_last_answer': true }),
    ).toEqual({ ...template, lastAnswerOnly: true })
    expect(
      sampleOptionsOf({
        ...defaultSettings(),
        'dataset.sample_format': 'h2o',
        'dataset.mask_prompt_labels': false,
        'tokenizer.max_length': 64,
      }),
    ).toEqual({ ...h2oDefaults, answerOnly: false, maxTokens: 64 })
  })

  it('choose the markers by themselves where the model has no chat template', () => {
    const bare: Tokenizer = Object.create(tokenizer, { chatTemplate: { value: undefined } })
    const options = sampleOptionsOf(defaultSettings())
    expect(() => checkFormat(bare, options.format)).not.toThrow()
    expect(
      tokenizer.decode(sampleOf(buildSample(bare, { rowId: 1, prompt: '質問', answer: '答え' }, options)).ids, {
        skipSpecial: false,
      }),
    ).toBe('<|prompt|>質問</s><|answer|>答え</s>')
    expect(formatFor(tokenizer, options.format).kind).toBe('template')
  })
})
