import type { DatasetStep, StepAct } from '../contract/index.ts'
import { applyChange, parseChanges, parseTables, tablesOf, type Change } from './changes.ts'
import { bytesOf, compactRows } from './kept.ts'
import { identifier } from './sql.ts'
import type { DatasetStore } from './store.ts'

/** So many steps can be undone; older ones are forgotten. */
const KEPT_STEPS = 500
/** What all steps together may keep, in bytes of text: the oldest are forgotten beyond it, the last one never. */
const KEPT_BYTES = 2 * 1024 ** 3

/** Applies a change of the step that is being made. */
export type Apply = (change: Change) => Promise<readonly Change[]>

type Work = (apply: Apply) => Promise<void>

/** DuckDB refuses to commit a table whose rows were changed and that got a column in one transaction. */
const ALTERED = /has altered this table|has been altered|write-write conflict/

/**
 * Runs `work` as one undo step in one transaction. Where it throws, nothing is changed; where it applies nothing, no
 * step is made. `work` may run twice: where it changes rows and adds columns, the columns are made beforehand.
 */
export async function journalled(store: DatasetStore, act: StepAct, work: Work): Promise<void> {
  const applied: Change[] = []
  try {
    await makeStep(store, act, work, applied)
  } catch (error) {
    const added = applied.filter(({ kind }) => kind === 'insertColumn').length
    if (added === 0 || !ALTERED.test(String(error))) throw error
    await store.addSpareColumns(added)
    await makeStep(store, act, work, [])
  }
}

async function makeStep(store: DatasetStore, act: StepAct, work: Work, redo: Change[]): Promise<void> {
  let kept = 0
  await store.transaction(async () => {
    const undo: Change[] = []
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
    await store.touch()
    const { version, updatedAt } = await store.meta()
    const values = [...texts, JSON.stringify(tables), BigInt(bytes), act, updatedAt, BigInt(version)]
    await store.run(
      'INSERT INTO journal (done, undo, redo, tables, bytes, act, done_at, version) VALUES (true, $1, $2, $3, $4, $5, $6, $7)',
      values,
    )
    await forgetOld(store)
  })
  await freeRoom(store, kept)
}

/**
 * The step is done, whatever becomes of this: a full disk, where no room is left for freeing some, must not make it
 * look undone.
 */
async function freeRoom(store: DatasetStore, kept: number): Promise<void> {
  if (kept > 0)
    await compactRows(store, kept).catch(() => {
      store.mustReopen = true
    })
}

/** Reverses the last step, or repeats the last reversed one. Does nothing where there is none. */
export async function stepJournal(store: DatasetStore, direction: 'undo' | 'redo'): Promise<void> {
  await freeRoom(store, await takeStep(store, direction))
}

/** Returns how many bytes the step keeps; what it leaves behind is not freed yet. */
async function takeStep(store: DatasetStore, direction: 'undo' | 'redo'): Promise<number> {
  const pick = direction === 'undo' ? 'done ORDER BY id DESC' : 'NOT done ORDER BY id'
  const [entry] = await store.all(
    `SELECT id, ${direction}, tables, length(undo) + length(redo) FROM journal WHERE ${pick} LIMIT 1`,
  )
  if (!entry) return 0
  const [id, changes, tables] = [
    entry[0] as bigint,
    parseChanges(String(entry[1])),
    parseTables(String(entry[2] ?? '[]')),
  ]
  let kept = 0
  await store.transaction(async () => {
    for (const change of changes) {
      const { done, inverse } = await applyChange(store, change)
      // A step of an earlier version holds all cells in its text: what was kept besides is not needed.
      for (const table of tablesOf([...done, ...inverse]))
        if (!tables.includes(table)) await store.run(`DROP TABLE IF EXISTS ${table}`)
    }
    kept = await bytesOf(store, tables)
    const bytes = Number(entry[3]) + kept
    await store.run('UPDATE journal SET done = $1, bytes = $2 WHERE id = $3', [direction === 'redo', BigInt(bytes), id])
    await store.touch()
  })
  return kept
}

/** The steps that are remembered, the oldest first. */
export async function listSteps(store: DatasetStore): Promise<DatasetStep[]> {
  const rows = await store.all('SELECT id, act, done_at, version, done FROM journal ORDER BY id')
  return rows.map(([id, act, at, version, done]) => ({
    step: Number(id),
    act: act === null ? null : (String(act) as StepAct),
    at: at === null ? null : String(at),
    version: version === null ? null : Number(version),
    isDone: done === true,
  }))
}

/**
 * Undoes or repeats until `step` is the last one that is done (0: none of them is). Does nothing for a step that is
 * forgotten.
 */
export async function goToStep(store: DatasetStore, step: number): Promise<void> {
  const steps = await listSteps(store)
  if (step !== 0 && !steps.some((one) => one.step === step)) return
  const undone = steps.filter((one) => one.isDone && one.step > step)
  const redone = steps.filter((one) => !one.isDone && one.step <= step)
  let kept = 0
  for (const _ of undone) kept = Math.max(kept, await takeStep(store, 'undo'))
  for (const _ of redone) kept = Math.max(kept, await takeStep(store, 'redo'))
  await freeRoom(store, kept)
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
  const entries = await store.all(
    `SELECT tables, contains(undo || redo, '"hideColumn"') FROM journal WHERE ${condition}`,
  )
  if (entries.length === 0) return
  for (const [tables] of entries)
    for (const table of parseTables(String(tables ?? '[]'))) await store.run(`DROP TABLE IF EXISTS ${table}`)
  await store.run(`DELETE FROM journal WHERE ${condition}`)
  if (entries.some(([, hides]) => hides === true)) await emptyHiddenColumns(store)
}

/** Frees the texts of columns that no step can bring back. */
async function emptyHiddenColumns(store: DatasetStore): Promise<void> {
  const shown = new Set<string>((await store.columns()).map(({ id }) => id))
  for (const id of await store.storedColumns()) {
    if (shown.has(id)) continue
    const [row] = await store.all('SELECT count(*) FROM journal WHERE contains(undo, $1) OR contains(redo, $1)', [
      JSON.stringify(id),
    ])
    if (Number(row?.[0]) === 0)
      await store.run(`UPDATE rows SET ${identifier(id)} = NULL WHERE ${identifier(id)} IS NOT NULL`)
  }
}
