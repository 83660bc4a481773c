import type { ColumnRole, ImportOptions } from '../../../../core/contract/index.ts'

/** What becomes of a column of a file: `from` is its name there. The list's order is the new order. */
export interface ColumnChoice {
  readonly from: string
  readonly name: string
  readonly isKept: boolean
  /** Undefined while the name tells it. */
  readonly role?: ColumnRole | undefined
}

/** All columns as they are in the file. */
export const unchanged = (sources: readonly string[]): ColumnChoice[] =>
  sources.map((from) => ({ from, name: from, isKept: true }))

export const changeAt = (
  choices: readonly ColumnChoice[],
  index: number,
  change: Partial<Omit<ColumnChoice, 'from'>>,
): ColumnChoice[] => choices.map((choice, place) => (place === index ? { ...choice, ...change } : choice))

/** The column one place further up (-1) or down (1). */
export function move(choices: readonly ColumnChoice[], index: number, by: -1 | 1): ColumnChoice[] {
  const moved = [...choices]
  const [choice] = moved.splice(index, 1)
  if (choice) moved.splice(Math.max(0, index + by), 0, choice)
  return moved
}

/** The import's option; undefined where everything stays as it is. A blank name is the old one. */
export function columnsOption(choices: readonly ColumnChoice[], sources: readonly string[]): ImportOptions['columns'] {
  const kept = choices
    .filter(({ isKept }) => isKept)
    .map(({ from, name, role }) => ({ from, name: name.trim() || from, ...(role && { role }) }))
  const isUnchanged =
    kept.length === sources.length &&
    kept.every(({ from, name, role }, index) => from === sources[index] && name === from && role === undefined)
  return isUnchanged ? undefined : kept
}
