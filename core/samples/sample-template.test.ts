import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createChatTemplate, type ChatTemplate } from '../tokenizers/chat-template.ts'
import { loadTokenizer, type TemplateMessage, type Tokenizer } from '../tokenizers/index.ts'
import { encodeConversation, encodePrompt, messagesOf } from './sample-format.ts'
import { answerEndOf, encodeTemplatePrompt } from './sample-template.ts'
import { buildSample, type SampleOptions } from './samples.ts'

const options: SampleOptions = {
  format: { kind: 'template' },
  maxPromptTokens: 256,
  maxAnswerTokens: 256,
  maxTokens: 512,
  answerOnly: true,
  lastAnswerOnly: false,
}
const conversation = { rowId: 1, history: [{ prompt: '一', answer: '二' }], prompt: '三', answer: '四' }
const EOS = 2
const PAD = 3

let tokenizer: Tokenizer
beforeAll(async () => {
  tokenizer = await loadTokenizer(join(import.meta.dirname, '../../resources/models/terakoya-tiny-ja'))
})

const withTemplate = (source: string): Tokenizer & { chatTemplate: ChatTemplate } =>
  Object.create(tokenizer, { chatTemplate: { value: createChatTemplate(source, { eos_token: '</s>' }) } })

/** Turns as text; what counts for the loss is in brackets. */
function shown(of: Tokenizer) {
  const result = buildSample(of, conversation, options)
  if (!result.ok) throw new Error(result.issue.code)
  const { ids, labelMask, lastAnswerOnly } = result.sample
  const pieces = [...ids].map((id, index) => {
    const text = of.specialText(id) ?? of.decode([id])
    return labelMask[index] === 1 ? `[${text}]` : text
  })
  return { text: pieces.join('').replaceAll('][', ''), lastAnswerOnly }
}

it("finds the end mark of a template that is not the tokenizer's, and puts the tokenizer's behind the last", () => {
  const chatml = withTemplate(
    '{% for m in messages %}<s>{{ m.role }}\n{{ m.content }}<pad>\n{% endfor %}{% if add_generation_prompt %}<s>assistant\n{% endif %}',
  )
  const { turns } = encodeConversation(chatml, options.format, conversation)
  expect(turns.map(({ answer }) => answer)).toEqual([
    { ids: [2115], end: [PAD] },
    { ids: [6205], end: [PAD, EOS] },
  ])
  expect(shown(chatml)).toEqual({
    text: '<s>user\n一<pad>\n<s>assistant\n[二<pad>]\n<s>user\n三<pad>\n<s>assistant\n[四<pad></s>]',
    lastAnswerOnly: false,
  })
})

it('takes the plain answer where the template writes no end mark', () => {
  const bare = withTemplate(
    '{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}',
  )
  expect(shown(bare)).toEqual({
    text: 'user: 一\nassistant: [二\n]user: 三\nassistant: [四</s>]',
    lastAnswerOnly: false,
  })
})

it('learns only the last answer where the template rewrites earlier turns, and says so', () => {
  const forgetful = withTemplate(
    "{% for m in messages %}{% if m.role == 'user' %}Q{{ m.content }}A{% elif loop.last %}{{ m.content }}</s>{% else %}略</s>{% endif %}{% endfor %}",
  )
  expect(shown(forgetful)).toEqual({ text: 'Q一A略</s>Q三A[四</s>]', lastAnswerOnly: true })
})

it('takes the plain answer where the rendered one does not follow the prompt', () => {
  const thinking = withTemplate(
    "{% for m in messages %}{% if m.role == 'user' %}Q{{ m.content }}{% else %}A{{ m.content }}</s>{% endif %}{% endfor %}{% if add_generation_prompt %}A考え{% endif %}",
  )
  expect(shown(thinking)).toEqual({ text: 'Q一A二</s>Q三A考え[四</s>]', lastAnswerOnly: true })
})

it('does not change what is known when a text goes on: an answer stays as it was said', () => {
  // Written at once, 東京都 is one stretch; after the prompt 東 the answer 京都 stays by itself.
  const joined = withTemplate('{% for m in messages %}{{ m.content }}{% endfor %}')
  const { ids } = encodeTemplatePrompt(joined, joined.chatTemplate, [
    { role: 'user', content: '東' },
    { role: 'assistant', content: '京都' },
    { role: 'user', content: '。' },
  ])
  expect(ids.slice(0, 1)).toEqual(tokenizer.encode('東'))
  expect(tokenizer.decode(ids)).toBe('東京都。')
})

it('gives chat and training the same prompt at every turn of random conversations', () => {
  const seed = Date.now() % 2 ** 31
  console.log('seed', seed)
  let state = seed
  const random = (below: number) => ((state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) % 65537) % below
  const texts = ['東京', ' 空白 ', '\n改行\n', 'YouTubeのRehabC', 'a', '😀', '', '1+1は?', '京都です。']
  const text = () => Array.from({ length: 1 + random(3) }, () => texts[random(texts.length)]).join('')
  const formats = [{ kind: 'template' }, { kind: 'h2o', promptStart: 'Q:', answerSeparator: '\n' }] as const
  for (let round = 0; round < 60; round++) {
    const example = {
      history: Array.from({ length: random(4) }, () => ({ prompt: text(), answer: text() })),
      prompt: text(),
      answer: text(),
      ...(random(2) ? { system: text() } : {}),
    }
    for (const format of formats) {
      const { system, turns } = encodeConversation(tokenizer, format, example)
      const parts = [
        ...system.ids,
        ...system.end,
        ...turns.flatMap(({ prompt, answer }) => [...prompt, ...answer.ids, ...answer.end]),
      ]
      const last = turns.at(-1)!.answer
      const messages: TemplateMessage[] = messagesOf(example)
      expect(encodePrompt(tokenizer, format, messages)).toEqual(
        parts.slice(0, parts.length - last.ids.length - last.end.length),
      )
      expect(last.end.at(-1)).toBe(EOS)
    }
  }
})

it('gives the model what always stands before an answer, and teaches only the answer', () => {
  const thinking = withTemplate(
    "{% for m in messages %}<s>{{ m.role }}\n{% if m.role == 'assistant' and loop.last %}<pad>\n\n<pad>\n\n{% endif %}{{ m.content }}</s>\n{% endfor %}{% if add_generation_prompt %}<s>assistant\n{% endif %}",
  )
  expect(shown(thinking)).toEqual({
    text: '<s>user\n一</s>\n<s>assistant\n二</s>\n<s>user\n三</s>\n<s>assistant\n<pad>\n\n<pad>\n\n[四</s>]',
    lastAnswerOnly: true,
  })
})

it('leaves the blank before an answer to the answer', () => {
  const bracketed = withTemplate(
    "{% for m in messages %}{% if m.role == 'user' %}[{{ m.content }}]{% else %} {{ m.content }}</s>{% endif %}{% endfor %}",
  )
  const messages = messagesOf({ prompt: '三', answer: '' })
  expect(encodeTemplatePrompt(bracketed, bracketed.chatTemplate, messages).text).toBe('[三]')
})

it('finds every mark behind an answer, so that shortening loses none', () => {
  const doubled = withTemplate(
    '{% for m in messages %}<s>{{ m.content }}<pad>\n{% endfor %}{% if add_generation_prompt %}<s>{% else %}{{ eos_token }}{% endif %}',
  )
  const { turns } = encodeConversation(doubled, options.format, { prompt: '三', answer: '四' })
  expect(turns[0]?.answer.end.map((id) => doubled.specialText(id) ?? doubled.decode([id]))).toEqual([
    '<pad>',
    '\n',
    '</s>',
  ])
})

it.each([
  ['a mark', '{{ m.content }}<pad>\n', { ids: [PAD], strings: [] }],
  ['a mark before others', '{{ m.content }}<pad></s>', { ids: [PAD], strings: [] }],
  ['a text', '{{ m.content }}\n[END]\n</s>', { ids: [], strings: ['[END]'] }],
  ['blanks', '{{ m.content }}\n\n', { ids: [], strings: [] }],
])('knows %s as the end of an answer', (_, message, wanted) => {
  expect(answerEndOf(withTemplate(`{% for m in messages %}${message}{% endfor %}`))).toEqual(wanted)
})

describe('a template without a place for a system text', () => {
  const asks =
    "{% for m in messages %}{% if m.role == 'user' %}Q{{ m.content }}{% elif m.role == 'assistant' %}A{{ m.content }}</s>"
  const question = { rowId: 1, system: '短く。', prompt: '三', answer: '四' }

  it.each([
    ['refuses it', `${asks}{% else %}{{ raise_exception('System role not supported') }}{% endif %}{% endfor %}`],
    ['leaves it out', `${asks}{% endif %}{% endfor %}`],
  ])('that %s gets it before the first question, and says so', (_, source) => {
    const result = buildSample(withTemplate(source), question, options)
    if (!result.ok) throw new Error(result.issue.code)
    expect(tokenizer.decode(result.sample.ids)).toBe('Q短く。\n\n三A四')
    expect(result.sample.systemMerged).toBe(true)
    expect(tokenizer.decode(encodePrompt(withTemplate(source), options.format, messagesOf(question)))).toBe(
      'Q短く。\n\n三A',
    )
  })

  it('is no such template where it writes the text', () => {
    const result = buildSample(
      withTemplate(`${asks}{% else %}S{{ m.content }}{% endif %}{% endfor %}`),
      question,
      options,
    )
    if (!result.ok) throw new Error(result.issue.code)
    expect([tokenizer.decode(result.sample.ids), result.sample.systemMerged]).toEqual(['S短く。Q三A四', undefined])
  })
})
