import type { Row } from '../../../../core/contract/index.ts'
import { withCells } from './pageCache.ts'

/** A row as the grid shows it: `rowId` is null while the row exists only here. */
export interface ShownRow {
  readonly rowId: Row['rowId'] | null
  readonly cells: readonly (string | null)[]
  readonly clipped?: readonly number[]
  /** The row's index in the dataset where only some rows are shown. */
  readonly index?: number
}

/** Values that were written but not yet confirmed, shown over what the pages say. */
export interface PendingBlock {
  readonly top: number
  readonly left: number
  readonly values: readonly (readonly (string | null)[])[]
}

/**
 * The edits on their way to the host, oldest first.
 *
 *   shown ──confirmed──► gone, or lingering until the page that holds it was read ──► gone
 *     └────refused──────► gone
 */
export interface PendingEdits {
  add(block: PendingBlock): void
  /** Ends a block: true where it was still there. `linger` keeps it visible until `dropLingering`. */
  settle(block: PendingBlock, linger: boolean): boolean
  /** Drops the lingering blocks for which the condition holds. */
  dropLingering(condition: (block: PendingBlock) => boolean): void
  /** The row with all pending values over it. */
  over(index: number, row: ShownRow | undefined): ShownRow | undefined
  /** Rows, those that pending blocks append included. */
  rowCount(of: number): number
}

export const bottomOf = (block: PendingBlock): number => block.top + block.values.length - 1

/** An empty list of pending edits. */
export function createPendingEdits(): PendingEdits {
  let blocks: readonly PendingBlock[] = []
  let lingering: readonly PendingBlock[] = []
  const all = (): readonly PendingBlock[] => [...lingering, ...blocks]
  return {
    add(block) {
      blocks = [...blocks, block]
    },
    settle(block, linger) {
      if (!blocks.includes(block)) return false
      blocks = blocks.filter((other) => other !== block)
      if (linger) lingering = [...lingering, block]
      return true
    },
    dropLingering(condition) {
      lingering = lingering.filter((block) => !condition(block))
    },
    over: (index, row) =>
      all().reduce((shown, block) => {
        const values = block.values[index - block.top]
        return values ? overlay(shown ?? { rowId: null, cells: [] }, block.left, values) : shown
      }, row),
    rowCount: (of) => all().reduce((count, block) => Math.max(count, bottomOf(block) + 1), of),
  }
}

function overlay(row: ShownRow, left: number, values: readonly (string | null)[]): ShownRow {
  if (row.rowId !== null) return withCells({ ...row, rowId: row.rowId }, left, values)
  const cells = Array.from(
    { length: Math.max(row.cells.length, left + values.length) },
    (_, index) => row.cells[index] ?? null,
  )
  values.forEach((value, index) => (cells[left + index] = value))
  return { rowId: null, cells }
}
