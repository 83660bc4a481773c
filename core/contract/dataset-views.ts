import { z } from 'zod'
import { Columns, Index } from './dataset-places.ts'
import { ColumnId, type RowId } from './dataset-rows.ts'

/**
 * Which rows a view shows: `empty` cells are missing or without text; `value` is what the other kinds look for (a
 * regular expression is RE2's).
 */
export const ViewFilter = z.object({
  columnId: ColumnId,
  kind: z.enum(['contains', 'equals', 'empty', 'notEmpty', 'regex']),
  value: z.string().max(10_000).default(''),
  matchCase: z.boolean().default(false),
})
export type ViewFilter = z.infer<typeof ViewFilter>

/**
 * Ascending: numbers by value, then texts, then empty cells (descending: texts, numbers, empty cells). Texts follow the
 * Japanese collation of ICU over their first 100 characters: digits, Latin letters (a before A), kana in 五十音 order (あ ア
 * ｱ together), kanji. Equal rows keep their order.
 */
export const SortKey = z.object({
  columnId: ColumnId,
  direction: z.enum(['ascending', 'descending']).default('ascending'),
})
export type SortKey = z.infer<typeof SortKey>

/**
 * What is shown of a dataset: the rows that pass every filter, in the order of the sort keys (the dataset's own where
 * there are none).
 */
export const DatasetView = z.object({
  filters: z.array(ViewFilter).max(50).default([]),
  sort: z.array(SortKey).max(20).default([]),
})
export type DatasetView = z.infer<typeof DatasetView>

/**
 * What is looked for: `columnIds` and the rows `fromRow` … `toRow` (both included, in the view's order) narrow it down.
 */
export const FindQuery = z.object({
  text: z.string().min(1).max(10_000),
  kind: z.enum(['contains', 'equals', 'regex']).default('contains'),
  matchCase: z.boolean().default(false),
  columnIds: Columns.optional(),
  fromRow: Index.optional(),
  toRow: Index.optional(),
})
export type FindQuery = z.infer<typeof FindQuery>

/** A matching cell: `row` counts in the view, `column` in the dataset's columns. */
export interface FindHit {
  readonly row: number
  readonly column: number
  readonly rowId: RowId
  readonly columnId: ColumnId
}

/** How many cells match, and the first of them with their texts (clipped as in a page). */
export interface FindMatches {
  readonly cellCount: number
  readonly hits: readonly (FindHit & { readonly text: string })[]
}
