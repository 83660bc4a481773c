import type { Column, ColumnId, ColumnRole, ColumnTarget } from '../../../../core/contract/index.ts'

export interface SourceColumn {
  readonly name: string
  readonly role: ColumnRole
}

/** Where columns go as the host matched them; those that continue none get a column of their own. */
export const matched = (sources: readonly SourceColumn[], found: readonly (ColumnId | null)[]): ColumnTarget[] =>
  sources.map(({ name }, index) => ({ from: name, to: found[index] ?? 'new' }))

/** Another place for one of them. A column takes one only: what went there before gets a column of its own. */
export const changeTarget = (targets: readonly ColumnTarget[], index: number, to: ColumnTarget['to']): ColumnTarget[] =>
  targets.map((target, place) => {
    if (place === index) return { ...target, to }
    return target.to === to && to !== 'none' ? { ...target, to: 'new' } : target
  })

export interface AddedRows {
  /** The dataset's columns, then the new ones. */
  readonly columns: readonly SourceColumn[]
  readonly rows: readonly (readonly (string | null)[])[]
  /** Columns of the dataset that get nothing. */
  readonly empty: readonly string[]
}

/** What rows will look like below those of a dataset. */
export function addedRows(
  columns: readonly Column[],
  sources: readonly SourceColumn[],
  targets: readonly ColumnTarget[],
  rows: readonly (readonly (string | null)[])[],
): AddedRows {
  const placeFor = ({ id }: Column) => targets.findIndex(({ to }) => to === id)
  const added = targets.flatMap(({ to }, index) => (to === 'new' ? [index] : []))
  const places = [...columns.map(placeFor), ...added]
  return {
    columns: [...columns, ...added.flatMap((index) => sources[index] ?? [])],
    rows: rows.map((row) => places.map((place) => row[place] ?? null)),
    empty: columns.filter((column) => placeFor(column) < 0).map(({ name }) => name),
  }
}

/** False where nothing would be added. */
export const addsSomething = (targets: readonly ColumnTarget[]): boolean => targets.some(({ to }) => to !== 'none')
