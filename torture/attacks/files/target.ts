import type { Result } from '../../../core/contract/index.ts'
import type { AttackContext } from '../../harness/attack.ts'
import { NoAnswer } from '../../harness/client.ts'
import { causeOf, lastError, startHost, type Host } from '../../harness/host.ts'
import { megabytes, residentBytes } from '../../harness/measure.ts'
import { expectWorded } from '../../harness/sentences.ts'

/** Measured on quiet cores by the long version; beside other tests a call waits for its turn. */
const CALL_LIMIT_MS = { long: 10_000, short: 30_000 }
const MEMORY_LIMIT_BYTES = 2 ** 30
const SAMPLE_MS = 20

/** The host that is given hostile files: watched, and started again where it falls or hangs. */
export class Target {
  readonly folder: string
  readonly #context: AttackContext
  #host: Host
  #restBytes: number
  peakBytes = 0
  slowestMs = 0

  private constructor(context: AttackContext, folder: string, host: Host) {
    this.#context = context
    this.folder = folder
    this.#host = host
    this.#restBytes = residentBytes(host.pid)
  }

  static async start(context: AttackContext, folder: string): Promise<Target> {
    return new Target(context, folder, await startHost({ folder }))
  }

  get host(): Host {
    return this.#host
  }

  /**
   * Makes a call for a hostile file: in time, with a sentence, within memory. Returns the result; null where there was
   * none.
   */
  async ask(what: string, example: string, name: string, input: unknown): Promise<Result<unknown> | null> {
    const { report } = this.#context
    const sampler = setInterval(() => this.#sample(what, example), SAMPLE_MS)
    const startMs = performance.now()
    try {
      const result = await this.#host.client.ask(
        name,
        input,
        this.#context.isLong ? CALL_LIMIT_MS.long : CALL_LIMIT_MS.short,
      )
      expectWorded(report, result, `${what}: ${name}`, `${example} ${result.ok ? '' : lastError(this.#host.stderr())}`)
      return result
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      if (error.why === 'time') report.find(`${what}: ${name} hangs`, example)
      else if (this.#host.isRunning()) report.find(`${what}: ${name} ends the connection`, example)
      if (this.#host.isRunning()) await this.restart()
      else await this.fell(`${what} ${example}`)
      return null
    } finally {
      clearInterval(sampler)
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startMs)
    }
  }

  /** Says that the host is gone, and starts it again. */
  async fell(after: string): Promise<void> {
    this.#context.report.find(
      `the host falls: ${causeOf(this.#host.stderr())}`,
      `${after} ${this.#host.stderr().slice(-300)}`,
    )
    await this.restart()
  }

  #sample(what: string, example: string): void {
    const grown = residentBytes(this.#host.pid) - this.#restBytes
    this.peakBytes = Math.max(this.peakBytes, grown)
    if (grown > MEMORY_LIMIT_BYTES)
      this.#context.report.find(`${what}: the host takes more than 1 GB`, `${megabytes(grown)} MB: ${example}`)
  }

  /** Memory that the host had at rest is measured anew. */
  async restart(): Promise<void> {
    await this.#host.kill()
    this.#host = await startHost({ folder: this.folder })
    this.#restBytes = residentBytes(this.#host.pid)
  }
}
