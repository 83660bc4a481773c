import { describe, expect, it } from 'vitest'
import { Builder } from './builder.ts'
import { executionOrder } from './execution-order.ts'
import { add, cast, crossEntropy, exp, matmul, mul, neg, reshape, tanh } from './ops/index.ts'
import { peakBytes, sessionConstants, tensorBytesOf, type LivenessOptions } from './liveness.ts'

const cpu: LivenessOptions = { sizes: { N: 1000 }, provider: 'cpu', weights: 'constant' }
const PLACE = { file: 'w', offset: 0, length: 0 }
/** Bytes of a value [N, 64] float32, a multiple of 256. */
const WIDE = 256_000

describe('bytes of a tensor', () => {
  it.each([
    ['float32', [3], 'cuda', 256],
    ['float16', ['N', 64], 'cuda', WIDE / 2],
    ['float16', ['N', 64], 'cpu', WIDE / 2 + WIDE],
    ['int64', ['N', 64], 'cpu', 2 * WIDE],
    ['int4', ['N', 64], 'cuda', 32_000],
  ] as const)('%s %j on %s', (dtype, shape, provider, bytes) =>
    expect(tensorBytesOf({ dtype, shape }, { ...cpu, provider })).toBe(bytes),
  )

  it('are not known of a dimension without a size', () =>
    expect(() => tensorBytesOf({ dtype: 'float32', shape: ['Q'] }, cpu)).toThrow('dimension Q has no size'))
})

describe('the order in which nodes are computed', () => {
  it('goes backwards from the end, the latest input first', () => {
    const b = new Builder()
    const x = b.input('x', 'float32', ['N', 64])
    const early = exp(x)
    const late = neg(tanh(x))
    b.output('y', add(early, late))
    expect(executionOrder(b.build()).map(({ op }) => op.type)).toEqual(['Tanh', 'Neg', 'Exp', 'Add'])
  })
})

describe('the peak of a run', () => {
  it('is what lives at once: the forward values that a backward pass reads', () => {
    const b = new Builder()
    const x = b.input('x', 'float32', ['N', 64])
    const w = b.input('w', 'float32', [64, 64])
    const [one, two] = [matmul(x, w), matmul(matmul(x, w), w)]
    // Alive at the last product: it, what it reads and the first; the sum is bound to the caller's tensor.
    b.output('y', add(one, matmul(two, w)))
    expect(peakBytes(b.build(), cpu)).toBe(3 * WIDE)
  })

  it('counts a view with what it shows, and an elementwise result in the place of its dying input', () => {
    const b = new Builder()
    const x = b.input('x', 'float32', ['N', 64])
    const flat = reshape(exp(x), ['N', 1, 64])
    const y = tanh(reshape(flat, ['N', 64]))
    b.output('y', matmul(y, b.input('w', 'float32', [64, 64])))
    expect(peakBytes(b.build(), cpu)).toBe(WIDE)
  })

  it('keeps an input that is read again beside the elementwise result', () => {
    const b = new Builder()
    const y = exp(b.input('x', 'float32', ['N', 64]))
    const w = b.input('w', 'float32', [64, 64])
    b.output('z', matmul(mul(y, tanh(y)), w))
    expect(peakBytes(b.build(), cpu)).toBe(2 * WIDE)
  })

  it('counts what the lowered form of an operator makes on the way', () => {
    const b = new Builder()
    const logits = exp(b.input('x', 'float32', ['N', 64]))
    b.output('losses', crossEntropy(logits, b.input('labels', 'int64', ['N'])))
    expect(peakBytes(b.build(), cpu)).toBe(2 * WIDE)
  })

  it.each([
    ['input', 64 * 64 * 2],
    ['constant', 0],
  ] as const)('counts a weight in another type at each use where weights are %s', (weights, bytes) => {
    const b = new Builder()
    const w = cast(b.weight('w', 'float32', [64, 64], PLACE), 'float16')
    b.output('y', matmul(b.input('x', 'float16', ['N', 64]), w))
    expect(peakBytes(b.build(), { ...cpu, provider: 'cuda', weights })).toBe(bytes)
  })
})

it('finds what a session keeps of its weights: as they are read, with their readers', () => {
  const b = new Builder()
  const stored = b.weight('w', 'float16', [64, 64], PLACE)
  const wide = cast(stored, 'float32')
  const x = b.input('x', 'float32', ['N', 64])
  b.output('y', matmul(matmul(x, wide, { transY: true }), wide))
  const [found, ...others] = sessionConstants(b.build())
  expect(others).toEqual([])
  expect(found?.value).toBe(wide)
  expect(found?.uses.map(({ node, input }) => [node.attributes['transY'], input])).toEqual([
    [true, 1],
    [false, 1],
  ])
})
