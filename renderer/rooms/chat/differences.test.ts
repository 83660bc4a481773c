import { expect, it } from 'vitest'
import { differences } from './differences.ts'

const marked = (text: string, other: string) =>
  differences(text, other)
    .map((piece) => (piece.differs ? `[${piece.text}]` : piece.text))
    .join('')

it.each([
  ['同じ文です。', '同じ文です。', '同じ文です。'],
  ['東京は日本の首都です。', '京都は日本の古都です。', '[東京]は日本の[首都]です。'],
  ['The cat sat down', 'The dog sat', 'The [cat] sat[ down]'],
  ['全く違う', 'ABC', '[全く違う]'],
  ['', '何か', ''],
  ['何か', '', '何か'],
])('marks the words of %j that %j does not have', (text, other, expected) => {
  expect(marked(text, other)).toBe(expected)
})

it('loses no character, also in long texts, which are not compared', () => {
  const long = 'あいう '.repeat(5000)
  for (const [text, other] of [
    ['a  b\n\nc', 'b\nc d'],
    ['👨‍👩‍👧と犬', '犬'],
    [long, `${long}!`],
  ] as const)
    expect(
      differences(text, other)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text)
  expect(differences(long, `${long}!`)).toHaveLength(1)
})
