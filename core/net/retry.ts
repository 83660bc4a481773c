// What is worth another try, and when.
import { toAppError, type AppError } from '../contract/index.ts'

/** Attempts in a row that bring nothing; with the waits between them some five minutes. */
const MAX_FRUITLESS = 8
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 120_000

const WORTH_ANOTHER_TRY: ReadonlySet<string> = new Set([
  'hub/interrupted',
  'hub/timeout',
  'hub/offline',
  'hub/server',
  'hub/rate-limited',
])

export interface Wait {
  readonly ms: number
  readonly error: AppError
}

/** Counts attempts that bring nothing and says how long to wait before the next one. */
export class Patience {
  readonly #random: () => number
  #fruitless = 0

  /** `random`: [0, 1), so that many clients do not come back at the same moment. */
  constructor(random: () => number) {
    this.#random = random
  }

  /** Something came. */
  reward(): void {
    this.#fruitless = 0
  }

  /** How long to wait after this failure: twice as long each time, or as the server asks. Null: give up. */
  after(error: unknown): Wait | null {
    const told = toAppError(error)
    if (!WORTH_ANOTHER_TRY.has(told.code) || this.#fruitless >= MAX_FRUITLESS) return null
    const backoffMs = Math.min(FIRST_WAIT_MS * 2 ** this.#fruitless, LONGEST_WAIT_MS) * (0.75 + 0.5 * this.#random())
    const askedMs = told.code === 'hub/rate-limited' ? Number(told.facts['seconds']) * 1000 : 0
    this.#fruitless++
    return { ms: Math.max(backoffMs, askedMs), error: told }
  }
}

/** Resolves after so long. Rejects with the signal's reason when aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end)
      resolve()
    }, ms)
    const end = () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    signal.addEventListener('abort', end, { once: true })
  })
}
