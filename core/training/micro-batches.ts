import { isOutOfMemory } from '../runtime/index.ts'
import type { PackedBatch } from './packing.ts'
import type { TokenRow } from '../samples/token-row.ts'

export interface MicroBatchParts {
  readonly pack: (rows: readonly TokenRow[]) => PackedBatch
  /** Gives back what earlier batches have taken. */
  readonly makeRoom: () => void
}

/**
 * Cuts batches into as many micro-batches as memory needs; the loss is averaged over the tokens of all, so the step
 * stays the same.
 */
export class MicroBatches {
  /** So many rows are computed at once; null: whole batches. */
  rows: number | null
  readonly #parts: MicroBatchParts
  /** Whether a step has run since there was room: batches before may have left memory in pieces. */
  #isUsed = false
  /**
   * Sizes that were computed once more with room. If room is needed for one again, it is too large; but there is no
   * size below 1.
   */
  readonly #repeated = new Set<number>()

  constructor(parts: MicroBatchParts, rows: number | null = null) {
    this.#parts = parts
    this.rows = rows
  }

  /**
   * Runs `step` on the batches; where memory is short, once more with all that there is, then with half the rows at
   * once until it fits, told by `onReduced`. Throws what even single rows run into.
   */
  async run<T>(
    batches: readonly (readonly TokenRow[])[],
    step: (packed: readonly PackedBatch[]) => Promise<T>,
    onReduced: (rows: number) => void,
  ): Promise<T> {
    for (;;) {
      const parts = batches.flatMap((rows) => this.#cut(rows))
      try {
        const result = await step(parts.map((rows) => this.#parts.pack(rows)))
        this.#isUsed = true
        return result
      } catch (error) {
        const largest = Math.max(...parts.map((rows) => rows.length))
        const repeats = this.#isUsed && (largest === 1 || !this.#repeated.has(largest))
        if (!isOutOfMemory(error) || (largest === 1 && !repeats)) throw error
        this.#parts.makeRoom()
        this.#isUsed = false
        if (repeats) {
          this.#repeated.add(largest)
        } else {
          this.rows = Math.ceil(largest / 2)
          onReduced(this.rows)
        }
      }
    }
  }

  #cut(rows: readonly TokenRow[]): (readonly TokenRow[])[] {
    const size = Math.max(1, this.rows ?? rows.length)
    return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
      rows.slice(index * size, (index + 1) * size),
    )
  }
}
