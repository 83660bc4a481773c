import type { Column, DatasetSummary } from '../../../core/contract/index.ts'
import type { ListState } from './datasets.store.ts'

const none: readonly DatasetSummary[] = []

/** The datasets of the list; none while it is not read. */
export const datasetItems = ({ list }: { readonly list: ListState }): readonly DatasetSummary[] =>
  list.kind === 'ready' ? list.items : none

/** False for one whose file is damaged or not ours. */
export const isReadable = ({ problem }: DatasetSummary): boolean => problem === undefined

export type MissingRoles = 'noPrompt' | 'noAnswer' | 'noRoles'

/** Which columns training would miss; null where it has what it needs. */
export function missingRoles(columns: readonly Column[]): MissingRoles | null {
  const has = (role: Column['role']): boolean => columns.some((column) => column.role === role)
  if (has('conversation')) return null
  if (has('prompt')) return has('answer') ? null : 'noAnswer'
  return has('answer') ? 'noPrompt' : 'noRoles'
}

export type SizeAdvice = 'empty' | 'oneFact' | 'small' | 'good' | 'large'

/** What the number of rows is good for: 1,000 to 50,000 are advised; a dozen teaches one fact. */
export function sizeAdvice(rowCount: number): SizeAdvice {
  if (rowCount === 0) return 'empty'
  if (rowCount < 100) return 'oneFact'
  if (rowCount < 1000) return 'small'
  return rowCount <= 50_000 ? 'good' : 'large'
}
