import { describe, expect, it } from 'vitest'
import { chainsOf, conversationGroups, type ChainLink } from './sample-chains.ts'

const link = (id?: string, parentId?: string): ChainLink => ({
  ...(id === undefined ? {} : { id }),
  ...(parentId === undefined ? {} : { parentId }),
})
// a ← b ← d, a ← c; e alone; f answers to a row that is not there.
const tree = [link('d', 'b'), link('a', ''), link('b', 'a'), link('c', 'a'), link('e'), link('f', 'gone')]

describe('chains', () => {
  it('are the rows from the root to each row', () => {
    expect(chainsOf(tree, { wholeOnly: false })).toEqual([
      { row: 0, rows: [1, 2, 0] },
      { row: 1, rows: [1] },
      { row: 2, rows: [1, 2] },
      { row: 3, rows: [1, 3] },
      { row: 4, rows: [4] },
      { row: 5, rows: [5] },
    ])
  })

  it('are only those that nobody answers to, where whole conversations are asked for', () => {
    expect(chainsOf(tree, { wholeOnly: true })).toEqual([
      { row: 0, rows: [1, 2, 0] },
      { row: 3, rows: [1, 3] },
      { row: 4, rows: [4] },
      { row: 5, rows: [5] },
    ])
  })

  it('compare whole numbers by their value, as columns with empty cells write them', () => {
    expect(chainsOf([link('7', ''), link('8', '7.0')], { wholeOnly: false })[1]).toEqual({ row: 1, rows: [0, 1] })
  })

  it('name rows that come twice and rows that lead back to themselves, with everything that answers to these', () => {
    expect(
      chainsOf([link('a'), link('a'), link('b', 'c'), link('c', 'b'), link('d', 'd'), link('e', 'd')], {
        wholeOnly: false,
      }),
    ).toEqual([
      { row: 0, rows: [0] },
      { row: 1, issue: 'id-duplicate' },
      { row: 2, issue: 'parent-circular' },
      { row: 3, issue: 'parent-circular' },
      { row: 4, issue: 'parent-circular' },
      { row: 5, issue: 'parent-circular' },
    ])
  })

  it('leave rows without ids alone', () => {
    expect(chainsOf([link(), link()], { wholeOnly: true })).toEqual([
      { row: 0, rows: [0] },
      { row: 1, rows: [1] },
    ])
  })
})

it('groups hold a conversation with all its branches together', () => {
  expect(conversationGroups(tree)).toEqual([0, 0, 0, 0, 4, 5])
  expect(conversationGroups([link('b', 'c'), link('x'), link('c', 'b')])).toEqual([0, 1, 0])
})
