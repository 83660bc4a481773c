import type { DatasetView } from '../contract/index.ts'
import { checkPattern, filterCondition, requireColumns, sortOrder } from './matching.ts'
import type { DatasetStore, Places } from './store.ts'

/** So many views of a dataset are remembered; each takes 16 bytes a row of memory. */
const KEPT_VIEWS = 3

interface KnownView extends Places {
  readonly key: string
}

const known = new WeakMap<DatasetStore, KnownView[]>()
let made = 0

/**
 * The rows that a view shows, in its order: worked out once a version of the dataset, then a page is a range of places.
 * Without filters and sort keys it is the dataset itself. Throws UserError `dataset/column-not-found` and
 * `dataset/regex-invalid`.
 */
export async function placesOf(store: DatasetStore, view?: DatasetView): Promise<Places> {
  if (!view || (view.filters.length === 0 && view.sort.length === 0)) return store.everyRow()
  const key = `${(await store.meta()).version} ${JSON.stringify(view)}`
  const views = known.get(store) ?? []
  const found = views.find((one) => one.key === key)
  if (found) return found
  await check(store, view)
  const name = `view_${++made}`
  const table = `temp.${name}`
  const condition = view.filters
    .map(filterCondition)
    .map((one) => `(${one})`)
    .join(' AND ')
  await store.run(
    `CREATE TEMP TABLE ${name} AS SELECT row_id, row_number() OVER (ORDER BY ${sortOrder(view.sort)}) - 1 AS place FROM rows ${condition ? `WHERE ${condition}` : ''} ORDER BY place`,
  )
  const [count] = await store.all(`SELECT count(*) FROM ${table}`)
  const cells = `(SELECT rows.*, shown.place FROM rows JOIN ${table} AS shown USING (row_id))`
  const current: KnownView = { key, table, cells, isView: true, count: Number(count?.[0]) }
  for (const old of views.slice(KEPT_VIEWS - 1)) await store.run(`DROP TABLE ${old.table}`)
  known.set(store, [current, ...views.slice(0, KEPT_VIEWS - 1)])
  return current
}

async function check(store: DatasetStore, { filters, sort }: DatasetView): Promise<void> {
  requireColumns(
    await store.columns(),
    [...filters, ...sort].map(({ columnId }) => columnId),
  )
  for (const { kind, value, matchCase } of filters)
    if (kind === 'regex') await checkPattern(store, { kind, text: value, matchCase })
}
