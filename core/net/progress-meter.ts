import type { HubProgress } from '../contract/index.ts'

const WINDOW_MS = 5000
/** A rate over less than this says nothing. */
const MIN_SPAN_MS = 500
const REPORT_EVERY_MS = 200

interface Sample {
  readonly atMs: number
  readonly bytes: number
}

/** Measures how fast bytes come in, over the last seconds. */
export class ProgressMeter {
  readonly #now: () => number
  #samples: Sample[] = []
  #reportedMs = -Infinity

  constructor(now: () => number) {
    this.#now = now
  }

  /** Notes how many bytes there are before anything comes in. */
  start(bytes: number): void {
    this.#samples = [{ atMs: this.#now(), bytes }]
  }

  /** Notes how many bytes there are by now; true where it is time to tell. */
  add(bytes: number): boolean {
    const atMs = this.#now()
    const kept = this.#samples.filter((sample) => atMs - sample.atMs <= WINDOW_MS)
    this.#samples = [...kept, { atMs, bytes }]
    if (atMs - this.#reportedMs < REPORT_EVERY_MS) {
      if (kept.length > 1) this.#samples.splice(-2, 1)
      return false
    }
    this.#reportedMs = atMs
    return true
  }

  rate(totalBytes: number): Pick<HubProgress, 'bytesPerSecond' | 'remainingSeconds'> {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (!first || !last || last.atMs - first.atMs < MIN_SPAN_MS || last.bytes <= first.bytes)
      return { bytesPerSecond: null, remainingSeconds: null }
    const bytesPerSecond = ((last.bytes - first.bytes) * 1000) / (last.atMs - first.atMs)
    return { bytesPerSecond, remainingSeconds: (totalBytes - last.bytes) / bytesPerSecond }
  }
}
