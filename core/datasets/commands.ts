import type { DatasetInfo } from '../contract/index.ts'
import { matchColumns } from './column-matching.ts'
import { appendRows, joinRows, markParts, markSample, type RowsFile } from './combine.ts'
import { repairDataset } from './checks/repair.ts'
import { applyEdits } from './edits.ts'
import { replaceMatches } from './find.ts'
import { goToStep, stepJournal } from './journal.ts'
import { addRows, withParts, withRows } from './passing-rows.ts'
import type { ServiceContext } from './service-context.ts'
import type { DatasetHandlers } from './service-types.ts'
import type { DatasetStore } from './store.ts'

type Edits = Pick<DatasetHandlers, 'edit' | 'replace' | 'repair' | 'rename' | 'undo' | 'redo' | 'goToStep' | 'save'>
type Combinations = Pick<DatasetHandlers, 'appendDataset' | 'matchColumns' | 'join' | 'split' | 'sample'>

/** Calls that change one dataset, a step each. */
export function edits({ access }: ServiceContext): Edits {
  return {
    edit: ({ id, edits, view }) => access.change(id, (store) => applyEdits(store, edits, view)),
    async replace({ id, query, replacement, ...how }) {
      let cellCount = 0
      const info = await access.change(id, async (store) => {
        cellCount = await replaceMatches(store, query, replacement, how)
      })
      return { info, cellCount }
    },
    async repair({ id, check, columnId }) {
      let changed = 0
      const info = await access.change(id, async (store) => {
        changed = await repairDataset(store, check, columnId ?? null)
      })
      return { info, changed }
    },
    rename: ({ id, name }) =>
      access.change(id, (store) =>
        store.run('UPDATE meta SET name = $1, updated_at = $2', [name, new Date().toISOString()]),
      ),
    undo: ({ id }) => access.change(id, (store) => stepJournal(store, 'undo')),
    redo: ({ id }) => access.change(id, (store) => stepJournal(store, 'redo')),
    goToStep: ({ id, step }) =>
      access
        .change(id, (store) => goToStep(store, step))
        .catch(async (error: unknown) => {
          // The steps before the one that failed are taken.
          await access.tell(id).catch(() => undefined)
          throw error
        }),
    save: ({ id }) =>
      access.use(id, async (store) => {
        await store.run('CHECKPOINT')
        return access.infoOf(id, store)
      }),
  }
}

/** Calls that bring rows of one dataset to another. */
export function combinations({ access, language }: ServiceContext): Combinations {
  return {
    appendDataset: ({ id, from, targets }) =>
      withRows(access, from, (rows) => access.change(id, (store) => appendRows(store, rows, { targets }))),
    matchColumns: async ({ id, columns }) => matchColumns((await access.info(id)).columns, columns),
    join: ({ id, from, ...how }) =>
      withRows(access, from, (rows) => access.change(id, (store) => joinRows(store, rows, how))),
    async split({ id, by }) {
      const { name } = await access.use(id, (store) => store.meta())
      let names: string[] = []
      const mark = async (store: DatasetStore) =>
        (names = await markParts(store, by, { name, language: language() })).length
      const use = async (parts: readonly RowsFile[]) => {
        const made: DatasetInfo[] = []
        for (const [index, rows] of parts.entries())
          made.push(await addRows(access, rows, { fallback: names[index] as string }))
        return made
      }
      return withParts(access, id, { mark, use })
    },
    async sample({ id, rows, seed, name }) {
      const { name: whole } = await access.use(id, (store) => store.meta())
      return withParts(access, id, {
        mark: (store) => markSample(store, whole, rows, seed).then(() => 1),
        use: ([chosen]) => addRows(access, chosen as RowsFile, { name, fallback: `${whole} ${rows}` }),
      })
    },
  }
}
