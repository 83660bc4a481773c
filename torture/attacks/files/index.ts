import type { Attack } from '../../harness/attack.ts'
import { megabytes, rounded } from '../../harness/measure.ts'
import { tryDatabases } from './databases.ts'
import { tryExperiments, tryStartFiles } from './experiments.ts'
import { hostileCount } from './hostile-folders.ts'
import { tryModels } from './models.ts'
import { bombs, goodTables, spoiltTable, tryStrangeFiles, tryTable } from './tables.ts'
import { Target } from './target.ts'

interface Counts {
  readonly tables: number
  readonly models: number
  readonly databases: number
  readonly experiments: number
  readonly starts: number
}

const LONG: Counts = { tables: 250, models: 2 * hostileCount, databases: 60, experiments: 60, starts: 12 }
const SHORT: Counts = { tables: 30, models: 25, databases: 22, experiments: 4, starts: 2 }

/** Hostile files of every kind that the studio reads, given to it by its own calls. */
export const files: Attack = {
  name: 'files',
  share: 14,
  leastSeconds: 20,
  async run(context) {
    const { report, isLong, random } = context
    const counts = isLong ? LONG : SHORT
    const target = await Target.start(context, await context.folder())
    const good = await goodTables(target)
    await report.part('strange files', () => tryStrangeFiles(context, target))
    await report.part('bombs', async () => {
      const chosen = isLong ? bombs : random.shuffled(bombs).slice(0, 8)
      for (const make of chosen) {
        if (performance.now() > context.deadlineMs) return
        report.count++
        await tryTable(target, make())
      }
    })
    await target.restart()
    await report.part('models', () => tryModels(context, target, counts.models))
    await report.part('databases', () => tryDatabases(context, target, counts.databases))
    await report.part('experiments', () => tryExperiments(context, target, counts.experiments))
    await report.part('files at the start', () => tryStartFiles(context, counts.starts))
    await report.part('tables', async () => {
      for (let number = 0; number < counts.tables && performance.now() < context.deadlineMs; number++) {
        report.count++
        await tryTable(target, spoiltTable(good, context))
      }
    })
    report.expect(target.host.isRunning(), 'the host is gone at the end', target.host.stderr())
    await target.host.stop()
    report.figures['host memory above rest at most, MB'] = megabytes(target.peakBytes)
    report.figures['slowest call, s'] = rounded(target.slowestMs / 1000)
  },
}
