import type { AttackContext } from '../../harness/attack.ts'
import { startHost } from '../../harness/host.ts'
import {
  copyTemplate,
  differences,
  readResult,
  smallRun,
  waitForEnd,
  type RunResult,
  type Template,
} from '../../harness/runs.ts'

const TEN_YEARS_MS = 10 * 365.25 * 86_400_000

/**
 * The same run on a computer whose clock is right, ten years behind and ten years ahead; then all of it is there on a
 * right clock.
 */
export async function wrongClocks(context: AttackContext, template: Template): Promise<void> {
  const { report } = context
  const folder = await context.folder()
  await copyTemplate(template, folder)
  const clocks = context.isLong ? [0, -TEN_YEARS_MS, TEN_YEARS_MS] : [-TEN_YEARS_MS, TEN_YEARS_MS]
  let expected: RunResult | null = null
  for (const clockMs of clocks) {
    const host = await startHost({ folder, clockMs })
    const { id } = await host.client.call('experiments.start', { settings: smallRun(template.datasetId) })
    const summary = await waitForEnd(host, id, performance.now() + 60_000)
    report.count++
    report.expect(
      summary?.state.kind === 'finished',
      'a run on a wrong clock does not finish',
      JSON.stringify(summary?.state),
    )
    const { progress } = (await host.client.call('experiments.open', { id })).summary
    report.expect(
      progress === null || (progress.elapsedSeconds >= 0 && progress.elapsedSeconds < 300),
      'a duration is that of the calendar',
      JSON.stringify(progress),
    )
    await host.client.call('datasets.create', { from: 'sample' })
    await host.kill()
    const result = await readResult(folder, id)
    expected ??= result
    for (const difference of differences(expected, result)) report.find('a run on a wrong clock differs', difference)
  }
  const host = await startHost({ folder })
  const [datasets, experiments] = [
    await host.client.call('datasets.list', {}),
    await host.client.call('experiments.list', {}),
  ]
  report.expect(
    datasets.length === 1 + clocks.length && experiments.length === clocks.length,
    'something made on a wrong clock is lost',
    `${datasets.length} datasets, ${experiments.length} experiments`,
  )
  for (const { id } of experiments.slice(0, 1)) {
    report.count++
    await host.client.call('experiments.remove', { id })
    await host.client.call('experiments.restore', { id })
  }
  await host.stop()
}
