import { isExporting, type AppError, type ExportJob } from '../contract/index.ts'

/** A rate over less than this says nothing. */
const MIN_SPAN_MS = 500
const TELL_EVERY_MS = 200

/** A job as it is told, and the ways to change it. Every change is told; the count of bytes now and then. */
export class RunningJob {
  /** Ends what is under way. */
  ending = new AbortController()
  /** Settles when nothing is written or asked any more. */
  settled: Promise<void> = Promise.resolve()
  #job: ExportJob
  readonly #tell: (job: ExportJob) => void
  readonly #now: () => number
  #startMs: number
  #toldMs = -Infinity

  constructor(job: ExportJob, tell: (job: ExportJob) => void, now: () => number) {
    this.#job = job
    this.#tell = tell
    this.#now = now
    this.#startMs = now()
  }

  get told(): ExportJob {
    return this.#job
  }

  get isUnderWay(): boolean {
    return isExporting(this.#job.state)
  }

  change(
    changes: Partial<
      Pick<ExportJob, 'state' | 'totalBytes' | 'remainingSeconds' | 'finishedAt' | 'result' | 'error' | 'publication'>
    >,
  ): void {
    this.#job = { ...this.#job, ...changes }
    this.#toldMs = this.#now()
    this.#tell(this.#job)
  }

  /** Another piece of work begins, whose bytes are counted anew. */
  begin(state: ExportJob['state'], totalBytes = this.#job.totalBytes): void {
    this.#startMs = this.#now()
    this.#job = { ...this.#job, writtenBytes: 0 }
    this.change({ state, totalBytes, remainingSeconds: null })
  }

  wrote(bytes: number): void {
    const writtenBytes = this.#job.writtenBytes + bytes
    const spanMs = this.#now() - this.#startMs
    const left = Math.max(0, this.#job.totalBytes - writtenBytes)
    const remainingSeconds = spanMs < MIN_SPAN_MS ? null : (left * spanMs) / writtenBytes / 1000
    this.#job = { ...this.#job, writtenBytes, remainingSeconds }
    if (this.#now() - this.#toldMs >= TELL_EVERY_MS) this.change({})
  }

  fail(error: AppError | null): void {
    this.change({ state: error ? 'failed' : 'cancelled', remainingSeconds: null, error })
  }
}
