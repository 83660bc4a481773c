import type { Attack } from '../../harness/attack.ts'
import { makeTemplate } from '../../harness/runs.ts'
import { wrongClocks } from './clock.ts'
import { failingCalls, failingRuns } from './failing-writes.ts'
import { goneAndBack } from './gone.ts'
import { limitedFiles, smallDisk } from './small-disk.ts'

/**
 * Full, failing, read-only and missing disks, and clocks that are ten years off: one sentence each, nothing lost, and
 * all works again afterwards.
 */
export const disk: Attack = {
  name: 'disk',
  share: 12,
  leastSeconds: 30,
  mostSeconds: 600,
  async run(context) {
    const template = await makeTemplate(await context.folder())
    const { report } = context
    await report.part('library gone', () => goneAndBack(context, template))
    await report.part('small disk', () => smallDisk(context))
    await report.part('limited files', () => limitedFiles(context))
    await report.part('wrong clock', () => wrongClocks(context, template))
    const leftMs = context.deadlineMs - performance.now()
    await report.part('failing writes in calls', () => failingCalls(context, template, performance.now() + leftMs / 3))
    await report.part('failing writes in runs', () => failingRuns(context, template, context.deadlineMs))
  },
}
