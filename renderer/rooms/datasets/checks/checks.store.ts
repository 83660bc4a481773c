import { create } from 'zustand'
import type {
  CheckReport,
  ColumnId,
  DatasetId,
  DatasetInfo,
  DatasetProblem,
  RowId,
} from '../../../../core/contract/index.ts'
import { toastError } from '../../../errors/index.ts'
import * as api from '../datasets.api.ts'
import type { DatasetDocument } from '../document.ts'

interface Checks {
  readonly id: DatasetId | null
  /** The newest report; it may be of an earlier version for a moment. */
  readonly report: CheckReport | null
  readonly isChecking: boolean
  /** The model whose tokens are counted; null counts none. */
  readonly modelId: string | null
}

/** What was found in the open dataset. Session scope. */
export const useChecks = create<Checks>()(() => ({ id: null, report: null, isChecking: false, modelId: null }))

const { getState: get, setState: set } = useChecks

/** Larger datasets are checked when they are asked for, not after every change. */
export const AUTOMATIC_ROWS = 200_000

/** Checks the dataset as it is now; the report of an earlier question is dropped. */
export async function check(document: DatasetDocument, modelId: string | null = get().modelId): Promise<void> {
  const { id } = document.state.getState().info
  const asked: Checks = { id, report: get().id === id ? get().report : null, isChecking: true, modelId }
  set(asked)
  await document.settled()
  const result = await api.check({ id, ...(modelId !== null && { modelId }) })
  const now = get()
  if (now.id !== id || now.modelId !== modelId) return
  if (!result.ok) toastError(result.error)
  set({ isChecking: false, ...(result.ok && { report: result.value }) })
}

/** How many cells or rows have a problem that is no mere remark. */
export const warningCount = ({ report }: Checks): number =>
  report?.problems.filter(({ severity }) => severity === 'warning').reduce((sum, { count }) => sum + count, 0) ?? 0

/** True where the dataset was checked as it is now: before that, nothing found means nothing. */
export const isChecked = ({ id, report }: Checks, info: DatasetInfo): boolean =>
  id === info.id && report?.version === info.version

/**
 * Columns with a problem by row; `null` marks the row as a whole. What may be meant so is not marked: the tutorial's
 * rows are alike on purpose.
 */
export type Marks = ReadonlyMap<RowId, readonly (ColumnId | null)[]>

export function marksOf(problems: readonly DatasetProblem[]): Marks {
  const marks = new Map<RowId, (ColumnId | null)[]>()
  for (const { cells } of problems.filter(({ severity }) => severity === 'warning')) {
    for (const { rowId, columnId } of cells) {
      const columns = marks.get(rowId)
      if (!columns) marks.set(rowId, [columnId])
      else if (!columns.includes(columnId)) columns.push(columnId)
    }
  }
  return marks
}
