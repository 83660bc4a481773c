import { KEY_HEADER } from '../../../electron/wire/key.ts'
import type { Attack, AttackContext } from '../../harness/attack.ts'
import { NoAnswer, Refused } from '../../harness/client.ts'
import { causeOf, startHost, type Host } from '../../harness/host.ts'
import {
  GOOD_CALL_LIMIT_MS,
  median,
  megabytes,
  percentile,
  residentBytes,
  rounded,
  wait,
} from '../../harness/measure.ts'
import { frameCases } from './frame-cases.ts'
import { deafClient, slowClients } from './patience.ts'
import { requestCases } from './request-cases.ts'
import { sendRaw, type RawCase } from './raw.ts'

const LONG_COUNT = 10_000
const SHORT_COUNT = 1500
const SOCKETS = 12
/** A host that falls so often does not get up again: the rest of the attack would say the same. */
const MAX_RESTARTS = 20

/** Malformed requests, upgrades and frames on raw sockets, with and without the cookie, while a good client works. */
export const frames: Attack = {
  name: 'frames',
  share: 6,
  leastSeconds: 8,
  async run(context) {
    const { report, random, isLong } = context
    const studio = await Studio.start(context)
    const limit = isLong ? LONG_COUNT : SHORT_COUNT
    const calling = studio.keepCalling()
    const send = async () => {
      while (report.count < limit && performance.now() < context.deadlineMs && studio.restarts < MAX_RESTARTS) {
        const host = await studio.host()
        const makers = random.chance(0.5) ? requestCases : frameCases
        const known = { port: host.port, cookie: host.cookie, key: host.headers[KEY_HEADER] ?? '', random }
        await studio.strike(host, random.pick(makers)(known))
        report.count++
      }
    }
    await Promise.all(Array.from({ length: SOCKETS }, send))
    await report.part('clients without end', async () => {
      const host = await studio.host()
      await slowClients(report, host)
      await deafClient(report, host)
    })
    await studio.end()
    await calling
    report.figures['host fell'] = studio.restarts
  },
}

/** The studio under attack: started again where it falls. */
class Studio {
  readonly #context: AttackContext
  readonly #folder: string
  readonly #latencies: number[] = []
  #host: Promise<Host>
  #isEnding = false
  restarts = 0
  #lastCases: string[] = []

  private constructor(context: AttackContext, folder: string) {
    this.#context = context
    this.#folder = folder
    this.#host = this.#open()
  }

  static async start(context: AttackContext): Promise<Studio> {
    const studio = new Studio(context, await context.folder())
    await studio.#host
    return studio
  }

  async #open(): Promise<Host> {
    const host = await startHost({ folder: this.#folder })
    if ((await host.client.call('datasets.list', {})).length === 0)
      await host.client.call('datasets.create', { from: 'sample' })
    return host
  }

  /** The host that runs. */
  async host(): Promise<Host> {
    const host = await this.#host
    if (host.isRunning()) return host
    // Only the first who sees it fall starts it again.
    if (this.#host === this.#falling) return this.#host
    const fallen = this.#host
    if ((await this.#host) !== host) return this.host()
    if (fallen === this.#host) {
      this.restarts++
      this.#context.report.find(
        `the host falls: ${causeOf(host.stderr())}`,
        `${host.stderr().slice(-500)} after ${this.#lastCases.join(', ')}`,
      )
      this.#host = this.#open()
      this.#falling = this.#host
      this.#host.then(
        () => {
          this.#falling = null
        },
        () => {
          this.#falling = null
        },
      )
    }
    return this.#host
  }
  #falling: Promise<Host> | null = null

  async strike(host: Host, raw: RawCase): Promise<void> {
    const { report } = this.#context
    this.#lastCases = [...this.#lastCases.slice(-SOCKETS), raw.name]
    const answer = await sendRaw(host.port, raw)
    if (!raw.isAllowed) {
      report.expect(
        !answer.startsWith('HTTP/1.1 101'),
        'a socket is opened without the cookie, its Host or its Origin',
        raw.name,
      )
      report.expect(
        !/^HTTP\/1\.1 (200|303)/.test(answer),
        'a request without the cookie or its Host is answered',
        `${raw.name}: ${answer.slice(0, 200)}`,
      )
    }
    report.expect(
      !/\n\s+at .+:\d+:\d+|node:internal|out\/main\//.test(answer),
      'a stack trace or a path of ours goes out',
      `${raw.name}: ${answer.slice(0, 400)}`,
    )
    report.expect(
      !answer.includes('"internal"'),
      'a frame is answered with internal',
      `${raw.name}: ${answer.slice(-300)}`,
    )
  }

  /** A good client beside the attack: its calls are answered all the time. */
  async keepCalling(): Promise<void> {
    const { report } = this.#context
    while (!this.#isEnding) {
      const host = await this.host()
      try {
        const [dataset] = await host.client.call('datasets.list', {})
        if (!dataset) continue
        const startMs = performance.now()
        await host.client.call('datasets.page', { id: dataset.id, offset: 0, limit: 100 }, 10_000)
        this.#latencies.push(performance.now() - startMs)
      } catch (error) {
        // Another attack removes datasets that it has made.
        if (error instanceof Refused && error.error.code === 'dataset/not-found') continue
        if (!(error instanceof NoAnswer)) throw error
        if (error.why === 'time') report.find('a good call is not answered', error.message)
        // The good client's own connection must live as long as its host; where the host falls, that is said already.
        else if (host.isRunning()) {
          await wait(200)
          if (host.isRunning() && !this.#isEnding) report.find("a good client's connection ends", error.message)
          await host.exit
        }
      }
      await wait(20)
    }
  }

  async end(): Promise<void> {
    const { report } = this.#context
    this.#isEnding = true
    const host = await this.host()
    report.figures['good call, median ms'] = rounded(median(this.#latencies))
    const p99 = percentile(this.#latencies, 0.99)
    report.figures['good call, p99 ms'] = rounded(p99)
    // The short version runs beside other tests: there the figure is told only.
    if (this.#context.isLong) report.expect(p99 < GOOD_CALL_LIMIT_MS, 'good calls come late', `p99 ${rounded(p99)} ms`)
    report.figures['good calls'] = this.#latencies.length
    report.figures['host memory at the end, MB'] = megabytes(residentBytes(host.pid))
    await host.stop()
  }
}
