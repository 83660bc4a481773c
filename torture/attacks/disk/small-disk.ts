import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ColumnId, DatasetId, Result } from '../../../core/contract/index.ts'
import type { AttackContext } from '../../harness/attack.ts'
import { startHost, type Host } from '../../harness/host.ts'
import { smallRun, waitForEnd } from '../../harness/runs.ts'
import { expectWorded, isWorded } from '../../harness/sentences.ts'

const SIZE_MB = 48

/** A disk of its own in memory; null where this account may not mount one. */
function mountSmallDisk(folder: string): { setReadOnly(isReadOnly: boolean): boolean; end(): void } | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null
  mkdirSync(folder, { recursive: true })
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m`, 'tmpfs', folder]).status !== 0) return null
  const end = () => void spawnSync('umount', ['-l', folder])
  process.once('exit', end)
  return {
    setReadOnly: (isReadOnly) => spawnSync('mount', ['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, folder]).status === 0,
    end() {
      process.off('exit', end)
      end()
    },
  }
}

/** A real disk that is full, then read-only: here the database's own writes fail too. */
export async function smallDisk(context: AttackContext): Promise<void> {
  const { report } = context
  const folder = await context.folder()
  const library = join(folder, 'library')
  const disk = mountSmallDisk(library)
  if (!disk) {
    report.figures['small disk'] = 'left out: this account cannot mount one'
    return
  }
  try {
    const host = await startHost({ folder })
    const { id, columns } = await host.client.call('datasets.create', { from: 'sample' })
    const before = await rowsOf(host, id)
    for (const spare of context.isLong ? [0, 20_000, 200_000, 1_000_000] : [0, 200_000]) await report.part(`full disk with ${spare} bytes left`, async () => {
      await fill(library, spare)
      await useFullDisk(context, host, id, columns[0]?.id as ColumnId).finally(() => rm(join(library, 'ballast'), { force: true }))
      const healed = await host.client.ask('datasets.edit', { id, edits: [{ kind: 'setRange', row: 0, column: 0, values: [[`again ${spare}`]] }] })
      report.expect(healed.ok, 'a dataset cannot be edited when the disk has room again', JSON.stringify(healed))
      report.expect((await rowsOf(host, id)).length >= before.length, 'rows are lost on a full disk', `${spare} bytes`)
    })
    await report.part('a run after a full disk', async () => {
      const { id: run } = await host.client.call('experiments.start', { settings: smallRun(id) })
      report.expect((await waitForEnd(host, run, performance.now() + 60_000))?.state.kind === 'finished', 'no run finishes when the disk has room again', '')
    })
    await host.stop()
    await readOnly(context, folder, id, disk)
  } finally {
    disk.end()
  }
}

const rowsOf = async (host: Host, id: DatasetId) => (await host.client.call('datasets.page', { id, offset: 0, limit: 1000 })).rows

async function fill(library: string, spareBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(library)
  await writeFile(join(library, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - spareBytes)))
}

async function useFullDisk({ report }: AttackContext, host: Host, id: DatasetId, columnId: ColumnId): Promise<void> {
  const long = 'あ'.repeat(100_000)
  const edits: readonly (readonly [string, unknown])[] = [
    ['datasets.edit', { id, edits: [{ kind: 'setCells', cells: [{ rowId: 0, columnId, value: long }] }, { kind: 'insertColumn', at: 0, name: `列 ${Math.random()}` }] }],
    ['datasets.edit', { id, edits: [{ kind: 'insertRows', at: 0, rows: Array.from({ length: 40 }, () => [long, long]) }] }],
    ['datasets.create', { from: 'sample' }],
    ['datasets.sample', { id, rows: 5 }],
    ['datasets.rename', { id, name: 'voll' }],
    ['datasets.undo', { id }],
    ['datasets.save', { id }],
    ['system.setPreferences', { theme: 'light' }],
  ]
  for (const [name, input] of edits) {
    report.count++
    const result = await host.client.ask(name, input)
    expectWorded(report, result, `${name} on a full disk`, '')
    if (!result.ok && isWorded(result.error)) report.expect(['disk-full', 'library/unwritable'].includes(result.error.code), `${name} on a full disk says ${result.error.code}`, JSON.stringify(result.error))
  }
  report.count++
  const started: Result<unknown> = await host.client.ask('experiments.start', { settings: smallRun(id) })
  expectWorded(report, started, 'experiments.start on a full disk', '')
  if (!started.ok) return
  const ended = await waitForEnd(host, (started.value as { id: never }).id, performance.now() + 60_000)
  if (ended?.state.kind === 'failed') expectWorded(report, { ok: false, error: ended.state.error }, 'a run on a full disk', '')
  else report.expect(ended?.state.kind === 'finished', `a run on a full disk ends as ${ended?.state.kind}`, JSON.stringify(ended?.state))
}

/** Starts on a library that can only be read: it says so, or it opens and refuses what would write. */
async function readOnly({ report }: AttackContext, folder: string, id: DatasetId, disk: { setReadOnly(isReadOnly: boolean): boolean }): Promise<void> {
  if (!disk.setReadOnly(true)) return report.find('the small disk cannot be made read-only', '')
  report.count++
  const host = await startHost({ folder }).catch((error: Error) => error.message)
  if (typeof host === 'string') report.expect(/書き込めません|cannot be written/.test(host) && !/\n\s+at /.test(host), 'a host on a read-only library ends without a sentence', host)
  else {
    for (const [name, input] of [['datasets.list', {}], ['datasets.page', { id, offset: 0, limit: 10 }], ['datasets.create', { from: 'sample' }], ['experiments.start', { settings: smallRun(id) }]] as const) {
      report.count++
      expectWorded(report, await host.client.ask(name, input), `${name} on a read-only library`, '')
    }
    await host.stop()
  }
  disk.setReadOnly(false)
  const again = await startHost({ folder })
  report.expect((await rowsOf(again, id)).length > 0, 'rows are lost on a read-only library', '')
  await again.stop()
}
