import type { CheckId, ColumnId } from '../../contract/index.ts'
import { keptChange } from '../bulk-edits.ts'
import { journalled, type Apply } from '../journal.ts'
import { textOf } from '../exact-text.ts'
import { identifier } from '../sql.ts'
import type { DatasetStore } from '../store.ts'
import { exact } from '../stored-cells.ts'
import { checkedTable, type CheckedTable, type Finding } from './check.ts'
import { checkOf } from './index.ts'
import { pairRows } from './row-checks.ts'

/** Texts are put right in portions of so many. */
const PORTION = 50_000

/**
 * Puts a problem right wherever it is found (in one column, where one is named) as one undo step; returns how many
 * cells or rows changed.
 */
export async function repairDataset(store: DatasetStore, id: CheckId, columnId: ColumnId | null): Promise<number> {
  const check = checkOf(id)
  const { repair } = check ?? {}
  if (!check || !repair) return 0
  const table = checkedTable(await store.columns())
  const findings = check.find(table).filter((finding) => columnId === null || finding.columnId === columnId)
  let changed = 0
  await journalled(store, 'repair', async (apply) => {
    for (const finding of findings) {
      if (repair.kind === 'remove') changed += await remove(store, apply, `SELECT row_id FROM (${finding.rows})`)
      else if (repair.kind === 'join') changed += await joinPairs(store, apply, table)
      else changed += await fix(store, apply, finding, repair.fix)
    }
  })
  return changed
}

async function remove(store: DatasetStore, apply: Apply, rowIds: string): Promise<number> {
  const { changes, count } = await keptChange(store, 'takeRows', `SELECT * FROM rows WHERE row_id IN (${rowIds})`)
  for (const change of changes) await apply(change)
  return count
}

async function fix(
  store: DatasetStore,
  apply: Apply,
  { columnId, rows }: Finding,
  put: (text: string) => string,
): Promise<number> {
  if (columnId === null) return 0
  let count = 0
  for (let after = -1; ;) {
    const found = await store.all(
      `SELECT row_id, position, ${exact(columnId)} FROM rows WHERE position > ${after} AND row_id IN (SELECT row_id FROM (${rows})) ORDER BY position LIMIT ${PORTION}`,
    )
    if (found.length === 0) return count
    after = Number(found.at(-1)?.[1])
    await store.loadTemp(
      'repaired',
      1,
      found.map(([rowId, , text]) => [Number(rowId), [put(textOf(text) ?? '')]] as const),
    )
    const made = await keptChange(
      store,
      'exchangeCells',
      `SELECT row_id, v0 AS ${identifier(columnId)} FROM rows JOIN temp.repaired ON repaired.key = rows.row_id WHERE v0 IS DISTINCT FROM ${identifier(columnId)}`,
    )
    await store.run('DROP TABLE temp.repaired')
    for (const change of made.changes) await apply(change)
    count += made.count
  }
}

/** Each question takes the answer columns of the row below; those rows go. */
async function joinPairs(store: DatasetStore, apply: Apply, table: CheckedTable): Promise<number> {
  const pairs = pairRows(table)
  if (!pairs) return 0
  await store.run(`CREATE OR REPLACE TEMP TABLE split_pairs AS ${pairs}`)
  const answers = table.byRole('answer').map(({ id }) => `below.${identifier(id)} AS ${identifier(id)}`)
  const { changes, count } = await keptChange(
    store,
    'exchangeCells',
    `SELECT pair.row_id, ${answers.join(', ')} FROM temp.split_pairs AS pair JOIN rows AS below ON below.row_id = pair.next_id`,
  )
  for (const change of changes) await apply(change)
  await remove(store, apply, 'SELECT next_id FROM temp.split_pairs')
  await store.run('DROP TABLE temp.split_pairs')
  return count
}
