import type { DatasetId, ExperimentId, Result } from '../../../core/contract/index.ts'
import type { AttackContext } from '../../harness/attack.ts'
import { NoAnswer } from '../../harness/client.ts'
import { causeOf, faultHits, setFault, startHost, type Host } from '../../harness/host.ts'
import { copyTemplate, findStrays, smallRun, waitForEnd, type Template } from '../../harness/runs.ts'
import { expectWorded } from '../../harness/sentences.ts'
import type { Fault } from '../../preload/fault.ts'
import { kindOf } from '../kills/training-life.ts'

const errors = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'] as const
/** No call passes more boundaries. */
const MAX_BOUNDARIES = 60

type Work = (host: Host, datasetId: DatasetId) => Promise<Result<unknown>>

/** Calls that write, each as a user makes it. */
const calls: Readonly<Record<string, Work>> = {
  'system.setPreferences': ({ client }) => client.ask('system.setPreferences', { language: 'en', theme: 'dark' }),
  'datasets.create': ({ client }) => client.ask('datasets.create', { from: 'sample' }),
  'datasets.edit': ({ client }, id) =>
    client.ask('datasets.edit', { id, edits: [{ kind: 'setRange', row: 0, column: 0, values: [['a', 'b', 'c']] }] }),
  'datasets.rename': ({ client }, id) => client.ask('datasets.rename', { id, name: '名前' }),
  'datasets.sample': ({ client }, id) => client.ask('datasets.sample', { id, rows: 3 }),
  'datasets.split': ({ client }, id) =>
    client.ask('datasets.split', {
      id,
      by: {
        kind: 'share',
        parts: [
          { name: 'a', share: 0.5 },
          { name: 'b', share: 0.5 },
        ],
      },
    }),
  async 'datasets.import'(host) {
    const { path } = await host.upload('table.csv', 'instruction,output\nq,a\n').catch(() => ({ path: '' }))
    return path === '' ? { ok: true, value: null } : host.client.ask('datasets.import', { file: path })
  },
  async 'datasets.remove and restore'(host) {
    const made = await host.client.ask('datasets.create', { from: 'sample', name: 'away' })
    if (!made.ok) return made
    const { id } = made.value as { id: DatasetId }
    const removed = await host.client.ask('datasets.remove', { id })
    if (!removed.ok) {
      const stillThere = await host.client.ask('datasets.open', { id })
      return stillThere.ok ? removed : stillThere
    }
    return host.client.ask('datasets.restore', { id })
  },
  'datasets.export': exportTo,
}

async function exportTo({ client, port, headers }: Host, id: DatasetId): Promise<Result<unknown>> {
  const response = await fetch(`http://127.0.0.1:${port}/save`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ suggestedName: 'table.csv' }),
  })
  const text = await response.text()
  if (!response.ok) return { ok: true, value: null }
  if (text === '')
    return { ok: false, error: { code: 'internal', facts: { message: '/save is answered with 200 and nothing' } } }
  const { target } = JSON.parse(text) as { target: string }
  return client.ask('datasets.export', { id, target, format: 'csv' })
}

/**
 * Each call with the first, second, … of its writes failing, and all that follow, until it passes no more; with the
 * first at least, however late it is.
 */
export async function failingCalls(context: AttackContext, template: Template, untilMs: number): Promise<void> {
  const { report, random } = context
  const folder = await context.folder()
  await copyTemplate(template, folder)
  const host = await startHost({ folder })
  let boundaries = 0
  const without: string[] = []
  for (const [name, work] of Object.entries(calls)) {
    for (
      let occurrence = 1;
      occurrence <= MAX_BOUNDARIES && (occurrence === 1 || performance.now() < untilMs);
      occurrence++
    ) {
      const fault: Fault = {
        process: 'host',
        occurrence,
        when: 'before',
        act: random.pick(errors),
        lasting: random.chance(0.5),
      }
      const before = await host.client.call('datasets.list', {})
      const hits = faultHits(folder).length
      setFault(folder, fault)
      const result = await work(host, template.datasetId)
      const wasMet = faultHits(folder).length > hits
      setFault(folder, null)
      // The database's own writes do not pass here: they fail on a small disk, and where files are limited.
      if (!wasMet && occurrence === 1) without.push(name)
      if (!wasMet) break
      report.count++
      boundaries++
      expectWorded(report, result, `${name} on a failing disk`, JSON.stringify(fault))
      const after = await host.client.call('datasets.list', {})
      report.expect(
        after.length >= before.length,
        `${name} on a failing disk: a dataset is lost`,
        JSON.stringify(fault),
      )
    }
    const again = await work(host, template.datasetId)
    report.expect(again.ok, `${name} does not work again when the disk does`, JSON.stringify(again))
  }
  report.figures['failing writes in calls'] = boundaries
  report.figures['calls that met none'] = without.join(', ') || 'none'
  await host.stop()
  const next = await startHost({ folder })
  for (const stray of await findStrays(folder, next.pid))
    report.find(`stray after failing writes and the next start: ${kindOf(stray)}`, stray)
  await next.stop()
}

/** The first of these are made however late it is: some whose write fails early in the host and in the engine. */
const LEAST_RUNS = ['host', 'engine'] as const

/** Runs whose n-th write fails, in the host or in the engine; then one that nothing disturbs. */
export async function failingRuns(context: AttackContext, template: Template, untilMs: number): Promise<void> {
  const { report, random } = context
  const folder = await context.folder()
  await copyTemplate(template, folder)
  let host = await startHost({ folder })
  let runs = 0
  let met = 0
  while (runs < LEAST_RUNS.length || performance.now() < untilMs - 15_000) {
    const process = LEAST_RUNS[runs] ?? random.pick(LEAST_RUNS)
    const hits = faultHits(folder).length
    const fault: Fault = {
      process,
      occurrence: random.integer(1, process === 'host' ? 40 : 60),
      when: 'before',
      act: random.pick(errors),
      lasting: random.chance(0.5),
    }
    setFault(folder, fault)
    try {
      await disturbedRun(context, host, template.datasetId, fault)
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      report.find(
        `the host falls on a failing disk: ${causeOf(host.stderr())}`,
        `${JSON.stringify(fault)} ${host.stderr().slice(-300)}`,
      )
      await host.kill()
      setFault(folder, null)
      host = await startHost({ folder })
    }
    setFault(folder, null)
    report.count++
    runs++
    if (faultHits(folder).length > hits) met++
  }
  report.figures['runs on a failing disk'] = `${runs}, of which ${met} met a failing write`
  const { id } = await host.client.call('experiments.start', { settings: smallRun(template.datasetId) })
  const last = await waitForEnd(host, id, performance.now() + 60_000)
  report.expect(
    last?.state.kind === 'finished',
    'no run finishes when the disk works again',
    JSON.stringify(last?.state),
  )
  await host.stop()
}

async function disturbedRun({ report }: AttackContext, host: Host, datasetId: DatasetId, fault: Fault): Promise<void> {
  const started = await host.client.ask('experiments.start', { settings: smallRun(datasetId) })
  const example = JSON.stringify(fault)
  expectWorded(report, started, 'experiments.start on a failing disk', example)
  if (!started.ok) {
    const listed = await host.client.call('experiments.list', {})
    const active = listed.find(({ state }) => ['preparing', 'training', 'stopping'].includes(state.kind))
    report.expect(
      active === undefined,
      'a run goes on although its start was refused',
      `${example} ${JSON.stringify(active?.state)}`,
    )
    if (active) await waitForEnd(host, active.id, performance.now() + 60_000)
    return
  }
  const { id } = started.value as { id: ExperimentId }
  const summary = await waitForEnd(host, id, performance.now() + 60_000)
  if (summary === null) return report.find('a run on a failing disk does not end', example)
  const { state } = summary
  if (state.kind === 'failed')
    expectWorded(report, { ok: false, error: state.error }, 'a run on a failing disk', example)
  else if (state.kind !== 'finished')
    report.find(`a run on a failing disk ends as ${state.kind}`, `${example} ${JSON.stringify(state)}`)
  setFault(host.folder, null)
  const opened = await host.client.ask('experiments.open', { id })
  report.expect(opened.ok, 'a run on a failing disk cannot be opened', `${example} ${JSON.stringify(opened)}`)
  const removed = await host.client.ask('experiments.remove', { id })
  report.expect(removed.ok, 'a run on a failing disk cannot be removed', `${example} ${JSON.stringify(removed)}`)
}
