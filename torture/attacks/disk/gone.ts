import { readdir, rename, rm } from 'node:fs/promises'
import type { AttackContext } from '../../harness/attack.ts'
import { libraryOf, startHost } from '../../harness/host.ts'
import { copyTemplate, type Template } from '../../harness/runs.ts'
import { expectWorded } from '../../harness/sentences.ts'

/** The library's folder goes away under a running host, as an unplugged disk does, and comes back. */
export async function goneAndBack(context: AttackContext, template: Template): Promise<void> {
  const { report } = context
  const folder = await context.folder()
  await copyTemplate(template, folder)
  const host = await startHost({ folder })
  const id = template.datasetId
  const calls: readonly (readonly [string, unknown])[] = [
    ['datasets.list', {}],
    ['datasets.open', { id }],
    ['datasets.page', { id, offset: 0, limit: 10 }],
    ['datasets.create', { from: 'sample' }],
    ['datasets.remove', { id: 'd20200101-aaaaaa' }],
    ['models.list', {}],
    ['experiments.list', {}],
    ['experiments.plan', { settings: { 'dataset.id': id } }],
    ['experiments.start', { settings: { 'dataset.id': id } }],
    ['system.info', {}],
  ]
  await rename(libraryOf(folder), `${libraryOf(folder)}-away`)
  for (const [name, input] of calls) {
    report.count++
    expectWorded(report, await host.client.ask(name, input), `${name} without the library`, '')
  }
  const made = await readdir(libraryOf(folder), { recursive: true }).catch(() => null)
  report.expect(made === null, 'a library was made where the one that is away belongs', `${String(made)}`)
  await rm(libraryOf(folder), { recursive: true, force: true })
  await rename(`${libraryOf(folder)}-away`, libraryOf(folder))
  for (const [name, input] of calls.filter(([name]) => name !== 'datasets.remove' && name !== 'experiments.start')) {
    report.count++
    const result = await host.client.ask(name, input)
    report.expect(result.ok, `${name} does not work when the library is back`, JSON.stringify(result))
  }
  const page = await host.client.ask('datasets.page', { id, offset: 0, limit: 10 })
  report.expect(
    page.ok && (page.value as { rows: unknown[] }).rows.length > 0,
    'the rows are gone when the library is back',
    JSON.stringify(page),
  )
  report.expect(host.isRunning(), 'the host ended without its library', host.stderr())
  await host.stop()
}
