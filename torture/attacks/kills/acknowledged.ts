import type { DatasetId, ExperimentId } from '../../../core/contract/index.ts'
import type { AttackContext } from '../../harness/attack.ts'
import { setFault, startHost, type Host } from '../../harness/host.ts'
import { copyTemplate, smallRun, type Template } from '../../harness/runs.ts'

/** What there is before a call. */
interface World {
  readonly datasetId: DatasetId
  readonly experimentId: ExperimentId
}

/** Makes a call; returns how to see after the next start that it still holds. */
type Deed = (host: Host, world: World) => Promise<(later: Host) => Promise<boolean>>

const hasDataset = async ({ client }: Host, id: string): Promise<boolean> =>
  (await client.call('datasets.list', {})).some((dataset) => dataset.id === id && dataset.problem === undefined)
const hasRun = async ({ client }: Host, id: string): Promise<boolean> =>
  (await client.call('experiments.list', {})).some((run) => run.id === id)
const isInTrash = async ({ client }: Host, id: string): Promise<boolean> =>
  (await client.call('trash.list', {})).entries.some((entry) => entry.id === id)

/** Calls whose answer is a promise. */
const deeds: Readonly<Record<string, Deed>> = {
  async 'system.setPreferences'({ client }) {
    await client.call('system.setPreferences', { theme: 'dark' })
    return async (later) => (await later.client.call('system.preferences', {})).theme === 'dark'
  },
  async 'datasets.create'({ client }) {
    const { id } = await client.call('datasets.create', { from: 'sample' })
    return (later) => hasDataset(later, id)
  },
  async 'datasets.import'(host) {
    const { path } = await host.upload('table.csv', 'instruction,output\nq,a\n')
    const { id } = await host.client.call('datasets.import', { file: path })
    return (later) => hasDataset(later, id)
  },
  async 'datasets.edit'({ client }, { datasetId: id }) {
    await client.call('datasets.edit', { id, edits: [{ kind: 'setRange', row: 0, column: 0, values: [['kept']] }] })
    return async (later) =>
      (await later.client.call('datasets.page', { id, offset: 0, limit: 1 })).rows[0]?.cells[0] === 'kept'
  },
  async 'datasets.sample'({ client }, { datasetId: id }) {
    const made = await client.call('datasets.sample', { id, rows: 3 })
    return (later) => hasDataset(later, made.id)
  },
  async 'datasets.remove'({ client }, { datasetId: id }) {
    await client.call('datasets.remove', { id })
    return async (later) => !(await hasDataset(later, id)) && (await isInTrash(later, id))
  },
  async 'datasets.restore'({ client }, { datasetId: id }) {
    await client.call('datasets.restore', { id })
    return (later) => hasDataset(later, id)
  },
  async 'experiments.start'({ client }, { datasetId: id }) {
    const run = await client.call('experiments.start', { settings: smallRun(id) })
    return async (later) => (await later.client.ask('experiments.open', { id: run.id })).ok
  },
  async 'experiments.rename'({ client }, { experimentId: id }) {
    await client.call('experiments.rename', { id, name: '新しい名前' })
    return async (later) => (await later.client.call('experiments.open', { id })).summary.name === '新しい名前'
  },
  async 'experiments.remove'({ client }, { experimentId: id }) {
    await client.call('experiments.remove', { id })
    return async (later) => !(await hasRun(later, id)) && (await isInTrash(later, id))
  },
  async 'experiments.restore'({ client }, { experimentId: id }) {
    await client.call('experiments.restore', { id })
    return (later) => hasRun(later, id)
  },
}

/** What must be so before a call. */
const before: Readonly<Record<string, (host: Host, world: World) => Promise<unknown>>> = {
  'datasets.restore': ({ client }, { datasetId }) => client.call('datasets.remove', { id: datasetId }),
  'experiments.restore': ({ client }, { experimentId }) => client.call('experiments.remove', { id: experimentId }),
}

const SHORT_COUNT = 4

/** The power goes at the moment in which a call is answered: what was answered is there afterwards. */
export async function acknowledgedCalls(context: AttackContext, template: Template): Promise<void> {
  const all = context.random.shuffled(Object.entries(deeds))
  for (const [name, deed] of context.isLong ? all : all.slice(0, SHORT_COUNT))
    await context.report.part(`power cut after ${name}`, () => tryDeed(context, template, { name, deed }))
}

async function tryDeed(
  context: AttackContext,
  template: Template,
  { name, deed }: { readonly name: string; readonly deed: Deed },
): Promise<void> {
  const folder = await context.folder()
  await copyTemplate(template, folder)
  const host = await startHost({ folder })
  const [run] = await host.client.call('experiments.list', {})
  const world: World = { datasetId: template.datasetId, experimentId: run?.id as ExperimentId }
  await before[name]?.(host, world)
  // From here on the host notes what a power cut would take; no call of its own meets this fault.
  setFault(folder, { process: 'host', role: 'none', occurrence: 1, when: 'before', act: 'power' })
  const holds = await deed(host, world)
  await host.cutPower()
  setFault(folder, null)
  context.report.count++
  const later = await startHost({ folder })
  context.report.expect(await holds(later), `a power cut takes back ${name}`, 'although it was answered')
  await later.kill()
}
