import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  contracts,
  type CallName,
  type DatasetId,
  type ExperimentId,
  type Result,
} from '../../../core/contract/index.ts'
import type { Attack, AttackContext } from '../../harness/attack.ts'
import { NoAnswer } from '../../harness/client.ts'
import { causeOf, lastError, startHost, type Host } from '../../harness/host.ts'
import { GOOD_CALL_LIMIT_MS, median, megabytes, percentile, rounded, wait } from '../../harness/measure.ts'
import { smallRun, waitForEnd } from '../../harness/runs.ts'
import type { Measurement } from '../../preload/measurements.ts'
import { Generator, type World } from './generate.ts'

const LONG_COUNT = 20_000
const SHORT_COUNT = 2000
const CLIENTS = 3
const GOOD_ROWS = 2000
/** So many payloads between two looks at what there is; what they have made is removed then. */
const ROUND = 200
const KEPT_DATASETS = 6
const MEMORY_LIMIT_BYTES = 50 * 2 ** 20
/** Six datasets stay open for a minute after their last call, each with two files: its table and its log. */
const DESCRIPTOR_LIMIT = 2 * 6
/** Payloads before the first measurement. */
const WARM_UP = 300
const MAX_FALLS = 5

interface Definition {
  readonly call: CallName
  readonly schema: unknown
}

const definitions: readonly Definition[] = Object.entries(contracts).flatMap(([feature, { calls }]) =>
  Object.entries(calls).map(([name, { input }]) => ({ call: `${feature}.${name}` as CallName, schema: input })),
)

/** Every call of the contract with inputs made from its schema and spoilt, while a good client pages. */
export const payloads: Attack = {
  name: 'payloads',
  share: 12,
  leastSeconds: 12,
  async run(context) {
    const { report, isLong } = context
    const folder = await context.folder()
    const limit = isLong ? LONG_COUNT : SHORT_COUNT
    let falls = 0
    while (report.count < limit && performance.now() < context.deadlineMs && falls < MAX_FALLS) {
      const host = await startHost({ folder })
      const target = new Target(context, host, folder)
      await target.attack(limit)
      if (host.isRunning()) await host.stop()
      else {
        falls++
        report.find(
          `the host falls: ${causeOf(host.stderr())}`,
          `${host.stderr().slice(-400)} after ${target.lastPayloads.join(' | ')}`,
        )
      }
    }
    report.figures['calls'] = definitions.length
  },
}

const usual: Readonly<Record<string, unknown>> = smallRun('' as DatasetId)

/**
 * An input in a few characters: long texts are cut, and of settings only those are shown that are not the usual ones.
 */
function shownOf(input: unknown): string {
  const short = (key: string, value: unknown): unknown =>
    typeof value === 'string' && value.length > 60
      ? `${value.slice(0, 60)}… (${value.length})`
      : key in usual && value === usual[key]
        ? undefined
        : value
  return String(JSON.stringify(input, short)).slice(0, 300)
}

class Target {
  readonly #context: AttackContext
  readonly #host: Host
  readonly #folder: string
  readonly #latencies: number[] = []
  lastPayloads: string[] = []
  #goodId: DatasetId | null = null
  #isOver = false

  constructor(context: AttackContext, host: Host, folder: string) {
    this.#context = context
    this.#host = host
    this.#folder = folder
  }

  async attack(limit: number): Promise<void> {
    const { report, deadlineMs } = this.#context
    try {
      await this.#prepare()
      this.#watchEvents()
      // Every call once, and some hundred payloads: what is loaded on first use is no leak.
      await this.#round(definitions.length, (index) => definitions[index % definitions.length] as Definition)
      for (
        const end = report.count + WARM_UP;
        report.count < end && performance.now() < deadlineMs && this.#host.isRunning();
      )
        await this.#round(ROUND)
      const before = await this.#settle()
      const paging = this.#page()
      while (report.count < limit && performance.now() < deadlineMs && this.#host.isRunning()) await this.#round(ROUND)
      this.#isOver = true
      await paging
      this.#compare(before, await this.#settle((now) => now.rssBytes - before.rssBytes < MEMORY_LIMIT_BYTES))
    } catch (error) {
      if (!(error instanceof NoAnswer) || this.#host.isRunning()) throw error
    } finally {
      this.#isOver = true
    }
  }

  async #prepare(): Promise<void> {
    const { client } = this.#host
    const rows = Array.from({ length: GOOD_ROWS }, (_, row) => `質問 ${row},${'回答'.repeat(20)} ${row}`).join('\n')
    const { path } = await this.#host.upload('good.csv', `instruction,output\n${rows}\n`)
    this.#goodId = (await client.call('datasets.import', { file: path, name: 'good' })).id
    if ((await client.call('experiments.list', {})).length > 0) return
    const { id } = await client.call('datasets.create', { from: 'sample' })
    const run = await client.call('experiments.start', { settings: { ...smallRun(id), 'training.epochs': 1 } })
    await waitForEnd(this.#host, run.id, performance.now() + 60_000)
  }

  /** Failures that come as events must have their sentence too. */
  #watchEvents(): void {
    this.#host.client.on((event, payload) => {
      const { error, state } = (payload ?? {}) as {
        error?: { code: string }
        state?: { kind: string; error?: { code: string } } | string
      }
      const code = error?.code ?? (typeof state === 'object' ? state.error?.code : undefined)
      if (code === 'internal')
        this.#context.report.find(
          `the event ${event} tells internal`,
          `${JSON.stringify(payload).slice(0, 300)} after ${this.lastPayloads.join(' | ')}`,
        )
    })
  }

  async #round(count: number, pick?: (index: number) => Definition): Promise<void> {
    const world = await this.#world()
    const generator = new Generator(this.#context.random, world)
    let next = 0
    const send = async () => {
      const client = await this.#host.newClient()
      try {
        while (next < count && performance.now() < this.#context.deadlineMs + 5000) {
          const { call, schema } = pick?.(next) ?? this.#context.random.pick(definitions)
          next++
          await this.#strike(client.ask, call, generator.payload(call, schema))
        }
      } finally {
        client.close()
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, send))
    await this.#tidy()
  }

  async #strike(
    ask: (name: string, input: unknown, limitMs?: number) => Promise<Result<unknown>>,
    call: CallName,
    input: unknown,
  ): Promise<void> {
    const { report } = this.#context
    const shown = `${call} ${shownOf(input)}`
    this.lastPayloads = [...this.lastPayloads.slice(-2 * CLIENTS), shown.slice(0, 120)]
    report.count++
    try {
      const result = await ask(call, input)
      if (!result.ok && result.error.code === 'internal')
        report.find(`${call}: internal`, `${lastError(this.#host.stderr())} of ${shown}`)
      if (result.ok && call === 'experiments.start')
        await ask('experiments.stop', { id: (result.value as { id: string }).id })
      if (result.ok && call === 'chat.ask')
        await ask('chat.cancel', { requestId: (input as { requestId: string }).requestId })
      if (result.ok && call === 'experiments.resume')
        await ask('experiments.stop', { id: (input as { id: string }).id })
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      if (error.why === 'time') report.find(`${call}: no answer in time`, shown)
      else if (!this.#host.isRunning()) throw error
      else report.find(`${call}: the connection ends`, shown)
    }
  }

  async #world(): Promise<World> {
    const { client, port, headers } = this.#host
    const datasets = (await client.call('datasets.list', {})).filter(({ id }) => id !== this.#goodId)
    if (datasets.length < 2) await client.call('datasets.create', { from: 'sample' })
    const [first] = datasets
    const columns = first ? await client.ask('datasets.open', { id: first.id }) : null
    const upload = await this.#host.upload('table.csv', 'instruction,output\nq,a\nr,b\n')
    const saved = await fetch(`http://127.0.0.1:${port}/save`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ suggestedName: 'out.csv' }),
    })
    const { target } = (await saved.json()) as { target: string }
    const folders = [join(this.#folder, 'gpu-a'), join(this.#folder, 'gpu-b')]
    await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true })))
    return {
      datasetIds: datasets.map(({ id }) => id),
      experimentIds: (await client.call('experiments.list', {})).map(({ id }) => id),
      columnIds: columns?.ok ? (columns.value as { columns: { id: string }[] }).columns.map(({ id }) => id) : ['c0'],
      files: [upload.path],
      targets: [target],
      folders,
      settings: smallRun(datasets[0]?.id ?? ('x' as DatasetId)),
    }
  }

  /** Removes what payloads have made: the library stays as large as it was. */
  async #tidy(): Promise<void> {
    const { client } = this.#host
    const datasets = (await client.call('datasets.list', {})).filter(({ id }) => id !== this.#goodId)
    for (const { id } of datasets.slice(KEPT_DATASETS)) await client.ask('datasets.remove', { id })
    const runs = await client.call('experiments.list', {})
    for (const { id, state } of runs) {
      if (['preparing', 'training', 'stopping'].includes(state.kind)) {
        await client.ask('experiments.stop', { id })
        await waitForEnd(this.#host, id as ExperimentId, performance.now() + 30_000)
      }
    }
    for (const { id } of runs.slice(2)) await client.ask('experiments.remove', { id })
  }

  /** The good client: a page now and then, as if nothing were. */
  async #page(): Promise<void> {
    const client = await this.#host.newClient()
    try {
      while (!this.#isOver && this.#goodId) {
        const startMs = performance.now()
        const page = await client.ask('datasets.page', {
          id: this.#goodId,
          offset: 100 * this.#context.random.integer(0, 15),
          limit: 100,
        })
        this.#latencies.push(performance.now() - startMs)
        this.#context.report.expect(
          page.ok && (page.value as { rows: unknown[] }).rows.length === 100,
          'a good page is wrong',
          JSON.stringify(page).slice(0, 300),
        )
        await wait(25)
      }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      if (error.why === 'time') this.#context.report.find('a good call is not answered', error.message)
    } finally {
      client.close()
    }
    const { figures } = this.#context.report
    figures['good page, median ms'] = rounded(median(this.#latencies))
    const p99 = percentile(this.#latencies, 0.99)
    figures['good page, p99 ms'] = rounded(p99)
    // The short version runs beside other tests: there the figure is told only.
    if (this.#context.isLong)
      this.#context.report.expect(p99 < GOOD_CALL_LIMIT_MS, 'good pages come late', `p99 ${rounded(p99)} ms`)
  }

  /** What the host holds when nothing is asked of it: the least of some moments, of more where it is not back yet. */
  async #settle(isBack: (now: Measurement) => boolean = () => true): Promise<Measurement> {
    const found: Measurement[] = []
    for (let moment = 0; moment < 5 || (moment < 20 && !found.some(isBack)); moment++) {
      await wait(500)
      found.push(await this.#host.measure())
    }
    return found.reduce((least, one) => (one.rssBytes < least.rssBytes ? one : least))
  }

  #compare(before: Measurement, after: Measurement): void {
    const { report } = this.#context
    report.figures['host memory before and after, MB'] = `${megabytes(before.rssBytes)}, ${megabytes(after.rssBytes)}`
    report.figures['heap before and after, MB'] = `${megabytes(before.heapBytes)}, ${megabytes(after.heapBytes)}`
    report.figures['descriptors before and after'] = `${before.descriptors}, ${after.descriptors}`
    report.expect(
      after.rssBytes - before.rssBytes < MEMORY_LIMIT_BYTES,
      'memory does not come back',
      `${megabytes(before.rssBytes)} MB became ${megabytes(after.rssBytes)} MB`,
    )
    report.expect(
      after.descriptors - before.descriptors <= DESCRIPTOR_LIMIT,
      'descriptors do not come back',
      `${before.descriptors} became ${after.descriptors}`,
    )
  }
}
