import { UserError } from '../contract/index.ts'

interface Waiting {
  readonly places: number
  readonly begin: () => void
}

/** Who is answered now and who waits: whoever came first goes first, and a large request waits until it fits. */
export class Queue {
  readonly #max: { readonly places: number; readonly waiting: number }
  readonly #waiting: Waiting[] = []
  #taken = 0

  constructor(max: { readonly places: number; readonly waiting: number }) {
    this.#max = max
  }

  get taken(): number {
    return this.#taken
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /**
   * Resolves when there are places, with the function that gives them back. Rejects with UserError 'api/busy' where too
   * many wait, and with the signal's reason.
   */
  async enter(wanted: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    const places = Math.min(wanted, this.#max.places)
    if (this.#waiting.length >= this.#max.waiting) throw new UserError('api/busy', { count: this.#waiting.length })
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        const place = this.#waiting.indexOf(waiting)
        if (place >= 0) this.#waiting.splice(place, 1)
        this.#next()
        reject(signal.reason as Error)
      }
      const waiting: Waiting = {
        places,
        begin: () => {
          signal.removeEventListener('abort', leave)
          resolve()
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(waiting)
      this.#next()
    })
    let isBack = false
    return () => {
      if (isBack) return
      isBack = true
      this.#taken -= places
      this.#next()
    }
  }

  #next(): void {
    for (
      let first = this.#waiting[0];
      first && this.#taken + first.places <= this.#max.places;
      first = this.#waiting[0]
    ) {
      this.#waiting.shift()
      this.#taken += first.places
      first.begin()
    }
  }
}
