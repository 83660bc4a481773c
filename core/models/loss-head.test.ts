import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../contract/index.ts'
import { gradients } from '../graph/autodiff.ts'
import { Builder } from '../graph/builder.ts'
import type { Value } from '../graph/ir.ts'
import { mul, reshape } from '../graph/ops/index.ts'
import { total } from '../graph/total.ts'
import { runProgram } from '../kernels/run-program.ts'
import { lossHead, lossHeadOf, type LossHead } from './loss-head.ts'

interface Recorded {
  smoothing: number
  head: {
    loss: number
    x: number[][]
    weight: number[][]
    labels: number[]
    losses: number[]
    dx: number[][]
    dweight: number[][]
  }
}

// torch.nn.functional.cross_entropy with label_smoothing, by tools/record-label-smoothing.py.
const { smoothing, head } = JSON.parse(
  await readFile(join(import.meta.dirname, 'label-smoothing.fixture.json'), 'utf8'),
) as Recorded
const M = head.labels.length
const width = head.x[0]!.length
const counted = head.labels.map((label) => label >= 0)

/** Losses, loss and gradients of the recorded output layer; ignored labels weigh nothing. */
async function run(losses: LossHead, { isTrained }: { isTrained: boolean }) {
  const b = new Builder()
  const [x, weight] = [b.input('x', 'float32', ['M', width]), b.input('weight', 'float32', [head.weight.length, width])]
  const each = losses.losses({ x, weight, cap: null, isTrained }, b.input('labels', 'int64', ['M']))
  const row = (value: Value) => reshape(value, [1, 'M'])
  const loss = total(mul(row(each), row(b.input('weights', 'float32', ['M']))))
  const found = gradients(loss, isTrained ? [x, weight] : [x])
  b.output('losses', each)
  b.output('loss', loss)
  found.forEach((d, index) => b.output(index === 0 ? 'dx' : 'dweight', d))
  const share = 1 / counted.filter(Boolean).length
  return (await runProgram(
    b.build(),
    {
      x: Float32Array.from(head.x.flat()),
      weight: Float32Array.from(head.weight.flat()),
      labels: BigInt64Array.from(head.labels, (label) => BigInt(Math.max(0, label))),
      weights: Float32Array.from(counted, (counts) => (counts ? share : 0)),
    },
    { M, 'M/K': M / 4 },
  )) as Record<string, Float32Array>
}

const expectClose = (found: ArrayLike<number>, wanted: readonly number[]) => {
  expect(found).toHaveLength(wanted.length)
  for (const [index, value] of wanted.entries()) expect(found[index]).toBeCloseTo(value, 5)
}

describe('label smoothing against torch', () => {
  const settings = { ...defaultSettings(), 'training.label_smoothing': smoothing }
  it.each([
    ['at once, as the settings ask', lossHeadOf(settings, { maxTokens: M, isPadded: true }), true],
    ['in four chunks', lossHead({ chunks: 4, smoothing }), false],
  ] as const)('%s', async (_how, losses, isTrained) => {
    const found = await run(losses, { isTrained })
    expectClose(found['loss']!, [head.loss])
    expectClose(
      found['losses']!.filter((_, index) => counted[index]),
      head.losses.filter((_, index) => counted[index]),
    )
    expectClose(found['dx']!, head.dx.flat())
    if (isTrained) expectClose(found['dweight']!, head.dweight.flat())
  })
})
