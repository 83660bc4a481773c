import { expect, it } from 'vitest'
import { menuOffset } from './measures.ts'

const topOf = (pointPx: number, heightPx: number, windowPx: number) => pointPx + menuOffset(pointPx, heightPx, windowPx)

it('puts a menu below its point, higher where it would leave the window, and at the top where it is too tall', () => {
  expect(topOf(100, 400, 800)).toBe(102)
  expect(topOf(700, 400, 800) + 400).toBe(786)
  expect(topOf(700, 900, 800)).toBe(14)
  expect(topOf(5, 900, 800)).toBe(7)
})
