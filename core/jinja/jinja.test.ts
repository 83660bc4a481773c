import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseTemplate, SyntaxProblem } from './index.ts'

interface Case {
  readonly name: string
  readonly template: string
  readonly messages: readonly object[]
  /** What jinja2 writes; without it jinja2 refuses. */
  readonly text?: string
}
const cases = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/templates.json'), 'utf8')) as Case[]
const render = ({ template, messages }: Pick<Case, 'template' | 'messages'>, now?: () => Date) =>
  parseTemplate(template, now)({ messages, tools: null, documents: null, add_generation_prompt: false })

describe('a template', () => {
  it.each(cases.filter(({ text }) => text !== undefined))('writes what jinja2 writes: $name', ({ text, ...given }) => {
    expect(render(given)).toBe(text)
  })

  it.each(cases.filter(({ text }) => text === undefined))('is refused as by jinja2: $name', (given) => {
    expect(() => render(given)).toThrow()
  })

  it('tells the time that it is given', () => {
    const template = "{{ strftime_now('%Y-%m-%d %H:%M:%S %j %a %b') }}"
    expect(render({ template, messages: [] }, () => new Date(2026, 10, 9, 5, 4, 3))).toBe(
      '2026-11-09 05:04:03 313 Mon Nov',
    )
  })

  it('that is not Jinja is refused with its line', () => {
    expect(() => parseTemplate('a\n{% if %}')).toThrow(SyntaxProblem)
  })
})

describe('a hostile template', () => {
  it.each([
    ['loops without end', '{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}'],
    [
      'doubles a text',
      "{% set ns = namespace(x='xxxxxxxx') %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    ],
    ['repeats a text', "{{ 'x' * 1000000000 }}"],
    ['repeats a list', '{{ [1] * 1000000000 }}'],
    ['makes a long list', '{{ range(1000000000)|list }}'],
    ['pads a text', "{{ '%1000000000d' % 1 }}"],
    ['centres a text', "{{ 'x'|center(1000000000) }}"],
    ['calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}'],
    ['nests deeply', `{{ ${'['.repeat(100_000)}${']'.repeat(100_000)} }}`],
    [
      'replaces without end',
      "{% set ns = namespace(x='a') %}{% for a in range(99) %}{% set ns.x = ns.x|replace('a', 'aa') %}{% endfor %}",
    ],
    ['makes a great number', '{{ 10 ** 10 ** 10 }}'],
  ])('that %s comes to an end', (_, template) => {
    expect(() => render({ template, messages: [] })).toThrow()
  })

  it.each(['constructor', '__proto__', '__class__', 'prototype'])('cannot reach %s', (name) => {
    const template = `{{ messages[0].${name} }}{{ ''.${name} }}{{ messages.${name} }}{{ messages[0]['${name}'] }}`
    let text = ''
    try {
      text = render({ template, messages: [{ role: 'user' }] })
    } catch {
      // The sandbox refuses.
    }
    expect(text).toBe('')
  })
})
