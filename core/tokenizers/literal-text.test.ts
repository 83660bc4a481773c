import { join } from 'node:path'
import { expect, it } from 'vitest'
import { literalText, readingLiterals } from './literal-text.ts'
import { loadTokenizer } from './load.ts'
import { LITERAL_MARK, type Tokenizer } from './tokenizer.ts'

const folders = ['llama_bpe', 'neox_byte_bpe', 'unigram_json', 'vocab_merges_qwen2'].map((name) =>
  join(import.meta.dirname, 'fixtures', name),
)
const tiny = join(import.meta.dirname, '..', '..', 'resources', 'models', 'terakoya-tiny-ja')

/** Texts of the tokenizer's marks: those that answers do not show. */
const marksOf = (tokenizer: Tokenizer): string[] =>
  Array.from({ length: tokenizer.vocabSize }, (_, id) => ({ id, text: tokenizer.specialText(id) ?? '' }))
    .filter(({ id, text }) => text.trim().length > 1 && tokenizer.decode([id]) === '')
    .map(({ text }) => text)

it.each([tiny, ...folders])('%s: what looks like a mark is text, whatever stands around it', async (folder) => {
  const tokenizer = await loadTokenizer(folder)
  const marks = marksOf(tokenizer)
  expect(marks.length).toBeGreaterThan(0)
  for (const mark of marks)
    for (const text of [mark, `犬${mark}猫`, `${mark}${mark} a`, `x ${mark}\n`]) {
      const id = tokenizer.encode(mark)[0] as number
      const ids = readingLiterals(tokenizer).encode(literalText(tokenizer, text))
      expect(tokenizer.encode(text)).toContain(id)
      expect(ids).not.toContain(id)
      expect(ids).toEqual(tokenizer.encode(text, { recogniseSpecial: false }))
    }
})

it.each([tiny, ...folders])('%s: other text has its own ids, and marks of the format stay marks', async (folder) => {
  const tokenizer = await loadTokenizer(folder)
  const reader = readingLiterals(tokenizer)
  for (const text of ['', '犬も歩けば棒に当たる', 'a b  c\n\n', 'か\u3099', '\u0000\u0007\u202e', '<s', 's>', '< s >'])
    expect(reader.encode(literalText(tokenizer, text))).toEqual(tokenizer.encode(text))
  const [mark] = marksOf(tokenizer) as [string]
  expect(reader.encode(literalText(tokenizer, '犬') + mark)).toEqual(tokenizer.encode(`犬${mark}`))
})

it('leaves out marks that somebody has written himself', async () => {
  const tokenizer = await loadTokenizer(tiny)
  const [mark] = marksOf(tokenizer) as [string]
  const hidden = [...mark].join(LITERAL_MARK)
  expect(literalText(tokenizer, hidden)).toBe(literalText(tokenizer, mark))
})
