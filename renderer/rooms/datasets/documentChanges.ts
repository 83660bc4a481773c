import type { StoreApi } from 'zustand/vanilla'
import {
  ok,
  type DatasetEdit,
  type DatasetId,
  type DatasetInfo,
  type DatasetView,
} from '../../../core/contract/index.ts'
import type { ChangeQueue } from './changeQueue.ts'
import * as api from './datasets.api.ts'
import type { DatasetDocument } from './document.ts'
import { inView, type DocumentState } from './documentView.ts'
import type { RowSource } from './grid/rowSource.ts'

interface Options {
  readonly id: DatasetId
  readonly state: StoreApi<DocumentState>
  readonly rows: RowSource
  readonly queue: ChangeQueue<DatasetInfo>
  readonly view: () => DatasetView | undefined
}

type Changes = Pick<DatasetDocument, 'edit' | 'undo' | 'redo' | 'goToStep' | 'save' | 'rename' | 'replace' | 'repair'>

/** A document's changes, each of which goes through its queue. */
export function createDocumentChanges({ id, state, rows, queue, view }: Options): Changes {
  // Nothing to undo is nothing to say.
  const unchanged = () => Promise.resolve(ok(state.getState().info))

  return {
    async edit(edits, shown) {
      const pending = shown && rows.showPending(shown)
      const counted = edits.some(({ kind }) => COUNTED.has(kind)) ? view() : undefined
      const done = await queue.add(() => api.edit(id, edits, counted))
      if (done) pending?.confirm()
      else pending?.revert()
    },
    undo: async () => void (await queue.add(() => (state.getState().info.undoCount > 0 ? api.undo(id) : unchanged()))),
    redo: async () => void (await queue.add(() => (state.getState().info.redoCount > 0 ? api.redo(id) : unchanged()))),
    goToStep: async (step) => void (await queue.add(() => api.goToStep(id, step))),
    save: async () => void (await queue.add(() => api.save(id))),
    rename: async (name) => void (await queue.add(() => api.rename(id, name))),
    async replace(what) {
      let count: number | null = null
      await queue.add(async () => {
        const result = await api.replace({ id, ...what, ...inView(view()) })
        if (!result.ok) return result
        count = result.value.cellCount
        return ok(result.value.info)
      })
      return count
    },
    async repair(check, columnId) {
      let changed: number | null = null
      await queue.add(async () => {
        const result = await api.repair({ id, check, ...(columnId !== null && { columnId }) })
        if (!result.ok) return result
        changed = result.value.changed
        return ok(result.value.info)
      })
      return changed
    },
  }
}

/** Edits that count rows as they are shown. */
const COUNTED: ReadonlySet<DatasetEdit['kind']> = new Set(['setRange', 'clear', 'fill', 'deleteRows'])
