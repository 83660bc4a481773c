import { expect, it } from 'vitest'
import { parseBlocks as parse, parseSpans } from './markdown.ts'

const parseBlocks = (text: string) => parse(text, { as: 'card' })

it('reads headings, joined paragraphs, lists and code, and leaves out front matter', () => {
  const card =
    '---\nlicense: apache-2.0\n---\n# 名前\n一行目です。\n二行目です。\n\n- **太字** の項目\n- `コード`\n```\na = 1\n```\nEnd of\nthe card'
  expect(parseBlocks(card)).toEqual([
    { kind: 'heading', level: 1, text: '名前' },
    { kind: 'paragraph', text: '一行目です。二行目です。' },
    { kind: 'list', first: null, items: ['**太字** の項目', '`コード`'] },
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

it('keeps every line of a message, and what looks like front matter', () => {
  expect(parse('---\na: 1\n---\n一行目\n二行目', { as: 'message' })).toEqual([
    { kind: 'heading', level: 2, text: 'a: 1' },
    { kind: 'paragraph', text: '一行目\n二行目' },
  ])
})

it('numbers lists from where they begin, and reads quotes', () => {
  expect(parseBlocks('3. 三\n4. 四\n> 引用\n> 続き')).toEqual([
    { kind: 'list', first: 3, items: ['三', '四'] },
    { kind: 'quote', text: '引用\n続き' },
  ])
})

it('reads tables with or without outer bars, short and long rows, and alignment', () => {
  expect(parseBlocks('| a | b |\n|:--|--:|\n| 1 | 2 | 3 |\n| 4 |\n本文\n\nx | y\n:-: | -\nz')).toEqual([
    {
      kind: 'table',
      head: ['a', 'b'],
      aligns: ['start', 'end'],
      rows: [
        ['1', '2'],
        ['4', ''],
      ],
    },
    ...body,
    { kind: 'table', head: ['x', 'y'], aligns: ['center', 'start'], rows: [] },
    { kind: 'paragraph', text: 'z' },
  ])
  expect(parseBlocks('a | b')).toEqual([{ kind: 'paragraph', text: 'a | b' }])
})

it('marks bold and code, and writes links and pictures out', () => {
  expect(parseSpans('**太字**と`a**b**`と[名前](https://example.com/a)と![絵](http://x/y.png)')).toEqual([
    { kind: 'strong', text: '太字' },
    { kind: 'text', text: 'と' },
    { kind: 'code', text: 'a**b**' },
    { kind: 'text', text: 'と名前 (https://example.com/a)と絵 (http://x/y.png)' },
  ])
  expect(parseSpans('** 一つ * だけ `')).toEqual([{ kind: 'text', text: '** 一つ * だけ `' }])
})

it('reads long and hostile texts in time', () => {
  for (const text of ['|'.repeat(50_000), '['.repeat(50_000), '*'.repeat(50_000), '`'.repeat(50_000)])
    expect(parseSpans(text)).toEqual([{ kind: 'text', text }])
})
