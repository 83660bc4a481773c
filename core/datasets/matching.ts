import { UserError, type Column, type SortKey, type ViewFilter } from '../contract/index.ts'
import { identifier, literal } from './sql.ts'
import type { DatasetStore } from './store.ts'

/** What a text is tested for. */
export interface Pattern {
  readonly kind: 'contains' | 'equals' | 'regex'
  readonly text: string
  readonly matchCase: boolean
}

/** Texts are compared up to this length when rows are sorted. */
const COMPARED_CHARACTERS = 100

/** The SQL condition that a column's text matches. Regular expressions are RE2's; `.` matches no line break. */
export function matches(columnId: string, { kind, text, matchCase }: Pattern): string {
  const column = identifier(columnId)
  if (kind !== 'regex' && (matchCase || !isCased(text)))
    return kind === 'equals' ? `${column} = ${literal(text)}` : `contains(${column}, ${literal(text)})`
  return `regexp_matches(${column}, ${literal(regexOf({ kind, text, matchCase }))}, ${literal(matchCase ? 'c' : 'i')})`
}

/** The SQL text in which every match of a column is replaced. `replacement`: as the contract's `replace` says. */
export function replaced(columnId: string, pattern: Pattern, replacement: string): string {
  const column = identifier(columnId)
  if (pattern.kind === 'equals') return literal(replacement)
  if (pattern.kind === 'contains' && (pattern.matchCase || !isCased(pattern.text)))
    return `replace(${column}, ${literal(pattern.text)}, ${literal(replacement)})`
  const template = pattern.kind === 'regex' ? templateOf(replacement) : replacement.replaceAll('\\', '\\\\')
  return `regexp_replace(${column}, ${literal(regexOf(pattern))}, ${literal(template)}, ${literal(pattern.matchCase ? 'gc' : 'gi')})`
}

/**
 * Throws UserError `dataset/regex-invalid` where a pattern is none, `dataset/regex-group` where the replacement names a
 * group that it lacks.
 */
export async function checkPattern(store: DatasetStore, { kind, text }: Pattern, replacement = ''): Promise<void> {
  if (kind !== 'regex') return
  try {
    await store.all(`SELECT regexp_matches('', $1)`, [text])
  } catch {
    throw new UserError('dataset/regex-invalid', { pattern: text })
  }
  const count = groupCount(text)
  for (const [, mark] of replacement.matchAll(/\$([$&1-9])/g))
    if (Number(mark) > count) throw new UserError('dataset/regex-group', { group: `$${mark}`, count })
}

/** How many groups a regular expression captures. */
function groupCount(pattern: string): number {
  const plainParts = pattern.replace(/\\[\s\S]/g, '').replace(/\[\^?\]?[^\]]*\]/g, '')
  return [...plainParts.matchAll(/\((?!\?)|\(\?P?</g)].length
}

/** The SQL condition of a view's filter. */
export function filterCondition({ columnId, kind, value, matchCase }: ViewFilter): string {
  if (kind === 'empty') return `coalesce(${identifier(columnId)}, '') = ''`
  if (kind === 'notEmpty') return `${identifier(columnId)} <> ''`
  if (kind === 'equals' && value === '') return `coalesce(${identifier(columnId)}, '') = ''`
  return matches(columnId, { kind, text: value, matchCase })
}

/**
 * The SQL order of the sort keys: numbers by value and texts by the Japanese collation, empty cells last, equal rows as
 * they are.
 */
export function sortOrder(keys: readonly SortKey[]): string {
  return [
    ...keys.flatMap(({ columnId, direction }) => orderOf(columnId, direction === 'ascending' ? 'ASC' : 'DESC')),
    'position',
  ].join(', ')
}

function orderOf(columnId: string, direction: 'ASC' | 'DESC'): string[] {
  const column = identifier(columnId)
  const number = `try_cast(CASE WHEN length(${column}) <= 40 THEN replace(trim(${column}), ',', '') END AS DOUBLE)`
  const finite = `CASE WHEN isfinite(${number}) THEN ${number} END`
  const kind = `CASE WHEN coalesce(${column}, '') = '' THEN NULL WHEN ${finite} IS NULL THEN 1 ELSE 0 END`
  const text = `CASE WHEN ${finite} IS NULL THEN left(${column}, ${COMPARED_CHARACTERS}) END`
  return [
    `${kind} ${direction} NULLS LAST`,
    `${finite} ${direction} NULLS LAST`,
    `(${text}) COLLATE ja ${direction} NULLS LAST`,
  ]
}

/** Throws UserError `dataset/column-not-found` where an id is not one of the columns. */
export function requireColumns(columns: readonly Pick<Column, 'id'>[], wanted: readonly string[]): void {
  const missing = wanted.find((id) => !columns.some((column) => column.id === id))
  if (missing !== undefined) throw new UserError('dataset/column-not-found', { column: missing })
}

/** Whether the text has letters in two cases: most Japanese texts have none, and are found faster without folding. */
const isCased = (text: string): boolean => text.toLowerCase() !== text.toUpperCase()

function regexOf({ kind, text }: Pattern): string {
  if (kind === 'regex') return text
  const escaped = text.replace(/[\\^$.*+?()[\]{}|\-/]/g, '\\$&')
  return kind === 'equals' ? `^(?:${escaped})$` : escaped
}

/** `$1`, `$&` and `$$` as RE2 writes them. */
const templateOf = (replacement: string): string =>
  replacement
    .replaceAll('\\', '\\\\')
    .replace(/\$([$&1-9])/g, (_, mark: string) => (mark === '$' ? '$' : `\\${mark === '&' ? '0' : mark}`))
