import { chainsOf } from '../../samples/sample-chains.ts'
import type { RowTexts } from '../roles.ts'
import type { Cells } from './table-format.ts'

interface Chain {
  readonly rows: readonly number[]
  /** The row behind which all of them were read. */
  readonly last: number
}

/**
 * Conversations over several rows, each with its cells from the first row to the last; a row that belongs to none is one
 * by itself. They come in the order in which they end.
 */
export async function* conversationsIn(
  rows: () => AsyncIterable<readonly Cells[]>,
  read: (cells: Cells) => RowTexts,
): AsyncGenerator<readonly Cells[]> {
  const links: { readonly id?: string; readonly parentId?: string }[] = []
  for await (const portion of rows())
    for (const cells of portion) {
      const { id, parentId } = read(cells)
      links.push({ ...(id !== undefined && { id }), ...(parentId !== undefined && { parentId }) })
    }
  const ending = new Map<number, Chain[]>()
  const uses = new Map<number, number>()
  for (const chain of chainsOf(links, { wholeOnly: true })) {
    const members = 'rows' in chain ? chain.rows : [chain.row]
    const last = members.reduce((most, row) => Math.max(most, row), 0)
    ending.set(last, [...(ending.get(last) ?? []), { rows: members, last }])
    for (const row of members) uses.set(row, (uses.get(row) ?? 0) + 1)
  }
  yield* inOrder(rows, { ending, uses })
}

/** Rows are kept as long as a conversation that has not ended needs them. */
async function* inOrder(
  rows: () => AsyncIterable<readonly Cells[]>,
  { ending, uses }: { readonly ending: ReadonlyMap<number, readonly Chain[]>; readonly uses: Map<number, number> },
): AsyncGenerator<readonly Cells[]> {
  const kept = new Map<number, Cells>()
  let index = 0
  for await (const portion of rows())
    for (const cells of portion) {
      kept.set(index, cells)
      for (const chain of ending.get(index) ?? []) {
        yield chain.rows.map((row) => kept.get(row) ?? [])
        for (const row of chain.rows) {
          const left = (uses.get(row) ?? 1) - 1
          uses.set(row, left)
          if (left === 0) kept.delete(row)
        }
      }
      index++
    }
}
