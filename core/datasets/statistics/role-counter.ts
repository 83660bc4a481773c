import type { CountedRole, RoleStatistics } from '../../contract/index.ts'
import { Tally } from './distribution.ts'
import { Openings } from './openings.ts'
import { ScriptCounts } from './scripts.ts'

/** Counts the texts of one role. */
export class RoleCounter {
  readonly #role: CountedRole
  readonly #characters = new Tally()
  readonly #tokens = new Tally()
  readonly #scripts = new ScriptCounts()
  readonly #own = new ScriptCounts()
  readonly #openings = new Openings()
  /** Texts whose tokens are still to be counted. */
  #uncounted: string[] = []
  #count = 0
  #emptyCount = 0

  constructor(role: CountedRole) {
    this.#role = role
  }

  /** Adds a text and, to the row's scripts, what it is written in; `counts` keeps it for `countTokens`. */
  add(text: string, row: ScriptCounts, counts: boolean): void {
    if (text === '') {
      this.#emptyCount++
      return
    }
    const own = this.#own
    own.clear()
    this.#count++
    this.#characters.add(own.add(text))
    this.#scripts.include(own)
    row.include(own)
    this.#openings.add(text)
    if (counts) this.#uncounted.push(text)
  }

  async countTokens(count: (texts: readonly string[]) => Promise<readonly number[]>): Promise<void> {
    const texts = this.#uncounted
    this.#uncounted = []
    for (const tokens of texts.length > 0 ? await count(texts) : []) this.#tokens.add(tokens)
  }

  result(): RoleStatistics {
    return {
      role: this.#role,
      count: this.#count,
      emptyCount: this.#emptyCount,
      characters: this.#characters.distribution(),
      tokens: this.#tokens.distribution(),
      scripts: this.#scripts.shares(),
      openings: this.#openings.top(),
    }
  }
}
