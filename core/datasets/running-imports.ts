import { basename } from 'node:path'
import { UserError, type ImportId, type ImportProgress } from '../contract/index.ts'
import type { ImportState, ImportWatch } from './import.ts'

const REPORT_MS = 200
/** Sooner no remaining time is told: it would jump. */
const FIRST_ESTIMATE_SECONDS = 1

/** The imports that are under way: tells how far each is, and ends it. */
export class RunningImports {
  readonly #running = new Set<{
    readonly importId: ImportId | undefined
    readonly file: string
    readonly controller: AbortController
  }>()
  readonly #report: (progress: ImportProgress) => void

  constructor(report: (progress: ImportProgress) => void) {
    this.#report = report
  }

  /**
   * Runs the work on a file; it throws UserError `dataset/import-cancelled` once it is cancelled. Without an id nothing
   * is reported.
   */
  async run<T>(importId: ImportId | undefined, file: string, work: (watch: ImportWatch) => Promise<T>): Promise<T> {
    const entry = { importId, file: basename(file), controller: new AbortController() }
    const started = performance.now()
    let state: () => ImportState = () => ({ rows: 0, share: null })
    const report = () =>
      importId !== undefined && this.#report({ importId, ...toProgress(state(), (performance.now() - started) / 1000) })
    const timer = setInterval(report, REPORT_MS)
    this.#running.add(entry)
    try {
      return await work({
        signal: entry.controller.signal,
        onStart: (read) => {
          state = read
        },
      })
    } finally {
      clearInterval(timer)
      this.#running.delete(entry)
    }
  }

  cancel(importId: ImportId): void {
    this.#end((entry) => entry.importId === importId)
  }

  cancelAll(): void {
    this.#end(() => true)
  }

  #end(isMeant: (entry: { readonly importId: ImportId | undefined }) => boolean): void {
    for (const entry of this.#running)
      if (isMeant(entry)) entry.controller.abort(new UserError('dataset/import-cancelled', { file: entry.file }))
  }
}

function toProgress({ rows, share }: ImportState, seconds: number): Omit<ImportProgress, 'importId'> {
  const isTold = share !== null && share > 0 && seconds >= FIRST_ESTIMATE_SECONDS
  return { rowCount: rows, share, remainingSeconds: isTold ? (seconds * (1 - share)) / share : null }
}
