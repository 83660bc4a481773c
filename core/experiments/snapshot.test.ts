import { describe, expect, it } from 'vitest'
import { heldOut } from './snapshot.ts'

describe('rows held out for validation', () => {
  it('are as many as asked for, the same for the same seed', () => {
    const links = Array.from({ length: 100 }, () => ({}))
    expect(heldOut(links, 7, 1).size).toBe(7)
    expect([...heldOut(links, 7, 1)]).toEqual([...heldOut(links, 7, 1)])
    expect([...heldOut(links, 7, 2)]).not.toEqual([...heldOut(links, 7, 1)])
  })

  it('hold whole conversations, so that none is in both parts, and leave something to learn', () => {
    const links = Array.from({ length: 30 }, (_, row) => ({ id: String(row), ...(row % 3 === 0 ? {} : { parentId: String(row - 1) }) }))
    const held = heldOut(links, 5, 4)
    expect(held.size).toBe(6)
    for (let row = 0; row < 30; row += 3) expect(new Set([row, row + 1, row + 2].map((member) => held.has(member))).size).toBe(1)
    expect(heldOut([{ id: 'a' }, { id: 'b', parentId: 'a' }], 1, 1).size).toBe(0)
  })
})
