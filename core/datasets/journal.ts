import { applyChange, tablesOf, type Change } from './changes.ts'
import { bytesOf, compactRows } from './kept.ts'
import type { DatasetStore } from './store.ts'

/** So many steps can be undone; older ones are forgotten. */
const KEPT_STEPS = 500
/** What all steps together may keep, in bytes of text: the oldest are forgotten beyond it, the last one never. */
const KEPT_BYTES = 2 * 1024 ** 3

/** Applies a change of the step that is being made. */
export type Apply = (change: Change) => Promise<readonly Change[]>

/** Runs `work` as one undo step in one transaction. Where it throws, nothing is changed; where it applies nothing, no step is made. */
export async function journalled(store: DatasetStore, work: (apply: Apply) => Promise<void>): Promise<void> {
  let kept = 0
  await store.transaction(async () => {
    const undo: Change[] = []
    const redo: Change[] = []
    await work(async (change) => {
      const { done, inverse } = await applyChange(store, change)
      redo.push(...done)
      undo.unshift(...inverse)
      return done
    })
    if (redo.length === 0) return
    await forget(store, 'NOT done')
    const tables = tablesOf([...undo, ...redo])
    const texts = [JSON.stringify(undo), JSON.stringify(redo)] as const
    kept = await bytesOf(store, tables)
    const bytes = texts[0].length + texts[1].length + kept
    await store.run('INSERT INTO journal (done, undo, redo, tables, bytes) VALUES (true, $1, $2, $3, $4)', [...texts, JSON.stringify(tables), BigInt(bytes)])
    await forgetOld(store)
    await store.touch()
  })
  if (kept > 0) await compactRows(store, kept)
}

/** Reverses the last step, or repeats the last reversed one. Does nothing where there is none. */
export async function stepJournal(store: DatasetStore, direction: 'undo' | 'redo'): Promise<void> {
  const pick = direction === 'undo' ? 'done ORDER BY id DESC' : 'NOT done ORDER BY id'
  const [entry] = await store.all(`SELECT id, ${direction}, tables, length(undo) + length(redo) FROM journal WHERE ${pick} LIMIT 1`)
  if (!entry) return
  const [id, changes, tables] = [entry[0] as bigint, JSON.parse(String(entry[1])) as Change[], JSON.parse(String(entry[2] ?? '[]')) as string[]]
  let kept = 0
  await store.transaction(async () => {
    for (const change of changes) {
      const { done, inverse } = await applyChange(store, change)
      // A step of an earlier version holds all cells in its text: what was kept besides is not needed.
      for (const table of tablesOf([...done, ...inverse])) if (!tables.includes(table)) await store.run(`DROP TABLE IF EXISTS ${table}`)
    }
    kept = await bytesOf(store, tables)
    const bytes = Number(entry[3]) + kept
    await store.run('UPDATE journal SET done = $1, bytes = $2 WHERE id = $3', [direction === 'redo', BigInt(bytes), id])
    await store.touch()
  })
  if (kept > 0) await compactRows(store, kept)
}

/** How many steps can be undone and redone. */
export async function journalCounts(store: DatasetStore): Promise<{ undoCount: number; redoCount: number }> {
  const [row] = await store.all('SELECT count(*) FILTER (WHERE done), count(*) FILTER (WHERE NOT done) FROM journal')
  return { undoCount: Number(row?.[0]), redoCount: Number(row?.[1]) }
}

async function forgetOld(store: DatasetStore): Promise<void> {
  const [row] = await store.all(
    `SELECT max(id) FROM (SELECT id, row_number() OVER newest AS number, sum(bytes) OVER newest AS total FROM journal WINDOW newest AS (ORDER BY id DESC))
     WHERE number > ${KEPT_STEPS} OR (number > 1 AND total > ${KEPT_BYTES})`,
  )
  if (row?.[0] != null) await forget(store, `id <= ${row[0]}`)
}

async function forget(store: DatasetStore, condition: string): Promise<void> {
  const entries = await store.all(`SELECT tables, contains(undo || redo, '"hideColumn"') FROM journal WHERE ${condition}`)
  if (entries.length === 0) return
  for (const [tables] of entries) for (const table of JSON.parse(String(tables ?? '[]')) as string[]) await store.run(`DROP TABLE IF EXISTS ${table}`)
  await store.run(`DELETE FROM journal WHERE ${condition}`)
  if (entries.some(([, hides]) => hides === true)) await emptyHiddenColumns(store)
}

/** Frees the texts of columns that no step can bring back. */
async function emptyHiddenColumns(store: DatasetStore): Promise<void> {
  const shown = new Set<string>((await store.columns()).map(({ id }) => id))
  for (const id of await store.storedColumns()) {
    if (shown.has(id)) continue
    const [row] = await store.all('SELECT count(*) FROM journal WHERE contains(undo, $1) OR contains(redo, $1)', [`"${id}"`])
    if (Number(row?.[0]) === 0) await store.run(`UPDATE rows SET "${id}" = NULL WHERE "${id}" IS NOT NULL`)
  }
}
