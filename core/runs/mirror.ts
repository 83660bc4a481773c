import type { ExperimentId, ExperimentSummary } from '../contract/index.ts'
import type { ExperimentRecord } from './record-file.ts'
import type { Queries } from './queries.ts'
import type { ExperimentStore } from './store.ts'
import { summarize, type Emit, type Supervisor } from './supervisor.ts'

/** How often the folder is looked at for what came or went by other hands. */
const LOOK_MS = 2000

/** What is compared with a later look: the whole summary of a damaged experiment, null for a whole one. */
const markOf = (summary: ExperimentSummary): string | null => summary.problem && JSON.stringify(summary)

export interface MirrorOptions {
  readonly store: ExperimentStore
  readonly supervisor: Supervisor
  readonly queries: Queries
  readonly emit: Emit
}

/** What the windows know of the library, and the looks that keep it true. */
export class Mirror {
  readonly #known = new Map<ExperimentId, string | null>()
  readonly #options: MirrorOptions
  #looking: NodeJS.Timeout | null = null
  #underWay: Promise<void> | null = null

  constructor(options: MirrorOptions) {
    this.#options = options
  }

  has(id: ExperimentId): boolean {
    return this.#known.has(id)
  }

  /** Notes what a window has been given. */
  mark(summary: ExperimentSummary): void {
    this.#known.set(summary.id, markOf(summary))
  }

  /** Notes a whole experiment that no window has asked for yet. */
  add(id: ExperimentId): void {
    this.#known.set(id, null)
  }

  tell(summary: ExperimentSummary): ExperimentSummary {
    this.mark(summary)
    this.#options.emit('experiments.changed', summary)
    return summary
  }

  /** Tells the windows of a record as it is now. */
  async announce(record: ExperimentRecord): Promise<ExperimentSummary> {
    const { file, problem } = await this.#options.queries.state(record.id)
    return this.tell(summarize(record, file, problem))
  }

  forget(id: ExperimentId): void {
    this.#known.delete(id)
    this.#options.supervisor.forget(id)
    this.#options.emit('experiments.removed', { id })
  }

  /** Tells the windows of folders that came or went by other hands. Two looks at once are one. */
  look(): Promise<void> {
    return (this.#underWay ??= this.#lookOnce().finally(() => {
      this.#underWay = null
    }))
  }

  /** Begins to look from time to time. */
  begin(): void {
    this.#looking ??= setInterval(() => void this.look().catch(() => undefined), LOOK_MS).unref()
  }

  close(): void {
    if (this.#looking) clearInterval(this.#looking)
  }

  async #lookOnce(): Promise<void> {
    const { store, queries } = this.#options
    const found = await store.ids().catch(() => null)
    if (!found) return
    this.#dropMissing(found)
    for (const id of found) {
      if (this.#known.get(id) === null) continue
      const summary = await queries.summary(id)
      if (this.#known.get(id) !== markOf(summary)) this.tell(summary)
    }
  }

  #dropMissing(found: readonly ExperimentId[]): void {
    const { supervisor } = this.#options
    const active = supervisor.active()
    for (const id of this.#known.keys()) {
      if (found.includes(id)) continue
      // The run tells that it is gone when its engine has let go of it.
      if (active?.id === id) supervisor.stop(active)
      else this.forget(id)
    }
  }
}
