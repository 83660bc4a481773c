// Conversations over several rows: each row names the row that it answers to.

/** A row's own name and that of the row before it in its conversation; both as the cells say. */
export interface ChainLink {
  readonly id?: string
  readonly parentId?: string
}

/** `id-duplicate`: an earlier row has the same id; `parent-circular`: following the parents leads back. */
export type ChainIssue = 'id-duplicate' | 'parent-circular'

/** One sample's rows, from the root of its conversation to the row itself, as indices. */
export type Chain =
  { readonly row: number; readonly rows: readonly number[] } | { readonly row: number; readonly issue: ChainIssue }

/**
 * The conversation of every row from its root, in the order of the rows; with `wholeOnly` of those rows only that
 * nobody answers to (H2O's limit_chained_samples). As in H2O LLM Studio, a row whose parent does not exist begins a
 * conversation.
 */
export function chainsOf(links: readonly ChainLink[], { wholeOnly }: { readonly wholeOnly: boolean }): Chain[] {
  const { parents, duplicates } = parentsOf(links)
  const answered = new Set(parents.filter((parent) => parent !== null))
  return links.flatMap((_, row): Chain[] => {
    if (duplicates.has(row)) return [{ row, issue: 'id-duplicate' }]
    const rows = ancestors(row, parents)
    if (!rows) return [{ row, issue: 'parent-circular' }]
    return wholeOnly && answered.has(row) ? [] : [{ row, rows }]
  })
}

/**
 * A number for every row, the same for rows of one conversation with all its branches (the index of its first row):
 * what may be in training and validation only as a whole.
 */
export function conversationGroups(links: readonly ChainLink[]): number[] {
  const { parents } = parentsOf(links)
  const groups = links.map((_, row) => row)
  const groupOf = (row: number): number => {
    let group = row
    while (groups[group] !== group) group = groups[group] as number
    groups[row] = group
    return group
  }
  for (const [row, parent] of parents.entries()) {
    if (parent === null) continue
    const [one, other] = [groupOf(row), groupOf(parent)]
    groups[Math.max(one, other)] = Math.min(one, other)
  }
  return links.map((_, row) => groupOf(row))
}

function parentsOf(links: readonly ChainLink[]): { parents: (number | null)[]; duplicates: ReadonlySet<number> } {
  const rowOf = new Map<string, number>()
  const duplicates = new Set<number>()
  for (const [row, { id }] of links.entries()) {
    const name = nameOf(id)
    if (name === '') continue
    if (rowOf.has(name)) duplicates.add(row)
    else rowOf.set(name, row)
  }
  return { parents: links.map(({ parentId }) => rowOf.get(nameOf(parentId)) ?? null), duplicates }
}

/** The rows from the root to `row`; null where they go in a circle. */
function ancestors(row: number, parents: readonly (number | null)[]): number[] | null {
  const rows = new Set<number>()
  for (let next: number | null = row; next !== null; next = parents[next] ?? null) {
    if (rows.has(next)) return null
    rows.add(next)
  }
  return [...rows].reverse()
}

/** A column of whole numbers with empty cells is often written as 3.0: H2O compares numbers by their value. */
const nameOf = (text = ''): string => text.trim().replace(/^(-?\d+)\.0+$/, '$1')
