import { describe, expect, it } from 'vitest'
import { BatchPlan, rowsPerBatch, shuffledIndices, stepsPerEpoch } from './batches.ts'

const settings = (batchSize: number, accumulation = 1, seed = 1) => ({
  'training.batch_size': batchSize,
  'training.grad_accumulation': accumulation,
  'environment.seed': seed,
})

describe('shuffling', () => {
  it('keeps every index once, in an order of the seed and the epoch', () => {
    const order = shuffledIndices(50, 1, 1)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index))
    expect(shuffledIndices(50, 1, 1)).toEqual(order)
    expect(shuffledIndices(50, 1, 2)).not.toEqual(order)
    expect(shuffledIndices(50, 2, 1)).not.toEqual(order)
  })

  it('puts every index at every place equally often', () => {
    const counts = Array.from({ length: 5 }, () => Array.from({ length: 5 }, () => 0))
    for (let epoch = 0; epoch < 5000; epoch++)
      shuffledIndices(5, 1, epoch).forEach((index, place) => counts[place]![index]!++)
    for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})

describe('batches', () => {
  it('count the steps of an epoch: full batches only, accumulated, and at least one', () => {
    expect([stepsPerEpoch(10, settings(4)), stepsPerEpoch(11, settings(4)), stepsPerEpoch(12, settings(4))]).toEqual([
      2, 2, 3,
    ])
    expect([stepsPerEpoch(12, settings(2, 4)), stepsPerEpoch(3, settings(4)), stepsPerEpoch(0, settings(4))]).toEqual([
      2, 1, 0,
    ])
    expect(rowsPerBatch(3, settings(4))).toBe(3)
  })

  it('use a row at most once an epoch, and the leftover rows in other epochs', () => {
    const plan = new BatchPlan(10, settings(4))
    const epochs = Array.from({ length: 20 }, (_, epoch) =>
      [...plan.batchesOf(2 * epoch), ...plan.batchesOf(2 * epoch + 1)].flat(),
    )
    for (const rows of epochs) expect(new Set(rows).size).toBe(8)
    expect(new Set(epochs.flat()).size).toBe(10)
  })

  it('flush what is left of an accumulation window at the end of an epoch', () => {
    const plan = new BatchPlan(12, settings(2, 4))
    expect([plan.batchesOf(0).length, plan.batchesOf(1).length, plan.batchesOf(2).length]).toEqual([4, 2, 4])
  })

  it('are the same whatever was asked for before: resuming needs only the step', () => {
    const [unbroken, resumed] = [new BatchPlan(10, settings(3, 2)), new BatchPlan(10, settings(3, 2))]
    const all = Array.from({ length: 12 }, (_, step) => unbroken.batchesOf(step))
    expect([7, 11, 3].map((step) => resumed.batchesOf(step))).toEqual([7, 11, 3].map((step) => all[step]))
  })
})
