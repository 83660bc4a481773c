import { expect, it } from 'vitest'
import { changeAt, columnsOption, move, unchanged } from './columnChoices.ts'

const sources = ['id', 'q', 'a']

it('leaves the option out while all is as in the file, also after a way there and back', () => {
  expect(columnsOption(unchanged(sources), sources)).toBeUndefined()
  expect(columnsOption(move(move(unchanged(sources), 0, 1), 1, -1), sources)).toBeUndefined()
})

it('drops, renames and moves columns; a blank name is the old one', () => {
  const choices = changeAt(changeAt(move(unchanged(sources), 2, -1), 1, { name: ' 回答 ' }), 0, { isKept: false })
  expect(columnsOption(choices, sources)).toEqual([
    { from: 'a', name: '回答' },
    { from: 'q', name: 'q' },
  ])
  expect(columnsOption(changeAt(unchanged(sources), 0, { name: ' ' }), sources)).toBeUndefined()
})
