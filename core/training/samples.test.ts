import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { defaultSettings } from '../contract/settings.ts'
import { loadTokenizer, type Tokenizer } from '../tokenizers/index.ts'
import { encodePrompt } from './sample-format.ts'
import { buildSample, buildSamples, checkFormat, sampleOptionsOf, type SampleOptions, type SampleResult } from './samples.ts'

interface Recorded { readonly prompt: string; readonly answer: string; readonly promptIds: number[]; readonly answerIds: number[] }

const recorded = (JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/samples_expected.json'), 'utf8')) as { lines: Recorded[] }).lines
const EOS = 2
const template: SampleOptions = { format: { kind: 'template' }, maxPromptTokens: 256, maxAnswerTokens: 256, maxTokens: 512, answerOnly: true }
const h2o: SampleOptions = { ...template, format: { kind: 'h2o', promptStart: '<|prompt|>', answerSeparator: '<|answer|>' } }

let tokenizer: Tokenizer
beforeAll(async () => {
  tokenizer = await loadTokenizer(join(import.meta.dirname, '../../resources/models/terakoya-tiny-ja'))
})

function sampleOf(result: SampleResult) {
  if (!result.ok) throw new Error(result.issue.code)
  const { ids, labelMask, ...rest } = result.sample
  return { ids: [...ids], labelMask: [...labelMask], ...rest }
}

const build = (prompt: string, answer: string, options: SampleOptions) => sampleOf(buildSample(tokenizer, { rowId: 7, prompt, answer }, options))

describe("the model's chat template", () => {
  it("gives the recorded ids and loss masks for the golden run's rows", () => {
    const samples = recorded.map(({ prompt, answer }) => build(prompt, answer, template))
    expect(samples).toEqual(recorded.map(({ promptIds, answerIds }) => ({
      rowId: 7,
      ids: [...promptIds, ...answerIds],
      labelMask: [...promptIds.map(() => 0), ...answerIds.map(() => 1)],
      promptTokenCount: promptIds.length,
      truncated: { prompt: false, answer: false },
    })))
  })

  it('puts a system text before the question', () => {
    const result = sampleOf(buildSample(tokenizer, { rowId: 1, prompt: '質問', answer: '答え', system: '規則' }, template))
    expect(tokenizer.decode(result.ids, { skipSpecial: false })).toBe('規則\nユーザー: 質問\nシステム: 答え</s>')
  })

  it('encodes the same prompt for the chat', () => {
    const { prompt, promptIds } = recorded[0]!
    expect(encodePrompt(tokenizer, template.format, [{ role: 'user', content: prompt }])).toEqual(promptIds)
  })

  it('is refused in one sentence by a model without one', () => {
    const bare: Tokenizer = Object.create(tokenizer, { chatTemplate: { value: undefined } })
    expect(() => checkFormat(bare, template.format)).toThrow(expect.objectContaining({ error: { code: 'tokenizer/no-template', facts: {} } }))
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
    const sample = build('質問', '答え', { ...h2o, format: { kind: 'h2o', promptStart: '\\n', answerSeparator: '\n\n' } })
    expect(tokenizer.decode(sample.ids, { skipSpecial: false })).toBe('\\n質問</s>\n\n答え</s>')
  })

  it('leave the end marks out where the flags say so', () => {
    const sample = build('質問', '答え', { ...h2o, format: { kind: 'h2o', promptStart: 'Q:', answerSeparator: ' A:', endAfterPrompt: false, endAfterAnswer: false } })
    expect(tokenizer.decode(sample.ids, { skipSpecial: false })).toBe('Q:質問 A:答え')
  })

  it('chain a conversation and write the system text first', () => {
    const ids = encodePrompt(tokenizer, h2o.format, [
      { role: 'system', content: '規則' }, { role: 'user', content: '一' }, { role: 'assistant', content: '二' }, { role: 'user', content: '三' },
    ])
    expect(tokenizer.decode(ids, { skipSpecial: false })).toBe('<|system|>規則</s><|prompt|>一</s><|answer|>二</s><|prompt|>三</s><|answer|>')
  })
})

describe('limits', () => {
  const { prompt, answer, promptIds, answerIds } = recorded[0]!

  it('keep the last tokens of the prompt', () => {
    const sample = build(prompt, answer, { ...template, maxPromptTokens: 5 })
    expect(sample).toMatchObject({ ids: [...promptIds.slice(-5), ...answerIds], promptTokenCount: 5, truncated: { prompt: true, answer: false } })
  })

  it('keep the first tokens of the answer and its end mark', () => {
    const sample = build(prompt, answer, { ...template, maxAnswerTokens: 4 })
    expect(sample).toMatchObject({ ids: [...promptIds, ...answerIds.slice(0, 3), EOS], truncated: { prompt: false, answer: true } })
  })

  it('take from the prompt first when both together are too long', () => {
    const sample = build(prompt, answer, { ...template, maxTokens: answerIds.length + 2 })
    expect(sample).toMatchObject({ ids: [...promptIds.slice(-2), ...answerIds], truncated: { prompt: true, answer: false } })
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
  const rows = [{ rowId: 'a', prompt: '質問', answer: '' }, { rowId: 'b', prompt: '質問', answer: '答え' }]
  const options: SampleOptions = { ...h2o, format: { kind: 'h2o', promptStart: '', answerSeparator: '', endAfterAnswer: false } }
  const results: SampleResult[] = []
  for await (const result of buildSamples(tokenizer, rows, options)) results.push(result)
  expect(results.map((result) => (result.ok ? result.sample.rowId : result.issue))).toEqual([{ rowId: 'a', code: 'no-counted-tokens' }, 'b'])
})

it("takes its options from the experiment's settings", () => {
  expect(sampleOptionsOf(defaultSettings())).toEqual(template)
  expect(sampleOptionsOf({ ...defaultSettings(), 'dataset.sample_format': 'h2o', 'dataset.mask_prompt_labels': false, 'tokenizer.max_length': 64 }))
    .toEqual({ ...h2o, answerOnly: false, maxTokens: 64 })
})
