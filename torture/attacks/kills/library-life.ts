import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ColumnId, DatasetId, ExperimentId, RowId } from '../../../core/contract/index.ts'
import type { AttackContext } from '../../harness/attack.ts'
import { NoAnswer } from '../../harness/client.ts'
import { libraryOf, setFault, startHost, type Host } from '../../harness/host.ts'
import { wait } from '../../harness/measure.ts'
import { copyTemplate, findStrays, type Template } from '../../harness/runs.ts'
import { kindOf } from './training-life.ts'

const KILLS_A_LIFE = 6
const IMPORTED_ROWS = 3000
/** A power cut comes at one of so many writes, or not at all in this time. */
const CUT_WITHIN = 60
const CUT_LIMIT_MS = 2500
/** What was moved rests a moment, so that kills meet it where it was acknowledged to be. */
const REST_MS = 40

/** What the studio has acknowledged, and so must keep. */
interface Promised {
  readonly cells: Map<RowId, number>
  /** The last value that an edit has set: values only grow, so that a lost one shows. */
  lastValue: number
  /** Datasets that are there, with their rows; those whose answer did not come may be there or not, but whole. */
  readonly datasets: Map<DatasetId, number>
  readonly removed: Set<DatasetId>
  /** Where the template's run is: on its way it may be in either place. */
  experiment: 'listed' | 'trash' | 'on its way'
}

/** Edits, imports, removals and restorations without pause, while the host is killed again and again. */
export async function libraryLife(context: AttackContext, template: Template): Promise<void> {
  const { report, random } = context
  const folder = await context.folder()
  await copyTemplate(template, folder)
  const promised: Promised = {
    cells: new Map(),
    lastValue: 0,
    datasets: new Map(),
    removed: new Set(),
    experiment: 'listed',
  }
  let host: Host | null = null
  try {
    for (let kill = 0; kill < KILLS_A_LIFE && performance.now() < context.deadlineMs; kill++) {
      host = await startHost({ folder })
      await check(context, folder, host, promised, template.datasetId)
      const edited = editAll(host, template.datasetId, promised)
      const changed = changeDatasets(host, promised)
      const moved = moveExperiment(host, promised)
      if (random.chance(0.5)) await cutPower(context, folder, host)
      else await wait(random.integer(20, 900))
      await host.kill()
      host = null
      setFault(folder, null)
      report.count++
      await Promise.all([edited, changed, moved])
    }
    host = await startHost({ folder })
    await check(context, folder, host, promised, template.datasetId)
    await host.stop()
    host = null
    for (const stray of await findStrays(folder, null)) report.find(`stray at the end: ${kindOf(stray)}`, stray)
  } catch (error) {
    report.find(
      'kills: the library cannot be used after a kill',
      error instanceof Error ? error.message : String(error),
    )
  } finally {
    await host?.kill()
  }
}

/** Runs until the host is gone; other failures are findings of whoever awaits it. */
async function untilGone(work: () => Promise<void>): Promise<void> {
  try {
    for (;;) await work()
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
  }
}

/** Waits until the host has met a power cut at one of its next writes. */
async function cutPower({ random }: AttackContext, folder: string, host: Host): Promise<void> {
  setFault(folder, {
    process: 'host',
    occurrence: random.integer(1, CUT_WITHIN),
    when: random.pick(['before', 'half', 'after'] as const),
    act: 'power',
  })
  await Promise.race([host.exit, wait(CUT_LIMIT_MS)])
}

/** Throws NoAnswer where the host has gone meanwhile: nothing is on its way then. */
async function rest(host: Host): Promise<void> {
  await wait(REST_MS)
  if (!host.client.isOpen) throw new NoAnswer('gone', 'rest')
}

async function editAll(host: Host, id: DatasetId, promised: Promised): Promise<void> {
  await untilGone(async () => {
    const page = await host.client.call('datasets.page', { id, offset: 0, limit: 100 })
    const { columns } = await host.client.call('datasets.open', { id })
    for (const { rowId } of page.rows) {
      const value = ++promised.lastValue
      await host.client.call('datasets.edit', {
        id,
        edits: [{ kind: 'setCells', cells: [{ rowId, columnId: columns[0]?.id as ColumnId, value: `${value}` }] }],
      })
      promised.cells.set(rowId, value)
    }
  })
}

async function changeDatasets(host: Host, promised: Promised): Promise<void> {
  const rows = Array.from({ length: IMPORTED_ROWS }, (_, row) => `質問${row},回答${row}`).join('\n')
  await untilGone(async () => {
    const { path } = await host.upload('table.csv', `instruction,output\n${rows}\n`).catch(() => {
      throw new NoAnswer('gone', 'upload')
    })
    const { id } = await host.client.call('datasets.import', { file: path })
    promised.datasets.set(id, IMPORTED_ROWS)
    const [victim] = [...promised.datasets.keys()]
    if (victim === undefined || promised.datasets.size < 3) return
    // From here on it may be in either place until the answer comes.
    promised.datasets.delete(victim)
    await host.client.call('datasets.remove', { id: victim })
    promised.removed.add(victim)
    await rest(host)
    promised.removed.delete(victim)
    await host.client.call('datasets.restore', { id: victim })
    promised.datasets.set(victim, IMPORTED_ROWS)
  })
}

/** To the trash and back, with another name each time. */
async function moveExperiment(host: Host, promised: Promised): Promise<void> {
  const id = (await host.client.call('experiments.list', {}).catch(() => []))[0]?.id
  if (id === undefined) return
  await untilGone(async () => {
    await host.client.call('experiments.rename', { id, name: `名前 ${Date.now()}` })
    promised.experiment = 'on its way'
    await host.client.call('experiments.remove', { id })
    promised.experiment = 'trash'
    await rest(host)
    promised.experiment = 'on its way'
    await host.client.call('experiments.restore', { id })
    promised.experiment = 'listed'
  })
}

/** The run is where it was acknowledged to be, and whole: it is brought back from the trash for the next kill. */
async function checkExperiment(
  { report }: AttackContext,
  folder: string,
  host: Host,
  promised: Promised,
): Promise<void> {
  const [id] = [
    ...(await readdir(join(libraryOf(folder), 'experiments'))),
    ...(await readdir(join(libraryOf(folder), 'trash'))),
  ].filter((name) => /^\d{8}-\d{6}/.test(name)) as ExperimentId[]
  if (
    !report.expect(id !== undefined, 'a run is lost between the library and its trash', promised.experiment) ||
    id === undefined
  )
    return
  const listed = (await host.client.call('experiments.list', {})).some((run) => run.id === id)
  report.expect(
    promised.experiment === 'on its way' || listed === (promised.experiment === 'listed'),
    'a run is not where it was',
    `${promised.experiment}, ${listed}`,
  )
  if (!listed) await host.client.call('experiments.restore', { id })
  promised.experiment = 'listed'
  const detail = await host.client.call('experiments.open', { id })
  report.expect(
    detail.summary.state.kind === 'finished' && detail.steps.length > 0,
    'a finished run is damaged',
    JSON.stringify(detail.summary),
  )
}

async function check(
  context: AttackContext,
  folder: string,
  host: Host,
  promised: Promised,
  id: DatasetId,
): Promise<void> {
  const { report } = context
  for (const stray of await findStrays(folder, host.pid))
    report.find(`stray after the next start: ${kindOf(stray)}`, `${stray} after a kill during edits and imports`)
  await checkExperiment(context, folder, host, promised)
  const page = await host.client.call('datasets.page', { id, offset: 0, limit: 100 })
  // The value that was on its way when the host was killed may be there already: it is larger than the acknowledged
  // one.
  for (const { rowId, cells } of page.rows) {
    const value = promised.cells.get(rowId)
    if (value !== undefined)
      report.expect(Number(cells[0]) >= value, 'an acknowledged edit is lost', `${value} became ${cells[0]}`)
  }
  const listed = new Map((await host.client.call('datasets.list', {})).map((dataset) => [dataset.id, dataset.rowCount]))
  for (const [dataset, rowCount] of promised.datasets)
    report.expect(
      listed.get(dataset) === rowCount,
      'an acknowledged dataset is lost',
      `${dataset}: ${listed.get(dataset)} rows instead of ${rowCount}`,
    )
  for (const dataset of promised.removed) report.expect(!listed.has(dataset), 'a removed dataset is back', dataset)
  for (const [dataset, rowCount] of listed)
    if (dataset !== id) report.expect(rowCount === IMPORTED_ROWS, 'half of an import', `${dataset}: ${rowCount} rows`)
}
