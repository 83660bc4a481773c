import { expect, it } from 'vitest'
import { createChatTemplate } from './chat-template.ts'

it('gives the template the texts of the marks', () => {
  const template = createChatTemplate("{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m['content'] | trim }}{{ eos_token }}{% endfor %}", { bos_token: '<s>', eos_token: '</s>' })
  expect(template.render([{ role: 'user', content: ' 寺子屋 ' }])).toBe('<s>[user]寺子屋</s>')
})

it("returns the template's own reason when it refuses", () => {
  const template = createChatTemplate("{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}", {})
  expect(() => template.render([{ role: 'system', content: '' }])).toThrow(expect.objectContaining({ error: { code: 'tokenizer/template-failed', facts: { reason: 'System role not supported' } } }))
})

it('reports a template that cannot be parsed', () => {
  expect(() => createChatTemplate('{% for %}', {}).render([])).toThrow(expect.objectContaining({ error: expect.objectContaining({ code: 'tokenizer/template-failed' }) }))
})
