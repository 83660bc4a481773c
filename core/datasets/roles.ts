import { UserError, type Column, type ColumnRole, type DatasetInfo } from '../contract/index.ts'

/** Names by which a column's meaning is recognised, most specific first (H2O LLM Studio's, alpaca's, ShareGPT's, and Japanese ones). */
const names: Readonly<Record<Exclude<ColumnRole, 'ignore'>, readonly string[]>> = {
  system: ['system', 'システム', '役割'],
  prompt: ['instruction', 'input', 'prompt', 'question', 'user', '指示', '質問', '入力', 'プロンプト', '問い'],
  answer: ['output', 'answer', 'response', 'assistant', 'completion', '回答', '出力', '応答', '答え'],
}

/** What a column with this name most likely means. */
export function detectRole(name: string): ColumnRole {
  const wanted = name.normalize('NFKC').trim().toLowerCase()
  const found = (Object.keys(names) as (keyof typeof names)[]).find((role) => names[role].includes(wanted))
  return found ?? 'ignore'
}

/** Throws UserError `dataset/columns-missing` (naming the columns that there are) or `dataset/empty` where a dataset cannot be learnt from. */
export function checkTrainable({ name, columns, rowCount }: DatasetInfo): void {
  const has = (role: ColumnRole) => columns.some((column: Column) => column.role === role)
  if (!has('prompt') || !has('answer')) throw new UserError('dataset/columns-missing', { dataset: name, found: columns.map((column) => column.name).join(', ') })
  if (rowCount === 0) throw new UserError('dataset/empty', { dataset: name })
}
