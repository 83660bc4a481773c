import type { SettingValues } from '../contract/index.ts'
import { randomUniform } from './rng.ts'

/** 0 … count-1 in an order that depends only on the seed and the epoch (Fisher–Yates). */
export function shuffledIndices(count: number, seed: number, epoch: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(randomUniform(seed, 'shuffle', epoch, index) * (index + 1))
    const swapped = order[index] as number
    order[index] = order[other] as number
    order[other] = swapped
  }
  return order
}

type BatchSettings = Pick<SettingValues, 'training.batch_size' | 'training.grad_accumulation'>

/** Rows of one micro-batch: never more than there are. */
export const rowsPerBatch = (trainRowCount: number, settings: BatchSettings): number => Math.min(settings['training.batch_size'], trainRowCount)

/** Optimizer steps of one epoch. The rows left over after the last full batch wait for another epoch's order, as in H2O LLM Studio. */
export function stepsPerEpoch(trainRowCount: number, settings: BatchSettings): number {
  if (trainRowCount === 0) return 0
  const batches = Math.floor(trainRowCount / rowsPerBatch(trainRowCount, settings))
  return Math.ceil(batches / settings['training.grad_accumulation'])
}

/** The micro-batches of one optimizer step, each a list of row indices. `step` counts from 0 over the whole run. */
export function batchesOfStep(trainRowCount: number, settings: BatchSettings & Pick<SettingValues, 'environment.seed'>, step: number): number[][] {
  const perEpoch = stepsPerEpoch(trainRowCount, settings)
  const size = rowsPerBatch(trainRowCount, settings)
  const order = shuffledIndices(trainRowCount, settings['environment.seed'], 1 + Math.floor(step / perEpoch))
  const accumulation = settings['training.grad_accumulation']
  const first = (step % perEpoch) * accumulation
  const last = Math.min(first + accumulation, Math.floor(trainRowCount / size))
  return Array.from({ length: last - first }, (_, index) => order.slice((first + index) * size, (first + index + 1) * size))
}
