import type { Random } from '../../harness/random.ts'
import type { Fault, FileOperation } from '../../preload/fault.ts'

/** A kill that is to come: at a boundary, or after some time. */
export type KillPlan =
  | { readonly kind: 'boundary'; readonly fault: Fault }
  | { readonly kind: 'moment'; readonly process: 'host' | 'engine'; readonly afterMs: number }

const nameOf = ({ process, operation, role, occurrence, when, act }: Fault): string =>
  `${process} ${operation} ${role} ${occurrence} ${when} ${act}`

/** These decide what a crash leaves: they come first. */
const FIRST: readonly FileOperation[] = ['rename', 'sync']

/**
 * Every boundary of a recorded run, each before and after (writes also in the midst), as a kill or as a power cut;
 * handed out once each, kinds that were not met yet first.
 */
export class BoundaryPlans {
  readonly #random: Random
  readonly #waiting: Fault[]
  readonly #tried = new Set<string>()
  readonly #all: number

  /** `record`: lines of process, operation and role. */
  constructor(record: string, random: Random) {
    this.#random = random
    const counts = new Map<string, number>()
    for (const line of record.split('\n').filter(Boolean)) counts.set(line, (counts.get(line) ?? 0) + 1)
    const faults = [...counts].flatMap(([line, count]) => {
      const [process, operation, role] = line.split('\t') as [Fault['process'], FileOperation, string]
      const moments = operation === 'write' ? (['before', 'half', 'after'] as const) : (['before', 'after'] as const)
      return Array.from({ length: Math.min(count, 4) }, (_, index) =>
        moments.map((when): Fault => ({
          process,
          operation,
          role,
          occurrence: index + 1,
          when,
          act: random.chance(0.3) ? 'power' : 'kill',
        })),
      ).flat()
    })
    // First every kind of boundary once, those that decide before others; then the rest.
    const seen = new Set<string>()
    const rank = (fault: Fault) => {
      const kind = `${fault.process} ${fault.operation} ${fault.role}`
      if (seen.has(kind)) return 2
      seen.add(kind)
      return FIRST.includes(fault.operation as FileOperation) ? 0 : 1
    }
    this.#waiting = random
      .shuffled(faults)
      .map((fault) => [rank(fault), fault] as const)
      .sort(([a], [b]) => a - b)
      .map(([, fault]) => fault)
    this.#all = this.#waiting.length
  }

  /**
   * The next boundary; a moment by chance where all have been tried. `isFresh`: the run is about to begin, so that
   * boundaries of its start can be met.
   */
  next(isFresh: boolean): KillPlan {
    if (!isFresh && this.#random.chance(0.3)) return this.moment()
    const index = this.#waiting.findIndex((fault) => isFresh || isMetLater(fault))
    const [fault] = index < 0 ? [] : this.#waiting.splice(index, 1)
    return fault ? { kind: 'boundary', fault } : this.moment()
  }

  moment(): KillPlan {
    return {
      kind: 'moment',
      process: this.#random.chance(0.5) ? 'host' : 'engine',
      afterMs: this.#random.integer(0, 2500),
    }
  }

  hit(fault: Fault): void {
    this.#tried.add(nameOf(fault))
  }

  coverage(): { readonly tried: number; readonly all: number } {
    return { tried: this.#tried.size, all: this.#all }
  }
}

/** Boundaries of checkpoints, metrics and states come again after a resume; those of a run's beginning do not. */
const isMetLater = ({ role = '', occurrence }: Fault): boolean =>
  occurrence <= 2 && /checkpoints|state\.json|metrics|predictions|log/.test(role)
