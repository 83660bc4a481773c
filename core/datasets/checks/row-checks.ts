import { identifier, literal } from '../sql.ts'
import { isBlank, rowsWhere, type Check, type CheckedTable, type Finding } from './check.ts'

/** What templates say where a user's own text belongs: this studio's, and that of the tutorial that it replaces. */
const PLACEHOLDERS = [
  'ここに質問を書きます。',
  '1 行に 1 組の質問と回答を書きます。',
  '行は右クリックで追加や削除ができます。',
  'ここに回答を書きます。',
  'この行に質問を入力します。',
  'この行に質問への回答を入力します。',
  '必要に応じて行を追加します。',
]

/** The first column of a role, where a row's problem is shown. */
const placeOf = (table: CheckedTable, role: 'prompt' | 'answer') => table.byRole(role)[0]?.id ?? null

const hasConversation = (table: CheckedTable): string =>
  table
    .byRole('conversation')
    .map(({ id }) => `NOT (${isBlank(identifier(id))})`)
    .join(' OR ') || 'false'

const emptyRow = ({ columns }: CheckedTable): string =>
  columns.map(({ id }) => isBlank(identifier(id))).join(' AND ') || 'false'

/** A row with a question alone, and below it a row with an answer alone: a line break has split a pair. */
export const pairRows = (table: CheckedTable): string | null => {
  const [prompt, answer] = [table.textOf('prompt'), table.textOf('answer')]
  if (!prompt || !answer) return null
  const halves = `SELECT row_id, position, ${isBlank(prompt)} AS no_prompt, ${isBlank(answer)} AS no_answer FROM rows`
  const below = `SELECT *, lead(row_id) OVER below AS next_id, lead(no_prompt) OVER below AS next_no_prompt, lead(no_answer) OVER below AS next_no_answer FROM (${halves}) WINDOW below AS (ORDER BY position)`
  return `SELECT row_id, position, next_id FROM (${below}) WHERE no_answer AND NOT no_prompt AND next_no_prompt AND NOT next_no_answer`
}

/** A single one may be two unfinished rows; several are a pattern. */
const MIN_PAIRS = 2

/** The pairs, where there are enough of them; null without questions and answers. */
const patternOf = (table: CheckedTable): string | null => {
  const pairs = pairRows(table)
  return pairs && `SELECT * FROM (${pairs}) WHERE (SELECT count(*) FROM (${pairs})) >= ${MIN_PAIRS}`
}

const splitPairs: Check = {
  id: 'split-pairs',
  severity: 'warning',
  find(table) {
    const pairs = patternOf(table)
    return pairs ? [{ columnId: placeOf(table, 'answer'), rows: `SELECT row_id, position FROM (${pairs})` }] : []
  },
  repair: { kind: 'join' },
}

const repeatedHeader: Check = {
  id: 'repeated-header',
  severity: 'warning',
  find({ used, columns }) {
    const named = (used.length > 0 ? used : columns).filter(({ name }) => name.trim() !== '')
    const same = named.map(
      ({ id, name }) => `lower(trim(coalesce(${identifier(id)}, ''))) = lower(${literal(name.trim())})`,
    )
    return same.length < 2 ? [] : [{ columnId: null, rows: rowsWhere(same.join(' AND ')) }]
  },
  repair: { kind: 'remove' },
}

const placeholder: Check = {
  id: 'placeholder',
  severity: 'warning',
  find(table) {
    const says = [...table.byRole('prompt'), ...table.byRole('answer')].flatMap(({ id }) =>
      PLACEHOLDERS.map((text) => `starts_with(trim(coalesce(${identifier(id)}, '')), ${literal(text)})`),
    )
    return says.length === 0 ? [] : [{ columnId: null, rows: rowsWhere(says.join(' OR ')) }]
  },
  repair: { kind: 'remove' },
}

const emptyRows: Check = {
  id: 'empty-row',
  severity: 'warning',
  find: (table) => [{ columnId: null, rows: rowsWhere(emptyRow(table)) }],
  repair: { kind: 'remove' },
}

const emptyIn =
  (role: 'prompt' | 'answer') =>
  (table: CheckedTable): Finding[] => {
    const text = table.textOf(role)
    const pairs = patternOf(table)
    const isHalf = pairs
      ? `row_id IN (SELECT row_id FROM (${pairs}) UNION ALL SELECT next_id FROM (${pairs}))`
      : 'false'
    return text
      ? [
          {
            columnId: placeOf(table, role),
            rows: rowsWhere(
              `${isBlank(text)} AND NOT (${emptyRow(table)}) AND NOT (${hasConversation(table)}) AND NOT (${isHalf})`,
            ),
          },
        ]
      : []
  }

const emptyPrompt: Check = {
  id: 'empty-prompt',
  severity: 'warning',
  find: emptyIn('prompt'),
  repair: { kind: 'remove' },
}
const emptyAnswer: Check = {
  id: 'empty-answer',
  severity: 'warning',
  find: emptyIn('answer'),
  repair: { kind: 'remove' },
}

export const rowChecks: readonly Check[] = [
  splitPairs,
  repeatedHeader,
  placeholder,
  emptyRows,
  emptyPrompt,
  emptyAnswer,
]
