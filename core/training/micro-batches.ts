import { isOutOfMemory } from '../runtime/index.ts'
import type { TokenRow } from '../samples/token-row.ts'
import type { MemoryStrategy } from './memory-strategy.ts'
import type { PackedBatch } from './packing.ts'

export interface MicroBatchParts {
  readonly memory: MemoryStrategy
  readonly pack: (rows: readonly TokenRow[]) => PackedBatch
  /** Closes the sessions of steps, losses and answers. */
  readonly free: () => void
}

/** One optimizer step over its batches. */
export interface MicroBatchStep<T> {
  readonly batches: readonly (readonly TokenRow[])[]
  readonly step: (packed: readonly PackedBatch[]) => Promise<T>
  /** Told of fewer rows at once than before. */
  readonly onReduced: (rows: number) => void
}

/**
 * Runs a step on its batches, cut into micro-batches as memory needs it (memory-strategy.ts). The loss is averaged over
 * the tokens of all, so the step stays the same. Throws the UserError `runtime/out-of-memory` that single rows run
 * into, and every other error of the step.
 */
export async function runInMicroBatches<T>(
  { memory, pack, free }: MicroBatchParts,
  { batches, step, onReduced }: MicroBatchStep<T>,
): Promise<T> {
  for (;;) {
    const before = memory.microBatchRows
    const parts = batches.flatMap((rows) => cut(rows, before ?? rows.length))
    try {
      const result = await step(parts.map(pack))
      memory.tell({ kind: 'step-done' })
      return result
    } catch (error) {
      const rows = Math.max(...parts.map(({ length }) => length))
      if (!isOutOfMemory(error) || memory.tell({ kind: 'step-short', rows }) !== 'retry') throw error
      free()
      const { microBatchRows } = memory
      if (microBatchRows !== null && microBatchRows !== before) onReduced(microBatchRows)
    }
  }
}

function cut(rows: readonly TokenRow[], count: number): (readonly TokenRow[])[] {
  const size = Math.max(1, count)
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  )
}
