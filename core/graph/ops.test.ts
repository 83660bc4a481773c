import { afterAll, describe, expect, it } from 'vitest'
import { openProgram, openTestRuntime } from '../kernels/run-program.ts'
import { gradients } from './autodiff.ts'
import { Builder } from './builder.ts'
import type { DType } from './ir.ts'
import {
  add,
  and,
  cast,
  concat,
  crossEntropyGradient,
  dropoutMask,
  equal,
  greaterOrEqual,
  less,
  matmul,
  reduceSum,
  reshape,
  slice,
  where,
} from './ops/index.ts'

const { runtime, kinds } = openTestRuntime()
afterAll(() => expect(runtime.live()).toEqual({ session: 0, tensor: 0, binding: 0 }))

const toInt32 = (value: number): number => value | 0
const odd = (count: number, seed: number): number[] =>
  Array.from({ length: count }, (_, index) => toInt32(Math.imul(index + seed, 0x9e3779b1) ^ (seed << 7)) | 1)

describe.each(kinds)('ops without a gradient on %s', (kind) => {
  async function run(
    inputs: Record<string, { dtype: DType; shape: number[]; values: readonly number[] }>,
    build: (b: Builder, values: Record<string, ReturnType<Builder['input']>>) => void,
  ) {
    const b = new Builder()
    build(
      b,
      Object.fromEntries(Object.entries(inputs).map(([name, { dtype, shape }]) => [name, b.input(name, dtype, shape)])),
    )
    const graph = await openProgram(runtime.device(kind), b.build())
    try {
      const results = await graph.run(
        Object.fromEntries(Object.entries(inputs).map(([name, { values }]) => [name, values])),
      )
      return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, Array.from(result, Number)]))
    } finally {
      graph.dispose()
    }
  }

  it('drops the elements that the wrapped product of two integers chooses', async () => {
    const [N, C, p] = [40, 60, 0.3]
    const [rows, columns] = [odd(N, 3), odd(C, 17)]
    const { mask } = await run(
      {
        rows: { dtype: 'int32', shape: [N, 1], values: rows },
        columns: { dtype: 'int32', shape: [C], values: columns },
      },
      (b, v) => b.output('mask', dropoutMask(v['rows']!, v['columns']!, { p })),
    )
    const threshold = Math.round(p * 2 ** 32 - 2 ** 31)
    expect(mask).toEqual(rows.flatMap((row) => columns.map((column) => Number(Math.imul(row, column) >= threshold))))
    expect(mask!.filter((kept) => kept === 0).length / (N * C)).toBeCloseTo(p, 1)
  })

  it('compares with broadcasting, also ties', async () => {
    const found = await run(
      { x: { dtype: 'int32', shape: [3, 1], values: [1, 2, 3] }, y: { dtype: 'int32', shape: [2], values: [2, 3] } },
      (b, v) => {
        const [x, y] = [v['x']!, v['y']!]
        const as = (name: string, value: typeof x) => b.output(name, cast(value, 'int32'))
        as('equal', equal(x, y))
        as('less', less(x, y))
        as('notLess', greaterOrEqual(x, y))
        as('both', and(less(x, y), equal(y, 3)))
      },
    )
    expect(found).toEqual({
      equal: [0, 0, 1, 0, 0, 1],
      less: [1, 1, 0, 1, 0, 0],
      notLess: [0, 0, 1, 0, 1, 1],
      both: [0, 1, 0, 1, 0, 0],
    })
  })

  it('gives the gradient of the cross entropy as softmax minus one-hot, times d', async () => {
    const { d } = await run(
      {
        logits: { dtype: 'float32', shape: [2, 3], values: [0, 0, 0, 5, 5, -1e4] },
        labels: { dtype: 'int64', shape: [2], values: [1, 0] },
        w: { dtype: 'float32', shape: [2], values: [3, -2] },
      },
      (b, v) => b.output('d', crossEntropyGradient(v['logits']!, v['labels']!, v['w']!)),
    )
    expect(d!.map((value) => Math.round(value * 1e5) / 1e5)).toEqual([1, -2, 1, 1, -1, -0])
  })
})

describe('shape rules', () => {
  const b = new Builder()
  const x = b.input('x', 'float32', ['B', 3])

  it('say what they expected and what they got', () => {
    expect(() => add(x, b.input('y', 'float32', [2, 2]))).toThrow('cannot broadcast [B,3] with [2,2]')
    expect(() => add(x, b.input('i', 'int32', [3]))).toThrow(
      'Add: expected two values of one type, got float32[B,3] and int32[3]',
    )
    expect(() => matmul(x, x)).toThrow(
      'MatMul: expected inner sizes to agree (transX false, transY false), got float32[B,3] and float32[B,3]',
    )
    expect(() => slice(x, { axis: 1, start: 2, end: 4 })).toThrow(
      'Slice: expected 2 to 4 inside axis 1, got float32[B,3]',
    )
    expect(() => slice(x, { axis: 0, start: 0, end: 1 })).toThrow('axis 0 of [B,3] has no known size')
    expect(() => dropoutMask(x, x, { p: 2 })).toThrow('DropoutMask')
  })

  it('give a number the element type of the other operand', () => {
    const i = b.input('counts', 'int64', ['B', 1])
    expect([add(i, 2), less(1, i), equal(x, 3)].map(({ dtype, shape }) => [dtype, shape])).toEqual([
      ['int64', ['B', 1]],
      ['bool', ['B', 1]],
      ['bool', ['B', 3]],
    ])
    expect(add(i, 2).source).toMatchObject({ node: { inputs: [i, { dtype: 'int64', source: { data: [2] } }] } })
    expect(where(equal(x, 3), 1, 0).dtype).toBe('float32')
    expect(where(equal(x, 3), cast(x, 'float16'), 0).dtype).toBe('float16')
  })

  it('refuse values of two graphs, and none', () => {
    expect(() => add(x, new Builder().input('x', 'float32', ['B', 3]))).toThrow('Add: expected values of one graph')
    expect(() => concat([], 0)).toThrow('Concat: expected values of one graph, got none')
  })

  it('stop gradients that would pass an op without one', () => {
    const p = b.input('p', 'float32', [3])
    const loss = reduceSum(
      crossEntropyGradient(reshape(p, [1, 3]), b.input('label', 'int64', [1]), b.constant([1])),
      [0, 1],
      false,
    )
    expect(() => gradients(loss, [p])).toThrow(
      'CrossEntropyGradient has no gradient: second derivatives are not needed',
    )
    expect(() => gradients(reduceSum(p, [0], false), [b.input('q', 'float32', [1])])).toThrow(
      'the loss does not depend on target',
    )
  })
})
