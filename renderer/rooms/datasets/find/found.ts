import type { ColumnId, FindMatches, FindQuery, RowId } from '../../../../core/contract/index.ts'

/** What is looked for, and the cells in view in which it is. */
export interface Found {
  readonly query: FindQuery
  readonly cells: ReadonlyMap<RowId, readonly ColumnId[]>
}

export function foundIn(query: FindQuery, hits: FindMatches['hits']): Found {
  const cells = new Map<RowId, ColumnId[]>()
  for (const { rowId, columnId } of hits) cells.set(rowId, [...(cells.get(rowId) ?? []), columnId])
  return { query, cells }
}

/**
 * A matching text, cut where the matches begin and end: every second part is one. Where a regular expression was looked
 * for, the whole text counts: the host's kind of expressions is not the browser's.
 */
export function partsOf(text: string, { text: wanted, kind, matchCase }: FindQuery): string[] {
  if (kind === 'regex') return ['', text]
  const pattern = wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return text.split(new RegExp(`(${pattern})`, matchCase ? 'gu' : 'giu'))
}
