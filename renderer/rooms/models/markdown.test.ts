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

it('keeps markup as text', () => {
  expect(parseBlocks('<script>alert(1)</script>')).toEqual([{ kind: 'paragraph', text: '<script>alert(1)</script>' }])
})
