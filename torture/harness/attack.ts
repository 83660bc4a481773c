import type { Random } from './random.ts'

/** What an attack has to work with. */
export interface AttackContext {
  readonly random: Random
  /** When the attack must end, on the clock of `performance.now()`. */
  readonly deadlineMs: number
  /** False: the short version that `npm test` runs. */
  readonly isLong: boolean
  /** A fresh, empty folder that goes when everything is over. */
  folder(): Promise<string>
  readonly report: Report
}

/** An attack on a running studio: one file, one entry in attacks/index.ts. */
export interface Attack {
  readonly name: string
  /** Its part of the whole time, beside the other attacks'. */
  readonly share: number
  /** At least so many seconds, whatever the share is. */
  readonly leastSeconds?: number
  /** It has what it needs after so long: what is left of its share goes to the attacks after it. */
  readonly mostSeconds?: number
  /** Kept free for it where the run is long enough for this (RESERVING_MINUTES). */
  readonly reservedSeconds?: number
  run(context: AttackContext): Promise<void>
}

/** Something that must not be, with the first example of it. */
export interface Finding {
  readonly what: string
  readonly example: string
  count: number
}

const EXAMPLE_CHARACTERS = 600

/** What an attack did and found. */
export class Report {
  /** How many attempts there were: kills, requests, payloads, files. */
  count = 0
  readonly figures: Record<string, number | string> = {}
  readonly findings: Finding[] = []

  find(what: string, example: unknown): void {
    const known = this.findings.find((finding) => finding.what === what)
    if (known) known.count++
    else this.findings.push({ what, example: String(example).slice(0, EXAMPLE_CHARACTERS), count: 1 })
  }

  /** Does a part of an attack; one that breaks off is a finding, and the next part goes on. */
  async part(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.find(
        `${what}: broke off`,
        error instanceof Error
          ? `${error.message} ${error.stack?.split('\n').slice(1, 5).join(' ') ?? ''}`
          : String(error),
      )
    }
  }

  /** A finding where the condition does not hold; returns the condition. */
  expect(holds: boolean, what: string, example: unknown): boolean {
    if (!holds) this.find(what, example)
    return holds
  }
}
