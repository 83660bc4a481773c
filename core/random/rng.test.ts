import { describe, expect, it } from 'vitest'
import { fillOdd, randomBits, randomUniform, streams, type Stream } from './rng.ts'

const draws = (count: number, stream: Stream = 'shuffle', seed = 1) =>
  Array.from({ length: count }, (_, index) => randomUniform(seed, stream, 0, index))
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('random numbers by counter', () => {
  it('depend on nothing but seed, stream, key and index', () => {
    expect(randomBits(3, 'sampling', 4, 5)).toBe(randomBits(3, 'sampling', 4, 5))
    const neighbours = [
      randomBits(2, 'sampling', 4, 5),
      randomBits(3, 'shuffle', 4, 5),
      randomBits(3, 'sampling', 5, 5),
      randomBits(3, 'sampling', 4, 6),
    ]
    expect(new Set([...neighbours, randomBits(3, 'sampling', 4, 5)]).size).toBe(5)
  })

  it('are uniform in [0, 1) and uncorrelated from one index to the next', () => {
    const values = draws(20_000)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
    expect(mean(values)).toBeCloseTo(0.5, 2)
    expect(mean(values.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2)
    expect(mean(values.slice(1).map((value, index) => (value - 0.5) * ((values[index] as number) - 0.5)))).toBeCloseTo(
      0,
      2,
    )
  })

  it('differ between all streams', () =>
    expect(new Set((Object.keys(streams) as Stream[]).map((stream) => draws(3, stream).join())).size).toBe(
      Object.keys(streams).length,
    ))

  it('give odd integers of both signs for dropout, and drop the wanted share of products', () => {
    const [rows, columns] = [new Int32Array(256), new Int32Array(384)]
    fillOdd(rows, 9, 'dropoutRows', 2)
    fillOdd(columns, 9, 'dropoutColumns', 2)
    expect([...rows, ...columns].every((value) => value % 2 !== 0)).toBe(true)
    const threshold = Math.round(0.05 * 2 ** 32 - 2 ** 31)
    const dropped = (row: number) =>
      columns.filter((column) => Math.imul(row, column) < threshold).length / columns.length
    const shares = [...rows].map(dropped)
    expect(mean(shares)).toBeCloseTo(0.05, 2)
    expect(Math.max(...shares)).toBeLessThan(0.12)
  })
})
