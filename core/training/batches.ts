import type { SettingValues } from '../contract/index.ts'
import { randomUniform } from '../random/rng.ts'

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
export const rowsPerBatch = (trainRowCount: number, settings: BatchSettings): number =>
  Math.min(settings['training.batch_size'], trainRowCount)

/** The settings with a batch of no more rows than there are: what takes memory, and what is done to save it. */
export const withRowsThereAre = <Settings extends BatchSettings>(
  settings: Settings,
  trainRowCount: number,
): Settings => ({ ...settings, 'training.batch_size': rowsPerBatch(trainRowCount, settings) })

/**
 * Optimizer steps of one epoch. The rows left over after the last full batch wait for another epoch's order, as in H2O
 * LLM Studio.
 */
export function stepsPerEpoch(trainRowCount: number, settings: BatchSettings): number {
  if (trainRowCount === 0) return 0
  const batches = Math.floor(trainRowCount / rowsPerBatch(trainRowCount, settings))
  return Math.ceil(batches / settings['training.grad_accumulation'])
}

/** Which rows each step learns from: a pure function of the step, so that resuming needs nothing but its number. */
export class BatchPlan {
  readonly #rowCount: number
  readonly #settings: BatchSettings & Pick<SettingValues, 'environment.seed'>
  #epoch: { readonly index: number; readonly order: readonly number[] } | null = null

  constructor(trainRowCount: number, settings: BatchSettings & Pick<SettingValues, 'environment.seed'>) {
    this.#rowCount = trainRowCount
    this.#settings = settings
  }

  /** The micro-batches of one optimizer step, each a list of row indices. `step` counts from 0 over the whole run. */
  batchesOf(step: number): number[][] {
    const perEpoch = stepsPerEpoch(this.#rowCount, this.#settings)
    const size = rowsPerBatch(this.#rowCount, this.#settings)
    const order = this.#orderOf(Math.floor(step / perEpoch))
    const accumulation = this.#settings['training.grad_accumulation']
    const first = (step % perEpoch) * accumulation
    const last = Math.min(first + accumulation, Math.floor(this.#rowCount / size))
    return Array.from({ length: last - first }, (_, index) =>
      order.slice((first + index) * size, (first + index + 1) * size),
    )
  }

  /** The order of an epoch, kept until another one is asked for. Order 0 has chosen the validation rows. */
  #orderOf(index: number): readonly number[] {
    if (this.#epoch?.index !== index)
      this.#epoch = { index, order: shuffledIndices(this.#rowCount, this.#settings['environment.seed'], 1 + index) }
    return this.#epoch.order
  }
}
