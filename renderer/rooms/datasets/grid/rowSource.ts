import type { Page } from '../../../../core/contract/index.ts'
import { createPageCache } from './pageCache.ts'
import { createPageReader } from './pageReader.ts'
import { bottomOf, createPendingEdits, type PendingBlock, type ShownRow } from './pendingEdits.ts'

export type { PendingBlock, ShownRow }

export interface DatasetShape {
  readonly rowCount: number
  readonly version: number
  /** Some rows are hidden: there is no place for new ones at the end. */
  readonly isFiltered?: boolean
}

/**
 * Reads pages near the visible rows and shows pending edits over them. Changes are announced to subscribers; the shape
 * comes from outside.
 */
export interface RowSource {
  readonly subscribe: (listener: () => void) => () => void
  /** Counts every visible change. */
  readonly revision: () => number
  /** Rows of the dataset and rows that pending edits add. */
  rowCount(): number
  /** With the empty row after the data, where typing appends; at least one. */
  reachableRows(): number
  isFiltered(): boolean
  row(index: number): ShownRow | undefined
  /** Asks for the rows of a span: the newest question wins, older ones are forgotten. */
  want(first: number, last: number): void
  /** A newer state of the dataset: pages older than its version are read again. */
  setShape(shape: DatasetShape): void
  /** Other rows than before: everything is read anew. */
  reset(shape: DatasetShape): void
  /** Shows values at once; `confirm` keeps them, `revert` takes them back. */
  showPending(block: PendingBlock): { confirm(): void; revert(): void }
  dispose(): void
}

export interface RowSourceOptions {
  readonly shape: DatasetShape
  /** Resolves to null where the page could not be read (already reported). */
  readonly loadPage: (offset: number, limit: number) => Promise<Page | null>
  readonly pageSize?: number
  readonly capacity?: number
}

/** A row source over `loadPage`; at most `capacity` pages stay in memory whatever the dataset's length. */
export function createRowSource({ shape, loadPage, pageSize = 100, capacity = 80 }: RowSourceOptions): RowSource {
  const cache = createPageCache({ pageSize, capacity })
  const pending = createPendingEdits()
  const { subscribe, revision, announce, unsubscribeAll } = createAnnouncer()
  let current = shape

  const take = (page: Page): void => {
    cache.put(page)
    if (page.version >= current.version) pending.dropLingering((block) => cache.row(bottomOf(block)) !== undefined)
    announce()
  }
  const reader = createPageReader({ loadPage, pageSize, shape: () => current, missing: cache.missing, take })

  const settle = (block: PendingBlock, keep: boolean): void => {
    if (keep) cache.bake(block.top, block.left, block.values)
    // An appended row would blink: no page holds it yet, and one that is in view will soon.
    const lingers = keep && cache.row(bottomOf(block)) === undefined && reader.isWanted(bottomOf(block))
    if (pending.settle(block, lingers)) announce()
  }

  return {
    subscribe,
    revision,
    rowCount: () => pending.rowCount(current.rowCount),
    reachableRows: () => (current.isFiltered ? Math.max(1, current.rowCount) : pending.rowCount(current.rowCount) + 1),
    isFiltered: () => current.isFiltered === true,
    row: (index) => pending.over(index, cache.row(index)),
    want: reader.want,
    setShape(next) {
      if (next.version < current.version) return
      current = next
      pending.dropLingering(() => true)
      announce()
      reader.refresh()
    },
    reset(next) {
      current = next
      cache.clear()
      pending.dropLingering(() => true)
      reader.restart()
      announce()
    },
    showPending(block) {
      pending.add(block)
      announce()
      return { confirm: () => settle(block, true), revert: () => settle(block, false) }
    },
    dispose() {
      reader.stop()
      unsubscribeAll()
      cache.clear()
    },
  }
}

/** Counts the visible changes and tells the subscribers of each. */
function createAnnouncer() {
  const listeners = new Set<() => void>()
  let revision = 0
  return {
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    revision: () => revision,
    announce: (): void => {
      revision += 1
      for (const listener of listeners) listener()
    },
    unsubscribeAll: () => listeners.clear(),
  }
}
