import type { ImportNote } from '../../contract/import.ts'

/** So many of the others are named. */
const NAMED = 3

/** Says which of several tables was taken where the user did not choose one. */
export function entryNotes(
  entry: string,
  { entries, given }: { readonly entries: readonly string[]; readonly given: string | undefined },
): readonly ImportNote[] {
  const others = entries.filter((one) => one !== entry)
  if (given === entry || others.length === 0) return []
  const named = others.slice(0, NAMED).join(', ') + (others.length > NAMED ? ' …' : '')
  return [{ code: 'entry-chosen', facts: { entry, others: named } }]
}
