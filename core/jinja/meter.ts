/** What one rendering may use. */
export interface Limits {
  readonly maxSteps: number
  /** Of the text, and of every text on the way. */
  readonly maxCharacters: number
  /** Of a list on the way. */
  readonly maxItems: number
  /** Of nodes inside each other, calls of macros included. */
  readonly maxDepth: number
}

/** So many characters that are gone through count as a step. */
const CHARACTERS_A_STEP = 1024

/** Counts what a rendering uses. Every method throws RangeError beyond the limits. */
export class Meter {
  readonly #limits: Limits
  #steps = 0
  #depth = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  step(count = 1): void {
    this.#steps += count
    if (this.#steps > this.#limits.maxSteps) throw new RangeError(`more than ${this.#limits.maxSteps} steps`)
  }

  /** Runs what lies one level deeper. */
  deeper<R>(run: () => R): R {
    if (++this.#depth > this.#limits.maxDepth) throw new RangeError(`more than ${this.#limits.maxDepth} levels`)
    const result = run()
    // After an error nothing more is worked out.
    this.#depth--
    return result
  }

  /** Before a text of this length is made or gone through. */
  characters(length: number): void {
    if (length > this.#limits.maxCharacters) throw new RangeError(`more than ${this.#limits.maxCharacters} characters`)
    if (length >= CHARACTERS_A_STEP) this.step(Math.floor(length / CHARACTERS_A_STEP))
  }

  /** Before a list of this length is made or gone through. */
  items(length: number): void {
    if (length > this.#limits.maxItems) throw new RangeError(`more than ${this.#limits.maxItems} items`)
    this.step(length / 8)
  }
}
