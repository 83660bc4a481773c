import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Attack, AttackContext } from '../../harness/attack.ts'
import { startHost } from '../../harness/host.ts'
import { rounded } from '../../harness/measure.ts'
import {
  makeTemplate,
  readResult,
  smallRun,
  waitForEnd,
  copyTemplate,
  type RunResult,
  type Template,
} from '../../harness/runs.ts'
import { acknowledgedCalls } from './acknowledged.ts'
import { BoundaryPlans } from './boundaries.ts'
import { libraryLife } from './library-life.ts'
import { trainingLife } from './training-life.ts'

/** Lives at the same time: a studio that starts leaves half of the machine idle. */
const WORKERS = 2
/** One life in so many is spent on edits, imports and the trash instead of a training. */
const LIBRARY_LIVES = 3
/** The long version has what it needs after so many. */
const ENOUGH_KILLS = 500

/**
 * Ends engine and host at random moments and at every boundary of the file system; nothing may be lost, and everything
 * must go on as if nothing had been.
 */
export const kills: Attack = {
  name: 'kills',
  share: 30,
  leastSeconds: 32,
  async run(context) {
    const { report, random, isLong } = context
    const template = await makeTemplate(await context.folder())
    const { folder, result, record } = await undisturbedRun(context, template)
    const withRun: Template = { folder, datasetId: template.datasetId }
    const plans = new BoundaryPlans(record, random)
    const startMs = performance.now()
    await acknowledgedCalls(context, withRun)
    let lives = 0
    const work = async () => {
      while (performance.now() < context.deadlineMs && !(isLong && report.count >= ENOUGH_KILLS)) {
        const number = lives++
        if (number % LIBRARY_LIVES === LIBRARY_LIVES - 1) await libraryLife(context, withRun)
        else await trainingLife(context, { template, expected: result, plans })
      }
    }
    await Promise.all(Array.from({ length: WORKERS }, work))
    const { tried, all } = plans.coverage()
    report.figures['lives'] = lives
    report.figures['kills'] = isLong ? `${report.count} of ${ENOUGH_KILLS}` : report.count
    report.figures['kills a minute'] = rounded(report.count / ((performance.now() - startMs) / 60_000))
    report.figures['boundaries hit'] = `${tried} of ${all}`
  },
}

/** The run that all others must equal, and every boundary that it passes. */
async function undisturbedRun(
  context: AttackContext,
  template: Template,
): Promise<{ folder: string; result: RunResult; record: string }> {
  const folder = await context.folder()
  await copyTemplate(template, folder)
  const recordFile = join(folder, 'record.txt')
  const host = await startHost({ folder, recordFile })
  const { id } = await host.client.call('experiments.start', { settings: smallRun(template.datasetId) })
  const summary = await waitForEnd(host, id, performance.now() + 120_000)
  await host.stop()
  if (summary?.state.kind !== 'finished')
    throw new Error(`the undisturbed run ended as ${JSON.stringify(summary?.state)}\n${host.stderr()}`)
  return { folder, result: await readResult(folder, id), record: await readFile(recordFile, 'utf8') }
}
