/**
 * What was read of a database and has not changed since. Whoever changes something forgets it before and after; nothing
 * is remembered while that may be taken back, nor what was read across a change.
 */
export class KnownFacts {
  readonly #facts = new Map<string, unknown>()
  #changes = 0
  #unsure = 0

  /** Reads a fact unless it is known. */
  async once<T>(name: string, read: () => Promise<T>): Promise<T> {
    if (this.#facts.has(name)) return this.#facts.get(name) as T
    const changes = this.#changes
    const fact = await read()
    if (changes === this.#changes && this.#unsure === 0) this.#facts.set(name, fact)
    return fact
  }

  forget(): void {
    this.#changes++
    this.#facts.clear()
  }

  /** Runs work during which nothing is remembered. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    this.#unsure++
    this.forget()
    try {
      return await work()
    } finally {
      this.#unsure--
      this.forget()
    }
  }
}
