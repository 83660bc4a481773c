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
  #count = 0
  #emptyCount = 0

  constructor(role: CountedRole) {
    this.#role = role
  }

  /** Adds a text and, to the row's scripts, what it is written in; with a tokenizer also its tokens. */
  add(text: string, row: ScriptCounts, countTokens: ((text: string) => number) | null): void {
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
    if (countTokens) this.#tokens.add(countTokens(text))
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
