import { checkTexts, UserError, type CheckId } from '../contract/index.ts'
import type { ImportNote } from '../contract/import.ts'
import { checkDataset } from '../datasets/checks/index.ts'
import { textOf, exactText } from '../datasets/exact-text.ts'
import { identifier } from '../datasets/sql.ts'
import type { DatasetStore } from '../datasets/store.ts'
import { parseTableArguments, withTable } from './data-table.ts'
import { text } from './print.ts'
import { language } from '../host/sentence.ts'

const CLIPPED_CHARACTERS = 40

interface NamedProblem {
  readonly check: CheckId
  readonly severity: 'warning' | 'info'
  readonly column: string | null
  readonly count: number
  /** The first places; rows count from 1. */
  readonly cells: readonly { readonly row: number; readonly text: string }[]
}

/**
 * `terakoya data check FILE [--json]` and the options of `parseTableArguments`. Problems are no failure: the exit code
 * is 0.
 */
export async function checkCommand(args: readonly string[]): Promise<number> {
  const { flags, reading, rest } = parseTableArguments(args, [], ['json'])
  const [file, ...others] = rest
  if (file === undefined || others.length > 0) throw new UserError('cli/usage', { problem: 'data check' })
  const found = await withTable(file, reading, async (store, { notes }) => ({ ...(await reportOf(store)), notes }))
  console.log(flags.has('json') ? JSON.stringify({ file, ...found }) : linesOf(found).join('\n'))
  return 0
}

async function reportOf(store: DatasetStore): Promise<{ rowCount: number; problems: NamedProblem[] }> {
  const columns = await store.columns()
  const { rowCount, problems } = await checkDataset(store, null)
  const named: NamedProblem[] = []
  for (const { check, severity, columnId, count, cells } of problems) {
    const shown = columnId ?? columns[0]?.id
    const texts =
      shown && cells.length > 0
        ? await store.all(
            `SELECT row_id, ${exactText(`left(${identifier(shown)}, ${CLIPPED_CHARACTERS})`)} FROM rows WHERE row_id IN (${cells.map(({ rowId }) => rowId).join(', ')})`,
          )
        : []
    const byRow = new Map(texts.map(([rowId, value]) => [Number(rowId), textOf(value) ?? '']))
    named.push({
      check,
      severity,
      column: columns.find(({ id }) => id === columnId)?.name ?? null,
      count,
      cells: cells.map(({ row, rowId }) => ({ row: row + 1, text: byRow.get(rowId) ?? '' })),
    })
  }
  return { rowCount, problems: named }
}

const SHOWN_PLACES = 5

function linesOf({
  rowCount,
  problems,
  notes,
}: {
  readonly notes: readonly ImportNote[]
  readonly rowCount: number
  readonly problems: readonly NamedProblem[]
}): string[] {
  if (problems.length === 0 && notes.every(({ code }) => code === 'entry-chosen'))
    return [text('checkedFine', { rows: rowCount })]
  const lineOf = ({ check, column, count, cells }: NamedProblem): string =>
    text(column === null ? 'problemInRows' : 'problemInColumn', {
      title: checkTexts(check, language()).title,
      column: column ?? '',
      count,
      rows:
        cells
          .slice(0, SHOWN_PLACES)
          .map(({ row }) => row)
          .join(', ') + (count > SHOWN_PLACES ? ' …' : ''),
    })
  return [text('checked', { rows: rowCount }), ...problems.map(lineOf)]
}
