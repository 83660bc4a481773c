import { join } from 'node:path'
import { expect, it } from 'vitest'
import { encodePrompt, type H2oFormat } from '../samples/sample-format.ts'
import { createChatTemplate } from '../tokenizers/chat-template.ts'
import { loadTokenizer } from '../tokenizers/index.ts'
import { markerTemplate } from './marker-template.ts'

const tiny = join(import.meta.dirname, '../../resources/models/terakoya-tiny-ja')
const plain: H2oFormat = { kind: 'h2o', promptStart: '<|prompt|>', answerSeparator: '<|answer|>' }
const odd: H2oFormat = {
  kind: 'h2o',
  promptStart: "{{ it's }}\n\\",
  answerSeparator: '%}\t回答：',
  systemStart: '',
  endAfterPrompt: false,
}

it.each([plain, odd])('writes a question as the run was trained with: %j', async (format) => {
  const tokenizer = await loadTokenizer(tiny)
  const template = createChatTemplate(markerTemplate(format), { eos_token: '</s>' })
  const messages = [{ role: 'user', content: 'これは\n何？' }] as const
  const text = template.render(messages, { addGenerationPrompt: true })
  expect(tokenizer.encode(text)).toEqual(encodePrompt(tokenizer, format, messages))
})

it('writes a whole conversation, and no mark that the tokenizer lacks', () => {
  const messages = [
    { role: 'system', content: 'S' },
    { role: 'user', content: 'Q' },
    { role: 'assistant', content: 'A' },
    { role: 'user', content: 'R' },
  ] as const
  const source = markerTemplate(plain)
  expect(createChatTemplate(source, { eos_token: '</s>' }).render(messages)).toBe(
    '<|system|>S</s><|prompt|>Q</s><|answer|>A</s><|prompt|>R</s><|answer|>',
  )
  expect(createChatTemplate(source, {}).render(messages)).toBe('<|system|>S<|prompt|>Q<|answer|>A<|prompt|>R<|answer|>')
})
