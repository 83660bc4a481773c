import type { ColumnId, RowId } from './dataset-rows.ts'

/** What a dataset is checked for. */
export const checkIds = [
  'split-pairs',
  'repeated-header',
  'placeholder',
  'empty-row',
  'empty-prompt',
  'empty-answer',
  'outer-space',
  'control-characters',
  'mojibake',
  'mixed-width',
  'unbalanced-quotes',
  'duplicate',
  'near-duplicate',
  'contradiction',
  'too-long',
  'personal',
] as const
export type CheckId = (typeof checkIds)[number]

/** One kind of problem in one column (null: in the rows as a whole). */
export interface DatasetProblem {
  readonly check: CheckId
  /** `info`: may well be meant so. */
  readonly severity: 'warning' | 'info'
  readonly columnId: ColumnId | null
  /** Cells or rows that have it. */
  readonly count: number
  /** The first of them; `row` counts from 0 in the dataset's own order. */
  readonly cells: readonly { readonly row: number; readonly rowId: RowId; readonly columnId: ColumnId | null }[]
  /** One step of `repair` puts it right. */
  readonly isRepairable: boolean
}

export interface CheckReport {
  /** The dataset's version that was looked at. */
  readonly version: number
  readonly rowCount: number
  readonly problems: readonly DatasetProblem[]
}
