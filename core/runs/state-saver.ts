// Writes the states of runs, and again later those that the disk did not take.
import type { ExperimentId } from '../contract/index.ts'
import type { RunStateFile } from './record-file.ts'
import type { ExperimentStore } from './store.ts'

/** How often a state is written again that could not be written. */
const RETRY_MS = 2000

export interface StateSaver {
  /** The state that waits to be written. */
  unsavedOf(id: ExperimentId): RunStateFile | null
  /** Writes a state, now or as soon as the disk takes it. */
  save(id: ExperimentId, state: RunStateFile): Promise<void>
  /** Forgets a state that waits to be written. */
  forget(id: ExperimentId): void
  /** Tries what waits a last time. */
  close(): Promise<void>
}

/** False only where the store says that there is no such experiment. */
export const mayExist = (store: ExperimentStore, id: ExperimentId): Promise<boolean> => store.has(id).catch(() => true)

export function createStateSaver(store: ExperimentStore): StateSaver {
  const unsaved = new Map<ExperimentId, RunStateFile>()
  let retry: NodeJS.Timeout | null = null

  async function save(id: ExperimentId, state: RunStateFile): Promise<void> {
    try {
      await store.writeState(id, state)
      unsaved.delete(id)
    } catch {
      unsaved.set(id, state)
      retry ??= setInterval(() => void saveAgain(), RETRY_MS).unref()
    }
  }

  async function saveAgain(): Promise<void> {
    for (const [id, state] of unsaved) {
      if (!(await mayExist(store, id))) unsaved.delete(id)
      else await save(id, state)
    }
    if (unsaved.size > 0 || !retry) return
    clearInterval(retry)
    retry = null
  }

  return {
    unsavedOf: (id) => unsaved.get(id) ?? null,
    save,
    forget: (id) => void unsaved.delete(id),
    async close() {
      await saveAgain()
      if (retry) clearInterval(retry)
      retry = null
    },
  }
}
