import { describe, expect, it } from 'vitest'
import { randomUniform } from '../random/rng.ts'
import {
  decide,
  initialMemoryState,
  MemoryStrategy,
  type MemoryAction,
  type MemoryEvent,
  type MemoryState,
} from './memory-strategy.ts'

const beside = initialMemoryState()
const turns: MemoryState = { ...beside, sessions: 'turns' }
const used = { isUsed: true }
const fitting = (losses: number, answers: number) => ({ fittingRows: { losses, answers } })

describe('every transition', () => {
  const table: [string, MemoryState, MemoryEvent, MemoryAction, Partial<MemoryState>][] = [
    ['a step is done', beside, { kind: 'step-done' }, 'go-on', used],
    [
      'the first step is short',
      beside,
      { kind: 'step-short', rows: 7 },
      'retry',
      { sessions: 'turns', microBatchRows: 4 },
    ],
    ['a single row is short in clear memory', turns, { kind: 'step-short', rows: 1 }, 'give-up', {}],
    [
      'a later step is short',
      { ...beside, ...used },
      { kind: 'step-short', rows: 7 },
      'retry',
      { sessions: 'turns', isUsed: false, repeated: [7] },
    ],
    [
      'a size is short again after it was repeated',
      { ...turns, ...used, repeated: [7] },
      { kind: 'step-short', rows: 7 },
      'retry',
      { isUsed: false, microBatchRows: 4 },
    ],
    [
      'a single row is short whenever others ran before',
      { ...turns, ...used, repeated: [1] },
      { kind: 'step-short', rows: 1 },
      'retry',
      { isUsed: false },
    ],
    ['an evaluation begins beside training', { ...beside, ...used }, { kind: 'work-begins' }, 'go-on', {}],
    ['an evaluation begins in its turn', { ...turns, ...used }, { kind: 'work-begins' }, 'free', { isUsed: false }],
    ['losses are short beside training', beside, { kind: 'losses-short', rows: 8 }, 'retry', { sessions: 'turns' }],
    ['one loss is short beside training', beside, { kind: 'losses-short', rows: 1 }, 'retry', { sessions: 'turns' }],
    ['losses are short in their turn', turns, { kind: 'losses-short', rows: 5 }, 'retry', fitting(3, Infinity)],
    ['one loss is short in its turn', turns, { kind: 'losses-short', rows: 1 }, 'give-up', {}],
    [
      'answers are short beside training',
      beside,
      { kind: 'answers-short', rows: 2, areNeeded: false },
      'retry',
      { sessions: 'turns' },
    ],
    [
      'answers are short in their turn',
      turns,
      { kind: 'answers-short', rows: 2, areNeeded: false },
      'retry',
      fitting(Infinity, 1),
    ],
    ['an answer is short', turns, { kind: 'answers-short', rows: 1, areNeeded: false }, 'leave-out', {}],
    ['a needed answer is short', turns, { kind: 'answers-short', rows: 1, areNeeded: true }, 'give-up', {}],
    ['an evaluation gives up', turns, { kind: 'evaluation-short', isOnlyWork: false }, 'leave-out', {}],
    ['an evaluation without training gives up', turns, { kind: 'evaluation-short', isOnlyWork: true }, 'give-up', {}],
  ]
  it.each(table)('%s', (_, state, event, action, changes) =>
    expect(decide(state, event)).toEqual({ action, state: { ...state, ...changes } }),
  )
})

it('opens arenas of pieces until memory is short, then of blocks', () => {
  const memory = new MemoryStrategy(3)
  expect([memory.arena, memory.microBatchRows, memory.rowsAtOnce('losses', 0)]).toEqual(['pieces', 3, 1])
  memory.tell({ kind: 'losses-short', rows: 9 })
  memory.tell({ kind: 'losses-short', rows: 9 })
  expect([memory.arena, memory.rowsAtOnce('losses', 9), memory.rowsAtOnce('answers', 9)]).toEqual(['blocks', 5, 9])
})

/** The most tries of a work of so many rows: at first, beside others or again in clear memory, then halved to 1. */
const mostTries = (rows: number) => 2 + Math.ceil(Math.log2(rows))

describe.each(Array.from({ length: 200 }, (_, index) => index + 1))('a run on a moody device, seed %i', (seed) => {
  let drawn = 0
  const random = () => randomUniform(seed, 'shuffle', 0, drawn++)
  const memory = new MemoryStrategy()
  const batch = 1 + Math.floor(random() * 40)
  const short = () => random() < 0.6

  /** Work that may be short as often as it likes; how it ended, and what was tried. */
  function work(
    rowsNow: () => number,
    shortEvent: (rows: number) => MemoryEvent,
  ): { end: MemoryAction; tried: number[] } {
    const tried: number[] = []
    for (;;) {
      const rows = rowsNow()
      tried.push(rows)
      if (!short()) return { end: 'go-on', tried }
      const action = memory.tell(shortEvent(rows))
      if (action !== 'retry') return { end: action, tried }
    }
  }

  it('ends, never returns to a larger part, and never to sessions beside each other', () => {
    let arena = memory.arena
    let [stepRows, lossRows] = [batch, batch]
    for (let round = 0; round < 50; round++) {
      const step = work(
        () => Math.min(batch, memory.microBatchRows ?? batch),
        (rows) => ({ kind: 'step-short', rows }),
      )
      if (step.end === 'go-on') memory.tell({ kind: 'step-done' })
      expect(['go-on', 'give-up']).toContain(step.end)
      if (step.end === 'give-up') expect(step.tried.at(-1)).toBe(1)
      memory.tell({ kind: 'work-begins' })
      const losses = work(
        () => memory.rowsAtOnce('losses', batch),
        (rows) => ({ kind: 'losses-short', rows }),
      )
      for (const { tried } of [step, losses]) {
        expect(tried.length).toBeLessThanOrEqual(mostTries(batch))
        expect(tried).toEqual([...tried].sort((a, b) => b - a))
      }
      expect(step.tried[0]).toBeLessThanOrEqual(stepRows)
      expect(losses.tried[0]).toBeLessThanOrEqual(lossRows)
      ;[stepRows, lossRows] = [step.tried.at(-1)!, losses.tried.at(-1)!]
      if (arena === 'blocks') expect(memory.arena).toBe('blocks')
      arena = memory.arena
    }
  })

  it('repeats a size in clear memory at most once, but single rows', () => {
    let state = initialMemoryState()
    const repeats = new Map<number, number>()
    for (let round = 0; round < 300; round++) {
      const rows = Math.min(batch, state.microBatchRows ?? batch)
      const event: MemoryEvent = short() ? { kind: 'step-short', rows } : { kind: 'step-done' }
      const next = decide(state, event)
      if (next.action === 'retry' && next.state.microBatchRows === state.microBatchRows)
        repeats.set(rows, (repeats.get(rows) ?? 0) + 1)
      state = next.state
    }
    for (const [rows, count] of repeats) if (rows > 1) expect(count).toBe(1)
  })
})
