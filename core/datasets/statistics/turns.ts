import type { Distribution } from '../../contract/index.ts'
import { chainsOf, type ChainLink } from '../../samples/sample-chains.ts'
import { Tally } from './distribution.ts'

/**
 * Counts the turns of conversations. Rows that name their parents are conversations of several rows: their ids are
 * kept, the only part of the statistics whose memory grows with the rows. Rows with a whole conversation in a cell
 * count by themselves.
 */
export class TurnCounter {
  readonly #isChained: boolean
  readonly #links: ChainLink[] = []
  readonly #turns: number[] = []
  readonly #whole = new Tally()

  constructor(isChained: boolean) {
    this.#isChained = isChained
  }

  /** `turns`: how many questions with answers the row has itself. */
  add({ id, parentId }: ChainLink, turns: number): void {
    if (!this.#isChained) {
      if (turns > 0) this.#whole.add(turns)
      return
    }
    this.#links.push({ ...(id === undefined ? {} : { id }), ...(parentId === undefined ? {} : { parentId }) })
    this.#turns.push(turns)
  }

  /**
   * Turns of every whole conversation; a conversation that branches counts once for every end. Rows with a wrong id or
   * parent are left out.
   */
  distribution(): Distribution | null {
    if (!this.#isChained) return this.#whole.distribution()
    const tally = new Tally()
    for (const chain of chainsOf(this.#links, { wholeOnly: true })) {
      const turns = 'rows' in chain ? chain.rows.reduce((sum, row) => sum + (this.#turns[row] ?? 0), 0) : 0
      if (turns > 0) tally.add(turns)
    }
    return tally.distribution()
  }
}
