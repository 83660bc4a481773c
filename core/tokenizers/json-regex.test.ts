import { expect, it } from 'vitest'
import { isExplosive, patternsIn } from './json-regex.ts'

// Patterns of published tokenizers: GPT-2, Llama 3, Qwen 2, o200k, BLOOM, DeepSeek, and digits in threes from the
// right.
it.each([
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+`,
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
  `[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
  ` ?[^(\\s|[.,!?…。，、।۔،])]+`,
  `[!"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_\`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+`,
  `(?<=\\p{N})(?=(\\p{N}{3})+(?!\\p{N}))`,
  ` {2,}`,
  `(?:\\r?\\n)+`,
  `[()+*]+`,
  `\\(a+\\)+`,
])('%s is accepted', (pattern) => expect(isExplosive(pattern)).toBe(false))

it.each([
  '(.+)+',
  '(a*)*b',
  '(?:a+)+$',
  '((a+)b?)+',
  '(x+x+)+y',
  '(a|b+){2,}',
  '(\\d+){100}',
  '([a-z]+)*',
  '(?:(?:a{2,})){3,}',
  'a'.repeat(100_001),
])('%s is refused', (pattern) => expect(isExplosive(pattern)).toBe(true))

it('finds patterns wherever they stand', () => {
  expect(
    patternsIn({
      type: 'Sequence',
      pretokenizers: [{ pattern: { Regex: 'a' } }, { pattern: { String: 'b' } }, { deep: [{ Regex: 'c' }] }],
    }),
  ).toEqual(['a', 'c'])
})
