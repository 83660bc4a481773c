import { join } from 'node:path'
import {
  defaultSettings,
  generationSettingsOf,
  isActive,
  type DatasetId,
  type ExperimentId,
} from '../../core/contract/index.ts'
import type { Attack, AttackContext } from '../harness/attack.ts'
import { startHost, type Host } from '../harness/host.ts'
import { entryCount, median, megabytes, residentBytes, rounded } from '../harness/measure.ts'
import { smallRun, waitForEnd } from '../harness/runs.ts'

/** Cycles that do not count: caches fill, modules are loaded. */
const WARM_UP_CYCLES = 4
const ROWS = 3000
/** Growth for each cycle, in MB and descriptors: a dataset or a session that stays open takes more. */
const LIMITS = { host: 0.5, heap: 0.1, engine: 0.5, descriptors: 0.1 }
/** An engine at rest holds tens of MB more or less from one cycle to the next: fewer cycles tell great leaks only. */
const COARSE_LIMITS: typeof LIMITS = { host: 5, heap: 1, engine: 20, descriptors: 0.5 }
const FINE_CYCLES = 60
/** Fewer tell nothing about growth. */
const LEAST_CYCLES = 16
type Judged = keyof typeof LIMITS

interface Sample {
  readonly hostBytes: number
  readonly heapBytes: number
  readonly descriptors: number
  readonly engineBytes: number
  readonly children: number
  readonly temporaries: number
}

/**
 * A working day in little: a dataset is imported, edited, learnt from, talked to and removed, again and again. Nothing
 * may grow.
 */
export const soak: Attack = {
  name: 'soak',
  share: 20,
  leastSeconds: 12,
  mostSeconds: 3600,
  reservedSeconds: 1800,
  async run(context) {
    const { report } = context
    const folder = await context.folder()
    const host = await startHost({ folder })
    const samples: Sample[] = []
    try {
      while (performance.now() < context.deadlineMs) {
        await cycle(context, host, report.count)
        report.count++
        samples.push(await take(host, folder))
      }
    } finally {
      await host.stop()
    }
    judge(context, samples)
  },
}

async function cycle(context: AttackContext, host: Host, number: number): Promise<void> {
  const { client } = host
  const lines = Array.from({ length: ROWS }, (_, row) => `質問 ${number}-${row},回答 ${row}`)
  const { path } = await host.upload('table.csv', `instruction,output\n${lines.join('\n')}\n`)
  const imported = await client.call('datasets.import', { file: path })
  await edit(host, imported.id)
  const { id } = await client.call('datasets.create', { from: 'sample' })
  const run = await client.call('experiments.start', { settings: { ...smallRun(id), 'training.epochs': 1 } })
  const summary = await waitForEnd(host, run.id, performance.now() + 60_000)
  context.report.expect(
    summary?.state.kind === 'finished',
    'a run of the soak does not finish',
    JSON.stringify(summary?.state),
  )
  await chat(context, host, run.id)
  await client.call('experiments.remove', { id: run.id })
  for (const dataset of [id, imported.id]) await client.call('datasets.remove', { id: dataset })
  // What was removed would be kept for weeks: that is no leak, but a cycle must leave nothing.
  await client.call('trash.empty', {})
  const left = await client.call('experiments.list', {})
  context.report.expect(
    !left.some(({ state }) => isActive(state)),
    'a run goes on after its end',
    JSON.stringify(left[0]?.state),
  )
}

async function edit({ client }: Host, id: DatasetId): Promise<void> {
  await client.call('datasets.edit', {
    id,
    edits: [
      {
        kind: 'setRange',
        row: 0,
        column: 0,
        values: [
          ['a', 'b'],
          ['c', 'd'],
        ],
      },
    ],
  })
  await client.call('datasets.edit', { id, edits: [{ kind: 'deleteRows', from: 10, to: 500 }] })
  await client.call('datasets.undo', { id })
  const { columns } = await client.call('datasets.open', { id })
  const view = {
    filters: [{ columnId: columns[0]!.id, kind: 'contains' as const, value: '1' }],
    sort: [{ columnId: columns[1]!.id }],
  }
  for (let offset = 0; offset < 1000; offset += 100)
    await client.call('datasets.page', { id, offset, limit: 100, view })
  await client.call('datasets.check', { id })
  await client.call('datasets.statistics', { id })
}

function chat({ report }: AttackContext, { client }: Host, experimentId: ExperimentId): Promise<void> {
  const settings = {
    ...generationSettingsOf(defaultSettings()),
    'prediction.max_length_inference': 4,
    'prediction.seed': 1,
  }
  return new Promise((resolve, reject) => {
    const stop = client.on((event, payload) => {
      if (event !== 'chat.done' && event !== 'chat.failed') return
      report.expect(event === 'chat.done', 'an answer of the soak fails', JSON.stringify(payload))
      stop()
      resolve()
    })
    client
      .call('chat.ask', {
        requestId: experimentId,
        targets: [
          { source: { kind: 'experiment', experimentId }, messages: [{ role: 'user', content: 'こんにちは' }] },
        ],
        settings,
      })
      .catch(reject)
  })
}

async function take(host: Host, folder: string): Promise<Sample> {
  const { rssBytes, heapBytes, descriptors } = await host.measure()
  const children = host.children()
  return {
    hostBytes: rssBytes,
    heapBytes,
    descriptors,
    engineBytes: host.children('engine').reduce((sum, pid) => sum + residentBytes(pid), 0),
    children: children.length,
    temporaries: entryCount(join(folder, 'tmp')) + entryCount(join(folder, 'library', 'downloads')),
  }
}

function judge({ report }: AttackContext, samples: readonly Sample[]): void {
  const [first, last] = [samples[Math.min(WARM_UP_CYCLES, samples.length - 1)], samples.at(-1)]
  if (!first || !last) return void (report.figures['growth'] = 'too few cycles')
  const mb = (of: (sample: Sample) => number) => growth(samples.map(of)) / 2 ** 20
  const found = {
    host: mb(({ hostBytes }) => hostBytes),
    heap: mb(({ heapBytes }) => heapBytes),
    engine: mb(({ engineBytes }) => engineBytes),
    descriptors: growth(samples.map(({ descriptors }) => descriptors)),
  }
  for (const name of Object.keys(LIMITS) as Judged[])
    report.figures[`${name}${name === 'descriptors' ? '' : ', MB'} a cycle`] = rounded(found[name], 3)
  report.figures['host after warm-up and at the end, MB'] =
    `${megabytes(first.hostBytes)}, ${megabytes(last.hostBytes)}`
  report.figures['engine after warm-up and at the end, MB'] =
    `${megabytes(first.engineBytes)}, ${megabytes(last.engineBytes)}`
  report.figures['descriptors after warm-up and at the end'] = `${first.descriptors}, ${last.descriptors}`
  report.figures['children at the end'] = last.children
  report.expect(last.children <= first.children + 1, 'processes are left', `${first.children} became ${last.children}`)
  report.expect(
    last.temporaries <= first.temporaries + 1,
    'temporary files are left',
    `${first.temporaries} became ${last.temporaries}`,
  )
  if (samples.length < LEAST_CYCLES)
    return void (report.figures['growth'] = `told only: fewer than ${LEAST_CYCLES} cycles`)
  for (const [name, limit] of Object.entries(samples.length < FINE_CYCLES ? COARSE_LIMITS : LIMITS) as [
    Judged,
    number,
  ][])
    report.expect(
      found[name] < limit,
      `growth of ${name}`,
      `${rounded(found[name], 3)} a cycle in ${samples.length} cycles, at most ${limit}`,
    )
}

/**
 * From the second quarter to the last, the medians of both, for each cycle: the first quarter fills caches, and single
 * peaks do not count.
 */
function growth(values: readonly number[]): number {
  const quarter = values.length / 4
  const early = values.slice(Math.floor(quarter), Math.floor(2 * quarter))
  const late = values.slice(Math.floor(3 * quarter))
  return early.length === 0 ? 0 : (median(late) - median(early)) / (2 * quarter)
}
