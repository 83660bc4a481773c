import { expect, it } from 'vitest'
import { createChatTemplate } from './chat-template.ts'

it('gives the template the texts of the marks', () => {
  const template = createChatTemplate(
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m['content'] | trim }}{{ eos_token }}{% endfor %}",
    { bos_token: '<s>', eos_token: '</s>' },
  )
  expect(template.render([{ role: 'user', content: ' 寺子屋 ' }])).toBe('<s>[user]寺子屋</s>')
})

it("returns the template's own reason when it refuses", () => {
  const template = createChatTemplate(
    "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}",
    {},
  )
  expect(() => template.render([{ role: 'system', content: '' }])).toThrow(
    expect.objectContaining({
      error: { code: 'tokenizer/template-failed', facts: { reason: 'System role not supported' } },
    }),
  )
})

it('reports a template that cannot be parsed', () => {
  expect(() => createChatTemplate('{% for %}', {}).render([])).toThrow(
    expect.objectContaining({ error: expect.objectContaining({ code: 'tokenizer/template-failed' }) }),
  )
})

it.each([
  ['a range without end', '{% for i in range(1000000000) %}x{% endfor %}', 'range() of more than 10000 numbers'],
  [
    'loops in loops',
    '{% for i in range(10000) %}{% for j in range(10000) %}x{% endfor %}{% endfor %}',
    'more than 102000 steps',
  ],
  [
    'a text that doubles',
    '{% set ns = namespace(x="aaaaaaaa") %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}',
    /^more than 4000\d{3} characters$/,
  ],
  [
    'a list that doubles',
    '{% set ns = namespace(x=[1, 2]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}',
    'more than 100001 items',
  ],
  ['a macro that calls itself', '{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}', 'more than 500 levels'],
])('ends %s', (_, source, reason) => {
  expect(() => createChatTemplate(source, {}).render([{ role: 'user', content: 'やあ' }])).toThrow(
    expect.objectContaining({
      error: {
        code: 'tokenizer/template-failed',
        facts: { reason: typeof reason === 'string' ? reason : expect.stringMatching(reason) },
      },
    }),
  )
})

it('lets a template go through a conversation of a thousand messages and a million characters', () => {
  const source =
    "{% for m in messages %}{% if m.role == 'user' %}{% set x = m.content | trim %}[{{ x }}]{% elif loop.last %}{{ m.content }}{% else %}{{ m['content'] + eos_token }}{% endif %}{% endfor %}"
  const messages = Array.from(
    { length: 1_000 },
    (_, i) => ({ role: i % 2 ? 'assistant' : 'user', content: 'あ'.repeat(1_000) }) as const,
  )
  expect(createChatTemplate(source, { eos_token: '' }).render(messages).length).toBe(1_000_000 + 2 * 500)
})

it('has the globals of the library', () => {
  const source =
    "{% if true and not none and not False %}{{ range(3) | join(',') }}{{ range(4, 0, -2) | join(',') }} {{ strftime_now('%Y') }}{% endif %}"
  expect(createChatTemplate(source, {}).render([])).toBe(`0,1,24,2 ${new Date().getFullYear()}`)
})
