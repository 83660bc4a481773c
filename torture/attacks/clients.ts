import type { DatasetId, ExperimentId, StepMetric } from '../../core/contract/index.ts'
import type { Attack, AttackContext } from '../harness/attack.ts'
import { NoAnswer, type Client } from '../harness/client.ts'
import { startHost, type Host } from '../harness/host.ts'
import { median, percentile, rounded, wait } from '../harness/measure.ts'
import type { Random } from '../harness/random.ts'
import { smallRun } from '../harness/runs.ts'

const CLIENTS = 50
const ROWS = 200_000
const PAGE_ROWS = 100
/** A wheel passes a hundred rows in about half a second; after some pages a person reads a moment. */
const WHEEL_MS = { from: 300, to: 800 }
const THINK_MS = { from: 500, to: 1500 }
const PAGES_A_TURN = 4
const P99_LIMIT_MS = 500
const SLOWDOWN_LIMIT = 0.2
/** Rounds with and without load take turns, so that a busy moment of the machine hits both. */
const SHORT_ROUND_MS = 6000
const LONG_ROUND_MS = 15_000
const WARM_UP_MS = 3000

/**
 * Fifty people scroll through 200,000 rows while a training runs: pages come at once, and the training goes on nearly
 * as fast.
 */
export const clients: Attack = {
  name: 'clients',
  share: 6,
  leastSeconds: 12,
  mostSeconds: 240,
  async run(context) {
    const { report, isLong } = context
    const host = await startHost({ folder: await context.folder() })
    try {
      const id = await importRows(host)
      const run = await startTraining(host)
      await wait(WARM_UP_MS)
      const roundMs = isLong ? LONG_ROUND_MS : SHORT_ROUND_MS
      const watch = new StepWatch(host.client, run)
      const crowd = await Crowd.gather(context, host, id)
      for (let round = 0; round < (isLong ? 3 : 1) || performance.now() + 2 * roundMs < context.deadlineMs; round++) {
        await watch.during('alone', () => wait(roundMs))
        await watch.during('crowd', () => crowd.scroll(roundMs))
      }
      crowd.leave()
      report.count = crowd.latencies.length
      judge(context, crowd.latencies, watch)
      report.figures['pages a second'] = rounded(
        (crowd.latencies.length / (watch.roundCount('crowd') * roundMs)) * 1000,
      )
      await host.client.ask('experiments.stop', { id: run })
    } finally {
      await host.stop()
    }
  },
}

async function importRows(host: Host): Promise<DatasetId> {
  const lines = Array.from(
    { length: ROWS },
    (_, row) => `"質問 ${row}: 日本の首都はどこですか。","回答 ${row}: 東京です。${'詳しい説明。'.repeat(5)}"`,
  )
  const { path } = await host.upload('rows.csv', `instruction,output\n${lines.join('\n')}\n`)
  return (await host.client.call('datasets.import', { file: path }, 120_000)).id
}

/** A run that does not end by itself, and evaluates late only. */
async function startTraining(host: Host): Promise<ExperimentId> {
  const { id } = await host.client.call('datasets.create', { from: 'sample' })
  const settings = {
    ...smallRun(id),
    'training.epochs': 1000,
    'training.evaluation_epochs': 1000,
    'training.batch_size': 2,
  }
  const run = await host.client.call('experiments.start', { settings })
  for (let waited = 0; waited < 600; waited++) {
    const { summary } = await host.client.call('experiments.open', { id: run.id })
    if ((summary.progress?.step ?? 0) > 0) return run.id
    await wait(100)
  }
  throw new Error('the training takes no step')
}

/** Steps of the run, with and without load. */
class StepWatch {
  readonly #stepMs: Record<'alone' | 'crowd', number[]> = { alone: [], crowd: [] }
  readonly #rates: Record<'alone' | 'crowd', number[]> = { alone: [], crowd: [] }
  #now: 'alone' | 'crowd' | null = null

  constructor(client: Client, id: ExperimentId) {
    client.on((event, payload) => {
      const { id: of, steps } = payload as { id: string; steps: readonly StepMetric[] }
      if (event === 'experiments.metrics' && of === id && this.#now)
        this.#stepMs[this.#now].push(...steps.map(({ stepMs }) => stepMs))
    })
  }

  async during(when: 'alone' | 'crowd', work: () => Promise<unknown>): Promise<void> {
    this.#now = when
    const [startMs, before] = [performance.now(), this.#stepMs[when].length]
    await work()
    this.#rates[when].push(((this.#stepMs[when].length - before) / (performance.now() - startMs)) * 1000)
    this.#now = null
  }

  roundCount = (when: 'alone' | 'crowd'): number => this.#rates[when].length
  /** Steps a second in the middle round. */
  rate = (when: 'alone' | 'crowd'): number => median(this.#rates[when])
}

/** People who scroll, each with a connection. */
class Crowd {
  readonly latencies: number[] = []
  readonly #context: AttackContext
  readonly #random: Random
  readonly #people: readonly Client[]
  readonly #id: DatasetId

  private constructor(context: AttackContext, people: readonly Client[], id: DatasetId) {
    this.#context = context
    this.#random = context.random
    this.#people = people
    this.#id = id
  }

  static async gather(context: AttackContext, host: Host, id: DatasetId): Promise<Crowd> {
    return new Crowd(context, await Promise.all(Array.from({ length: CLIENTS }, () => host.newClient())), id)
  }

  async scroll(forMs: number): Promise<void> {
    const endMs = performance.now() + forMs
    await Promise.all(this.#people.map((person) => this.#scrollOne(person, endMs)))
  }

  async #scrollOne(person: Client, endMs: number): Promise<void> {
    await wait(this.#random.integer(0, THINK_MS.to))
    let offset = this.#random.integer(0, ROWS / PAGE_ROWS - PAGES_A_TURN) * PAGE_ROWS
    while (performance.now() < endMs) {
      for (
        let page = 0;
        page < PAGES_A_TURN && performance.now() < endMs;
        page++, offset = (offset + PAGE_ROWS) % ROWS
      ) {
        await this.#turn(person, offset)
        await wait(this.#random.integer(WHEEL_MS.from, WHEEL_MS.to))
      }
      if (this.#random.chance(0.2)) offset = this.#random.integer(0, ROWS / PAGE_ROWS - 1) * PAGE_ROWS
      await wait(this.#random.integer(THINK_MS.from, THINK_MS.to))
    }
  }

  async #turn(person: Client, offset: number): Promise<void> {
    const startMs = performance.now()
    try {
      const { rows } = await person.call('datasets.page', { id: this.#id, offset, limit: PAGE_ROWS })
      this.latencies.push(performance.now() - startMs)
      this.#context.report.expect(rows.length === PAGE_ROWS, 'a page lacks rows', `${rows.length} at ${offset}`)
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      this.#context.report.find('a page does not come', error.message)
    }
  }

  leave(): void {
    for (const person of this.#people) person.close()
  }
}

function judge({ report, isLong }: AttackContext, latencies: readonly number[], watch: StepWatch): void {
  const p99 = percentile(latencies, 0.99)
  const slowdown = 1 - watch.rate('crowd') / watch.rate('alone')
  report.figures['page, median ms'] = rounded(median(latencies))
  report.figures['page, p99 ms'] = rounded(p99)
  report.figures['steps a second alone'] = rounded(watch.rate('alone'), 2)
  report.figures['steps a second with the crowd'] = rounded(watch.rate('crowd'), 2)
  report.figures['training slowed by, %'] = rounded(slowdown * 100)
  // The short version runs beside other tests, on machines of every kind: there the figures are told only.
  if (!isLong) return
  report.expect(p99 <= P99_LIMIT_MS, 'pages come late', `p99 ${rounded(p99)} ms`)
  report.expect(slowdown < SLOWDOWN_LIMIT, 'the crowd slows the training', `${rounded(slowdown * 100)} %`)
}
