import { expect, it } from 'vitest'
import { parseBlocks } from './markdown.ts'

it('reads headings, joined paragraphs, lists and code, and leaves out front matter', () => {
  const card =
    '---\nlicense: apache-2.0\n---\n# 名前\n一行目です。\n二行目です。\n\n- **太字** の項目\n- `コード`\n```\na = 1\n```\nEnd of\nthe card'
  expect(parseBlocks(card)).toEqual([
    { kind: 'heading', level: 1, text: '名前' },
    { kind: 'paragraph', text: '一行目です。二行目です。' },
    { kind: 'list', items: ['太字 の項目', 'コード'] },
    { kind: 'code', text: 'a = 1' },
    { kind: 'paragraph', text: 'End of the card' },
  ])
})

const body = [{ kind: 'paragraph', text: '本文' }]

it.each([
  ['as it should be', '---\nlicense: mit\n---\n本文'],
  ['after a byte order mark', '\uFEFF---\nlicense: mit\n---\n本文'],
  ['after blank lines', '\n\n---\nlicense: mit\n---\n本文'],
  ['with the line ends of Windows', '---\r\nlicense: mit\r\n---\r\n本文'],
  ['with the line ends of an old Mac', '---\rlicense: mit\r---\r本文'],
  ['with blanks after the dashes', '--- \nlicense: mit\n---  \n本文'],
  ['that ends with dots', '---\nlicense: mit\n...\n本文'],
  ['that is empty', '---\n---\n本文'],
  [
    'with lists, comments, blank lines and texts of several lines',
    '---\n# c\ntags:\n- ja\n  - en\n\nabout: |\n  一行目\n  二行目\n"a b": [1,\n2]\n---\n本文',
  ],
])('leaves out front matter %s', (_, card) => {
  expect(parseBlocks(card)).toEqual(body)
})

it('leaves out nothing but front matter: also nothing where it never ends', () => {
  expect(parseBlocks('---\nlicense: mit\n---')).toEqual([])
  expect(parseBlocks('---\n本文')).toEqual(body)
  expect(parseBlocks('---\n本文\n\n---\n本文')).toEqual([...body, ...body])
})

it('shows no lines that only divide, and reads headings that are underlined', () => {
  expect(parseBlocks('題\n===\n節\n---\n本文\n\n---\n***\n_ _ _\n本文')).toEqual([
    { kind: 'heading', level: 1, text: '題' },
    { kind: 'heading', level: 2, text: '節' },
    ...body,
    ...body,
  ])
})

it('keeps markup as text', () => {
  expect(parseBlocks('<script>alert(1)</script>')).toEqual([{ kind: 'paragraph', text: '<script>alert(1)</script>' }])
})
