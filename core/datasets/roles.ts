import { UserError, type ColumnRole, type DatasetInfo } from '../contract/index.ts'
import type { TrainingRow } from '../samples/sample-files.ts'

/** What a row's cells give to training. */
export type RowTexts = Omit<TrainingRow, 'rowId' | 'rowNumber'>

const JOINER = '\n\n'

/**
 * Names by which a column's meaning is recognised, most specific first (H2O LLM Studio's, alpaca's, ShareGPT's, and
 * Japanese ones).
 */
const names: Readonly<Record<Exclude<ColumnRole, 'ignore'>, readonly string[]>> = {
  system: ['system', 'システム', '役割'],
  prompt: ['instruction', 'input', 'prompt', 'question', 'user', '指示', '質問', '入力', 'プロンプト', '問い'],
  answer: ['output', 'answer', 'response', 'assistant', 'completion', '回答', '出力', '応答', '答え'],
  id: ['id', 'message_id', 'row_id'],
  parent: ['parent_id', 'parent', 'parentid', '親id', '親'],
  conversation: ['messages', 'conversations', 'conversation', '会話', '対話'],
}

/** What a column with this name most likely means. */
export function detectRole(name: string): ColumnRole {
  const wanted = name.normalize('NFKC').trim().toLowerCase()
  const found = (Object.keys(names) as (keyof typeof names)[]).find((role) => names[role].includes(wanted))
  return found ?? 'ignore'
}

/**
 * Throws UserError `dataset/columns-missing` (naming the columns that there are) or `dataset/empty` where a dataset
 * cannot be learnt from.
 */
export function checkTrainable({ name, columns, rowCount }: DatasetInfo): void {
  const roles: readonly ColumnRole[] = columns.map(({ role }) => role)
  const hasTurns = roles.includes('prompt') && roles.includes('answer')
  if (!hasTurns && !roles.includes('conversation'))
    throw new UserError('dataset/columns-missing', {
      dataset: name,
      found: columns.map((column) => column.name).join(', '),
    })
  if (rowCount === 0) throw new UserError('dataset/empty', { dataset: name })
}

/**
 * Reads rows with these columns. Filled cells of one role are joined by an empty line; several filled prompts are also
 * given one by one, so that the experiment's settings say how they are joined. Of `id`, `parent` and `conversation` the
 * first filled cell counts.
 */
export function rowReader(
  columns: readonly { readonly role: ColumnRole }[],
): (cells: readonly (string | null | undefined)[]) => RowTexts {
  const placesOf = (role: ColumnRole) => columns.flatMap((column, index) => (column.role === role ? [index] : []))
  const [prompts, answers, systems, ids, parents, conversations] = (
    ['prompt', 'answer', 'system', 'id', 'parent', 'conversation'] as const
  ).map(placesOf)
  return (cells) => {
    const filled = (places: readonly number[] = []) =>
      places.map((place) => cells[place] ?? '').filter((cell) => cell !== '')
    const optional = <K extends keyof RowTexts>(key: K, value: string | undefined) => (value ? { [key]: value } : {})
    const promptParts = filled(prompts)
    return {
      prompt: promptParts.join(JOINER),
      answer: filled(answers).join(JOINER),
      ...(promptParts.length > 1 ? { promptParts } : {}),
      ...optional('system', filled(systems).join(JOINER)),
      // Without parents the names of rows chain nothing.
      ...(parents?.length ? optional('id', filled(ids)[0]) : {}),
      ...optional('parentId', filled(parents)[0]),
      ...optional('conversation', filled(conversations)[0]),
    }
  }
}
