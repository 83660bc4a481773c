import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../core/contract/index.ts'
import { mergeLog, mergeSteps, thinPoints } from './curve.ts'

const line = (count: number, y: (x: number) => number) => Array.from({ length: count }, (_, x) => ({ x, y: y(x) }))

describe('thinPoints', () => {
  it('leaves a short line as it is', () => {
    const points = line(5, (x) => x)
    expect(thinPoints(points, 10)).toBe(points)
  })

  it('keeps the ends, the order and every spike of 10,000 points', () => {
    const points = line(10_000, (x) => (x === 4321 ? 99 : 5 / (1 + x / 100)))
    const thin = thinPoints(points, 600)
    expect(thin.length).toBeLessThanOrEqual(600)
    expect([thin[0], thin.at(-1)]).toEqual([points[0], points.at(-1)])
    expect(thin.map(({ x }) => x)).toEqual([...thin.map(({ x }) => x)].sort((a, b) => a - b))
    expect(thin).toContainEqual({ x: 4321, y: 99 })
  })

  it('thins 10,000 points in a moment', () => {
    const points = line(10_000, Math.sin)
    const start = performance.now()
    for (let round = 0; round < 10; round += 1) thinPoints(points, 600)
    expect((performance.now() - start) / 10).toBeLessThan(20)
  })

  it('leaves out what is no number', () => {
    expect(
      thinPoints(
        [
          { x: 1, y: 1 },
          { x: 2, y: Number.NaN },
          { x: 3, y: 3 },
        ],
        10,
      ),
    ).toEqual([
      { x: 1, y: 1 },
      { x: 3, y: 3 },
    ])
  })
})

describe('mergeSteps', () => {
  const steps = (from: number, to: number, mark: string) =>
    Array.from({ length: to - from + 1 }, (_, index) => ({ step: from + index, mark }))

  it('appends', () => {
    expect(mergeSteps(steps(1, 2, 'a'), steps(3, 3, 'b'))).toEqual([...steps(1, 2, 'a'), ...steps(3, 3, 'b')])
  })

  it('replaces the steps that a resumed run repeats', () => {
    expect(mergeSteps(steps(1, 5, 'a'), steps(4, 6, 'b'))).toEqual([...steps(1, 3, 'a'), ...steps(4, 6, 'b')])
  })

  it('returns the same array where nothing is new', () => {
    const known = steps(1, 3, 'a')
    expect(mergeSteps(known, [])).toBe(known)
  })
})

it('does not repeat a log line that was both read and received', () => {
  const log = (time: string): LogLine => ({ time, level: 'info', code: 'run/checkpoint', facts: { step: 1 } })
  expect(mergeLog([log('1'), log('2')], [log('2'), log('3')])).toEqual([log('1'), log('2'), log('3')])
})
