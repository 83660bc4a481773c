const FIRST = 2
const MOST = 8
/** A rate over less than this says nothing. */
const SPAN_MS = 1_500
/** One more connection must bring so much. */
const WORTH = 1.12

/** How many connections a file is worth: one more as long as each makes it faster. */
export class Connections {
  readonly #now: () => number
  #wanted = FIRST
  #isSettled = false
  #best = 0
  #since: { readonly atMs: number; readonly bytes: number } | null = null

  constructor(now: () => number) {
    this.#now = now
  }

  get wanted(): number {
    return this.#wanted
  }

  /** Tells how many bytes there are by now. */
  note(bytes: number): void {
    const atMs = this.#now()
    this.#since ??= { atMs, bytes }
    const spanMs = atMs - this.#since.atMs
    if (this.#isSettled || spanMs < SPAN_MS) return
    const rate = (bytes - this.#since.bytes) / spanMs
    this.#since = { atMs, bytes }
    if (rate > this.#best * WORTH && this.#wanted < MOST) this.#wanted++
    else this.#isSettled = true
    this.#best = Math.max(this.#best, rate)
  }

  /** The server had trouble: fewer, and no more attempts to be faster. */
  slower(): void {
    this.#wanted = Math.max(1, this.#wanted - 1)
    this.#isSettled = true
  }
}
