import type { Column, ColumnId, DatasetView, FindHit, FindMatches, FindQuery, RowId } from '../contract/index.ts'
import { CLIP_CHARACTERS } from '../contract/index.ts'
import { keptChange } from './bulk-edits.ts'
import { journalled } from './journal.ts'
import { checkPattern, matches, replaced, requireColumns, type Pattern } from './matching.ts'
import { textOf } from './exact-text.ts'
import { identifier } from './sql.ts'
import type { DatasetStore, Places } from './store.ts'
import { exact } from './stored-cells.ts'
import { placesOf } from './views.ts'

/** The rows of the first look for the nearest match; each further look takes four times as many. */
const FIRST_WINDOW_ROWS = 20_000

interface Search {
  readonly places: Places
  readonly pattern: Pattern
  /** The columns that are searched, in the dataset's order, with their index there. */
  readonly columns: readonly { readonly id: ColumnId; readonly index: number; readonly condition: string }[]
  /** Places first … end-1 are searched. */
  readonly first: number
  readonly end: number
}

async function searchOf(store: DatasetStore, query: FindQuery, view: DatasetView | undefined): Promise<Search> {
  const pattern = { kind: query.kind, text: query.text, matchCase: query.matchCase }
  const all: readonly Column[] = await store.columns()
  requireColumns(all, query.columnIds ?? [])
  await checkPattern(store, pattern)
  const places = await placesOf(store, view)
  const columns = all.flatMap(({ id }, index) =>
    !query.columnIds || query.columnIds.includes(id)
      ? [{ id, index, condition: `coalesce(${matches(id, pattern)}, false)` }]
      : [],
  )
  return {
    places,
    pattern,
    columns,
    first: query.fromRow ?? 0,
    end: Math.min(places.count, (query.toRow ?? places.count) + 1),
  }
}

/**
 * The nearest match after or before a cell, row by row, round the end. Throws UserError for a bad pattern or column.
 */
export async function findMatch(
  store: DatasetStore,
  query: FindQuery,
  {
    view,
    from,
    direction,
  }: {
    readonly view?: DatasetView
    readonly from?: { readonly row: number; readonly column: number }
    readonly direction: 'next' | 'previous'
  },
): Promise<(FindHit & { readonly wrapped: boolean }) | null> {
  const search = await searchOf(store, query, view)
  const isNext = direction === 'next'
  const start = from ?? (isNext ? { row: search.first, column: -1 } : { row: search.end, column: 0 })
  const beyond = (column: number) => (isNext ? column > start.column : column < start.column)
  const ahead = isNext ? ([start.row + 1, search.end] as const) : ([search.first, start.row] as const)
  const behind = isNext ? ([search.first, start.row] as const) : ([start.row + 1, search.end] as const)
  const here = start.row >= search.first && start.row < search.end ? ([start.row, start.row + 1] as const) : null
  const found =
    (here && (await nearest(store, search, here, isNext, beyond))) ?? (await nearest(store, search, ahead, isNext))
  if (found) return { ...found, wrapped: false }
  const around =
    (await nearest(store, search, behind, isNext)) ?? (here && (await nearest(store, search, here, isNext)))
  return around ? { ...around, wrapped: true } : null
}

async function nearest(
  store: DatasetStore,
  search: Search,
  [low, high]: readonly [number, number],
  isNext: boolean,
  allowed: (column: number) => boolean = () => true,
): Promise<FindHit | null> {
  const columns = search.columns.filter(({ index }) => allowed(index))
  if (columns.length === 0) return null
  const [first, end] = [Math.max(low, search.first), Math.min(high, search.end)]
  const conditions = columns.map(({ condition }) => condition)
  let size = search.places.isView ? Infinity : FIRST_WINDOW_ROWS
  for (let done = 0; done < end - first; done += size, size *= 4) {
    const [from, to] = isNext
      ? [first + done, Math.min(end, first + done + size)]
      : [Math.max(first, end - done - size), end - done]
    const [row] = await store.all(
      `SELECT place, row_id, ${conditions.join(', ')} FROM ${search.places.cells} WHERE place >= ${from} AND place < ${to} AND (${conditions.join(' OR ')})
       ORDER BY place ${isNext ? 'ASC' : 'DESC'} LIMIT 1`,
    )
    if (!row) continue
    const hits = columns.filter((_, index) => row[index + 2] === true)
    const column = (isNext ? hits[0] : hits.at(-1)) as Search['columns'][number]
    return { row: Number(row[0]), column: column.index, rowId: Number(row[1]) as RowId, columnId: column.id }
  }
  return null
}

/** How many cells match, and the first `limit` of them. Throws UserError for a bad pattern or column. */
export async function listMatches(
  store: DatasetStore,
  query: FindQuery,
  view: DatasetView | undefined,
  limit: number,
): Promise<FindMatches> {
  const { places, columns, first, end } = await searchOf(store, query, view)
  if (columns.length === 0) return { cellCount: 0, hits: [] }
  const from = `FROM ${places.cells} WHERE place >= ${first} AND place < ${end} AND (${columns.map(({ condition }) => condition).join(' OR ')})`
  const [count] = await store.all(
    `SELECT coalesce(sum(${columns.map(({ condition }) => `${condition}::INTEGER`).join(' + ')}), 0)::BIGINT ${from}`,
  )
  const texts = columns.map(
    ({ id, condition }) => `CASE WHEN ${condition} THEN left(${exact(id)}, ${CLIP_CHARACTERS + 1}) END`,
  )
  const rows =
    limit === 0
      ? []
      : await store.all(`SELECT place, row_id, ${texts.join(', ')} ${from} ORDER BY place LIMIT ${limit}`)
  const hits = rows.flatMap(([place, rowId, ...values]) =>
    columns.flatMap(({ id, index }, number) => {
      const text = textOf(values[number])
      return text === null
        ? []
        : [{ row: Number(place), column: index, rowId: Number(rowId) as RowId, columnId: id, text }]
    }),
  )
  return { cellCount: Number(count?.[0]), hits: hits.slice(0, limit) }
}

/**
 * Replaces every match in the matching cells (or in the one cell `at`) as one undo step; returns how many cells
 * changed. Throws UserError for a bad pattern or column.
 */
export async function replaceMatches(
  store: DatasetStore,
  query: FindQuery,
  replacement: string,
  {
    view,
    at,
  }: { readonly view?: DatasetView; readonly at?: { readonly rowId: number; readonly columnId: string } } = {},
): Promise<number> {
  const { places, pattern, columns, first, end } = await searchOf(store, query, view)
  if (at) requireColumns(await store.columns(), [at.columnId])
  await checkPattern(store, pattern, replacement)
  let changed = 0
  await journalled(store, 'replace', async (apply) => {
    for (const { id, condition } of columns.filter((column) => !at || column.id === at.columnId)) {
      const rows = `SELECT row_id, ${identifier(id)} AS old, ${replaced(id, pattern, replacement)} AS new FROM ${places.cells}
        WHERE place >= ${first} AND place < ${end} AND ${condition}${at ? ` AND row_id = ${at.rowId}` : ''}`
      const { changes, count } = await keptChange(
        store,
        'exchangeCells',
        `SELECT row_id, new AS ${identifier(id)} FROM (${rows}) WHERE new IS DISTINCT FROM old`,
      )
      for (const change of changes) await apply(change)
      changed += count
    }
  })
  return changed
}
