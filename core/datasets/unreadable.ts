import type { ImportNote } from '../contract/import.ts'
import type { Cells } from './formats/table-format.ts'

/** So many rows are named. */
const NAMED_ROWS = 10
/** Half of a character, which JSON can write alone: no encoding has it. */
const HALF = /\p{Surrogate}/gu
/** What stands for bytes that could not be read, besides. */
const REPLACEMENT = /\p{Surrogate}|\ufffd/gu

/** Counts the characters of a table that could not be read, while its rows pass, the header first. */
export class UnreadableCharacters {
  #row = 0
  #inNames = 0
  #count = 0
  readonly #rows: number[] = []
  #hasMore = false
  readonly #pattern: RegExp

  /** `fits`: every byte was read, so that a U+FFFD is the file's own. */
  constructor({ fits }: { readonly fits: boolean }) {
    this.#pattern = fits ? HALF : REPLACEMENT
  }

  add(row: Cells): void {
    let found = 0
    for (const cell of row) found += cell?.match(this.#pattern)?.length ?? 0
    if (this.#row === 0) this.#inNames = found
    else if (found > 0) {
      this.#count += found
      if (this.#rows.length < NAMED_ROWS) this.#rows.push(this.#row)
      else this.#hasMore = true
    }
    this.#row++
  }

  /** What the user is told of them; empty where every character was read. */
  notes(): ImportNote[] {
    const rows = this.#rows.join(', ') + (this.#hasMore ? ' …' : '')
    return [
      ...(this.#inNames > 0 ? [{ code: 'unreadable-names', facts: { count: this.#inNames } } as const] : []),
      ...(this.#count > 0 ? [{ code: 'unreadable', facts: { count: this.#count, rows } } as const] : []),
    ]
  }
}
