import { expect, it } from 'vitest'
import { jsonDecoder } from './piece-text.ts'

function decoded(decoder: object | null, pieces: readonly string[]): string[] {
  const stream = jsonDecoder(decoder)!((id) => pieces[id]!)
  return [...pieces.map((_, id) => stream.push(id)), stream.end()]
}

const metaspace = (prepend_scheme: string) => ({
  type: 'Sequence',
  decoders: [{ type: 'ByteFallback' }, { type: 'Metaspace', replacement: '▁', prepend_scheme }],
})
const llama = {
  type: 'Sequence',
  decoders: [
    { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
    { type: 'Strip', content: ' ', start: 1, stop: 0 },
  ],
}
const llmJp = {
  type: 'Sequence',
  decoders: [
    { type: 'ByteFallback' },
    { type: 'Replace', pattern: { Regex: '▁' }, content: ' ' },
    { type: 'Fuse' },
    { type: 'Replace', pattern: { Regex: '(?<!\\n)^ ' }, content: '' },
  ],
}

it('takes off the blank that encoding put before a text', () => {
  const pieces = ['▁▁寺子', '▁屋']
  expect(
    [metaspace('always'), metaspace('never'), llama, llmJp, null].map((decoder) => decoded(decoder, pieces).join('')),
  ).toEqual(['寺子 屋', '  寺子 屋', ' 寺子 屋', ' 寺子 屋', '  寺子 屋'])
  expect(decoded(metaspace('first'), ['▁▁', '▁a']).join('')).toBe(' a')
})

it('holds an emoji back until its fourth byte', () => {
  expect(decoded(llama, ['<0xF0>', '<0x9F>', '<0x98>', '<0x80>', '▁a'])).toEqual(['', '', '', '😀', ' a', ''])
  expect(decoded({ type: 'ByteLevel' }, ['ð', 'Ł', 'ĺ', 'Ģ', 'a'])).toEqual(['', '', '', '😀', 'a', ''])
})

it('keeps a byte order mark, and shows a broken character as U+FFFD where it breaks off', () => {
  expect(decoded({ type: 'ByteLevel' }, ['ï»¿', 'ðŁĺ', 'a', 'ã'])).toEqual(['\ufeff', '', '\ufffda', '', '\ufffd'])
  expect(decoded(llama, ['<0xEF>', '<0xBB>', '<0xBF>', '<0xE3>', 'a'])).toEqual(['', '', '\ufeff', '', '\ufffda', ''])
})

it('writes the words of WordPiece with blanks between them', () => {
  const pieces = ['a', '##b', '.', 'do', 'not', '[SEP]']
  expect(
    [true, false].map((cleanup) => decoded({ type: 'WordPiece', prefix: '##', cleanup }, pieces).join('')),
  ).toEqual(['ab. do not [SEP]', 'ab . do not [SEP]'])
})

it('begins to show a text before its end, where the steps allow it', () => {
  const afterFuse = (...steps: object[]) => ({ type: 'Sequence', decoders: [{ type: 'Fuse' }, ...steps] })
  const strip = { type: 'Strip', content: ' ', start: 2, stop: 1 }
  expect(decoded(afterFuse(strip), [' ', '  a', ' ', ' ', 'b '])).toEqual(['', ' a', '', ' ', ' b', ''])
  const lines = { type: 'Replace', pattern: { Regex: '^ ' }, content: '' }
  expect(decoded(afterFuse(lines), [' ', ' a\n', ' b\n', '  c'])).toEqual(['', ' a\n', 'b\n', ' c', ''])
  const word = { type: 'Replace', pattern: { String: 'ab' }, content: 'c' }
  expect(decoded(afterFuse(word), ['a', 'b'])).toEqual(['', '', 'c'])
})

it('does not know kinds or expressions that it cannot follow', () => {
  expect([
    jsonDecoder({ type: 'constructor' }),
    jsonDecoder({ type: 'Sequence', decoders: [{ type: 'Unheard' }] }),
    jsonDecoder({ type: 'Replace', pattern: { Regex: '(?<a' }, content: '' }),
  ]).toEqual([null, null, null])
})
