import { expect, it } from 'vitest'
import { jsonNormalizer } from './json-normalizer.ts'

const applied = (json: object, text: string) => jsonNormalizer(json)?.(text)
const replace = (pattern: object, content: string) => ({ type: 'Replace', pattern, content })

// Each expectation was given by the Python package tokenizers 0.23.2.
it.each([
  [replace({ Regex: '^' }, '▁'), 'a\nb\n', '▁a\n▁b\n'],
  [replace({ Regex: '(?<!\\n)^' }, '▁'), 'a\nb\r\nc\u2028d', '▁a\nb\r\nc\u2028d'],
  [replace({ Regex: 'b$' }, 'X'), 'ab\nab', 'aX\naX'],
  [replace({ Regex: 'a' }, '$0x'), 'a', '$0x'],
  [replace({ String: 'a' }, '$&'), 'a', '$&'],
  [{ type: 'Lowercase' }, 'ΑΣ İ', 'ασ i̇'],
  [{ type: 'Strip', strip_left: true, strip_right: true }, '\ufeff \u0085x\u001f\u3000', '\ufeff \u0085x\u001f'],
])('%j', (json, text, expected) => {
  expect(applied(json, text)).toBe(expected)
})

it('never puts anything between the halves of a surrogate pair', () => {
  expect(applied(replace({ Regex: '^' }, '▁'), '𠮷😀\n𠮷')).toBe('▁𠮷😀\n▁𠮷')
})

it('does not know kinds or expressions that it cannot follow', () => {
  expect([
    jsonNormalizer({ type: 'constructor' }),
    jsonNormalizer(replace({ Regex: '(?<a' }, '')),
    jsonNormalizer({ type: 'Sequence', normalizers: [{ type: 'Nmt' }] }),
  ]).toEqual([null, null, null])
})
