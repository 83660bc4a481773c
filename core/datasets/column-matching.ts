import type { ColumnId, ColumnRole, ColumnTarget } from '../contract/index.ts'
import { madeUpPlace } from './column-mapping.ts'

interface Named {
  readonly name: string
  readonly role: ColumnRole
}
type Kept = Named & { readonly id: ColumnId }

/** What names that are alike share. Made-up ones are alike in every language: the user may have changed it. */
function plain(name: string): string {
  const place = madeUpPlace(name.trim())
  return place === null ? name.normalize('NFKC').trim().toLowerCase() : `unnamed ${place}`
}

/**
 * For each column of other rows the column that it most likely continues, each at most once; null where there is none.
 * Names come first (blanks, width and case aside), then roles in their order: a question continues a question whatever
 * the columns are called. Rows without any names or roles go by their place.
 */
export function matchColumns(columns: readonly Kept[], others: readonly Named[]): (ColumnId | null)[] {
  const free = [...columns]
  const found: (ColumnId | null)[] = others.map(() => null)
  const match = (fits: (column: Kept, other: Named) => boolean) =>
    others.forEach((other, index) => {
      const place = found[index] === null ? free.findIndex((column) => fits(column, other)) : -1
      if (place >= 0) found[index] = free.splice(place, 1)[0]?.id ?? null
    })
  match((column, other) => plain(column.name) === plain(other.name))
  match((column, other) => other.role !== 'ignore' && column.role === other.role)
  if (others.every(({ name, role }) => role === 'ignore' && madeUpPlace(name.trim()) !== null))
    match((column, other) => columns.indexOf(column) === madeUpPlace(other.name.trim()))
  return found
}

/**
 * Where each column of other rows goes: as `targets` say by its name, those that they do not name as `matchColumns`
 * finds among what is left.
 */
export function targetsOf(
  columns: readonly Kept[],
  others: readonly Named[],
  targets: readonly ColumnTarget[] = [],
): ColumnTarget['to'][] {
  const open = [...targets]
  const named = others.map(({ name }) => {
    const place = open.findIndex(({ from }) => from === name)
    return place < 0 ? null : (open.splice(place, 1)[0]?.to ?? null)
  })
  const isFree = ({ id }: Kept) => !targets.some(({ to }) => to === id)
  const rest = matchColumns(
    columns.filter(isFree),
    others.filter((_, index) => named[index] === null),
  )
  return named.map((to) => to ?? rest.shift() ?? 'new')
}
