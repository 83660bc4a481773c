import {
  checkIds,
  type CheckId,
  type CheckReport,
  type ColumnId,
  type DatasetProblem,
  type RowId,
} from '../../contract/index.ts'
import { textOf } from '../exact-text.ts'
import type { DatasetStore } from '../store.ts'
import { exact } from '../stored-cells.ts'
import type { TokenCounter } from '../statistics/index.ts'
import { checkedTable, type Check, type CheckedTable, type Finding } from './check.ts'
import { repetitionChecks } from './repetition-checks.ts'
import { rowChecks } from './row-checks.ts'
import { textChecks } from './text-checks.ts'

const checks: readonly Check[] = [...rowChecks, ...textChecks, ...repetitionChecks]
const byId = new Map(checks.map((check) => [check.id, check]))

/** The check of an id; undefined for `too-long`, which a model's tokenizer tells. */
export const checkOf = (id: CheckId): Check | undefined => byId.get(id)

/** So many places of each problem are named. */
const NAMED_CELLS = 200
/** What SQL alone cannot tell is looked at in so many rows at most. */
const CONFIRMED_ROWS = 20_000

/** So many rows' tokens are counted at once. */
const ROWS_PER_COUNT = 200

/** What is too long: more tokens than a training keeps of a question and its answer together. */
export interface LengthLimit {
  readonly counter: TokenCounter
  readonly maxTokens: number
}

/**
 * Looks for every problem. Each check is one pass over the rows in the database; places are named for the first cells
 * only, counts are exact.
 */
export async function checkDataset(store: DatasetStore, limit: LengthLimit | null): Promise<CheckReport> {
  const table = checkedTable(await store.columns())
  const problems: DatasetProblem[] = []
  for (const check of checks)
    for (const finding of check.find(table)) problems.push(...(await problemOf(store, check, finding)))
  if (limit) problems.push(...(await tooLong(store, table, limit)))
  const { version } = await store.meta()
  const order = (problem: DatasetProblem) => checkIds.indexOf(problem.check)
  return { version, rowCount: await store.rowCount(), problems: problems.sort((a, b) => order(a) - order(b)) }
}

async function problemOf(store: DatasetStore, check: Check, finding: Finding): Promise<DatasetProblem[]> {
  const confirmed = check.confirm && finding.columnId ? await confirmedRows(store, finding, check.confirm) : null
  const rows =
    confirmed ??
    (await store.all(
      `SELECT row_id, position, count(*) OVER () FROM (${finding.rows}) ORDER BY position LIMIT ${NAMED_CELLS}`,
    ))
  if (rows.length === 0) return []
  const count = confirmed ? confirmed.length : Number(rows[0]?.[2])
  return [
    problem(
      check.id,
      { severity: check.severity, columnId: finding.columnId, count, isRepairable: check.repair !== undefined },
      rows,
    ),
  ]
}

function problem(
  check: CheckId,
  facts: Omit<DatasetProblem, 'check' | 'cells'>,
  rows: readonly (readonly unknown[])[],
): DatasetProblem {
  return {
    check,
    ...facts,
    cells: rows
      .slice(0, NAMED_CELLS)
      .map(([rowId, row]) => ({ row: Number(row), rowId: Number(rowId) as RowId, columnId: facts.columnId })),
  }
}

async function confirmedRows(
  store: DatasetStore,
  { columnId, rows }: Finding,
  confirm: (text: string) => boolean,
): Promise<unknown[][]> {
  const found = await store.all(
    `SELECT row_id, position, ${exact(columnId as ColumnId)} FROM rows WHERE row_id IN (SELECT row_id FROM (${rows})) ORDER BY position LIMIT ${CONFIRMED_ROWS}`,
  )
  return found.filter(([, , text]) => confirm(textOf(text) ?? ''))
}

/** A token is at least a byte: only rows with more bytes than tokens are allowed are counted. */
async function tooLong(
  store: DatasetStore,
  table: CheckedTable,
  { counter, maxTokens }: LengthLimit,
): Promise<DatasetProblem[]> {
  const texts = (['system', 'prompt', 'answer'] as const)
    .map((role) => table.textOf(role))
    .filter((text) => text !== null)
  const place = table.byRole('answer')[0]
  if (texts.length === 0 || !place) return []
  const bytes = texts.map((text) => `strlen(${text})`).join(' + ')
  const candidates = await store.all(
    `SELECT row_id, position, '.' || concat_ws(chr(10), ${texts.join(', ')}) FROM rows WHERE ${bytes} > ${maxTokens} ORDER BY position LIMIT ${CONFIRMED_ROWS}`,
  )
  const long: unknown[][] = []
  for (let from = 0; from < candidates.length; from += ROWS_PER_COUNT) {
    const rows = candidates.slice(from, from + ROWS_PER_COUNT)
    const counts = await counter.countTokens(rows.map((row) => textOf(row[2]) ?? ''))
    long.push(...rows.filter((_, index) => counts[index]! > maxTokens))
  }
  return long.length === 0
    ? []
    : [problem('too-long', { severity: 'warning', columnId: place.id, count: long.length, isRepairable: false }, long)]
}
