import { isOutOfMemory } from '../runtime/index.ts'
import type { PackedBatch, TokenRow } from './packing.ts'

/** Cuts batches into as many micro-batches as memory needs; the loss is averaged over the tokens of all, so the step stays the same. */
export class MicroBatches {
  /** So many rows are computed at once; null: whole batches. */
  rows: number | null
  readonly #pack: (rows: readonly TokenRow[]) => PackedBatch

  constructor(pack: (rows: readonly TokenRow[]) => PackedBatch, rows: number | null = null) {
    this.#pack = pack
    this.rows = rows
  }

  /** Runs `step` on the batches; where memory is short, with half the rows at once until it fits, told by `onReduced`. Throws what even single rows run into. */
  async run<T>(batches: readonly (readonly TokenRow[])[], step: (packed: readonly PackedBatch[]) => Promise<T>, onReduced: (rows: number) => void): Promise<T> {
    for (;;) {
      const parts = batches.flatMap((rows) => this.#cut(rows))
      try {
        return await step(parts.map((rows) => this.#pack(rows)))
      } catch (error) {
        const largest = Math.max(...parts.map((rows) => rows.length))
        if (!isOutOfMemory(error) || largest === 1) throw error
        this.rows = Math.ceil(largest / 2)
        onReduced(this.rows)
      }
    }
  }

  #cut(rows: readonly TokenRow[]): (readonly TokenRow[])[] {
    const size = Math.max(1, this.rows ?? rows.length)
    return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) => rows.slice(index * size, (index + 1) * size))
  }
}
