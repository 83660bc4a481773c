import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ColumnId, DatasetId, Result, RowId } from '../../../core/contract/index.ts'
import type { AttackContext } from '../../harness/attack.ts'
import { lastError, startHost, type Host } from '../../harness/host.ts'
import { smallRun, waitForEnd } from '../../harness/runs.ts'
import { expectWorded, isWorded } from '../../harness/sentences.ts'

const SIZE_MB = 48
const SPARE_BYTES = [0, 20_000, 200_000, 1_000_000]

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
    const { id } = await useUpDisk(context, host, {
      name: 'a full disk',
      spares: context.isLong ? SPARE_BYTES : [0, 200_000],
      fill: (spare) => fill(library, spare),
      makeRoom: () => rm(join(library, 'ballast'), { force: true }),
    })
    await host.stop()
    await readOnly(context, folder, id, disk)
  } finally {
    disk.end()
  }
}

/**
 * The same where no file may grow beyond a size, which any account may ask of the system: here too the database's own
 * writes fail.
 */
export async function limitedFiles(context: AttackContext): Promise<void> {
  const { report } = context
  const host = await startHost({ folder: await context.folder() })
  const limit = (bytes: number | 'unlimited'): boolean =>
    [host.pid, ...host.children()].every(
      (pid) => spawnSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]).status === 0,
    )
  if (!limit('unlimited')) report.figures['limited files'] = 'left out: no prlimit here'
  else
    await useUpDisk(context, host, {
      name: 'limited files',
      spares: context.isLong ? SPARE_BYTES : [0],
      fill: (spare) => {
        limit(spare)
      },
      makeRoom: () => {
        limit('unlimited')
      },
    })
  await host.stop()
}

/** A disk that can be filled up to some bytes and emptied again. */
interface FullDisk {
  readonly name: string
  /** So many bytes are left, one after the other. */
  readonly spares: readonly number[]
  fill(spareBytes: number): Promise<void> | void
  makeRoom(): Promise<void> | void
}

/** Works on a dataset while the disk has little room, and again when it has some. Returns the dataset. */
async function useUpDisk(context: AttackContext, host: Host, disk: FullDisk): Promise<{ readonly id: DatasetId }> {
  const { report } = context
  const { id, columns } = await host.client.call('datasets.create', { from: 'sample' })
  const before = await rowsOf(host, id)
  for (const spare of disk.spares)
    await report.part(`${disk.name} with ${spare} bytes left`, async () => {
      await disk.fill(spare)
      try {
        await useFullDisk(context, host, { id, columnId: columns[0]?.id as ColumnId, disk: disk.name })
      } finally {
        await disk.makeRoom()
      }
      const healed = await host.client.ask('datasets.edit', {
        id,
        edits: [{ kind: 'setRange', row: 0, column: 0, values: [[`again ${spare}`]] }],
      })
      report.expect(
        healed.ok,
        `${disk.name}: a dataset cannot be edited when there is room again`,
        JSON.stringify(healed),
      )
      report.expect((await rowsOf(host, id)).length >= before.length, `${disk.name}: rows are lost`, `${spare} bytes`)
    })
  await report.part(`a run after ${disk.name}`, async () => {
    const { id: run } = await host.client.call('experiments.start', { settings: smallRun(id) })
    const ended = await waitForEnd(host, run, performance.now() + 60_000)
    report.expect(
      ended?.state.kind === 'finished',
      `${disk.name}: no run finishes when there is room again`,
      JSON.stringify(ended?.state),
    )
  })
  return { id }
}

const rowsOf = async (host: Host, id: DatasetId) =>
  (await host.client.call('datasets.page', { id, offset: 0, limit: 1000 })).rows

async function fill(library: string, spareBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(library)
  await writeFile(join(library, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - spareBytes)))
}

async function useFullDisk(
  { report }: AttackContext,
  host: Host,
  { id, columnId, disk }: { readonly id: DatasetId; readonly columnId: ColumnId; readonly disk: string },
): Promise<void> {
  const long = 'あ'.repeat(100_000)
  const rowId = (await rowsOf(host, id))[0]?.rowId as RowId
  const edits: readonly (readonly [string, unknown])[] = [
    [
      'datasets.edit',
      {
        id,
        edits: [
          { kind: 'setCells', cells: [{ rowId, columnId, value: long }] },
          { kind: 'insertColumn', at: 0, name: `列 ${Math.random()}` },
        ],
      },
    ],
    [
      'datasets.edit',
      { id, edits: [{ kind: 'insertRows', at: 0, rows: Array.from({ length: 40 }, () => [long, long]) }] },
    ],
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
    expectWorded(report, result, `${name}, ${disk}`, lastError(host.stderr()))
    if (!result.ok && isWorded(result.error))
      report.expect(
        ['disk-full', 'library/unwritable', 'preferences/unwritable'].includes(result.error.code),
        `${name}, ${disk}: says ${result.error.code}`,
        JSON.stringify(result.error),
      )
  }
  report.count++
  const started: Result<unknown> = await host.client.ask('experiments.start', { settings: smallRun(id) })
  expectWorded(report, started, `experiments.start, ${disk}`, lastError(host.stderr()))
  if (!started.ok) return
  const ended = await waitForEnd(host, (started.value as { id: never }).id, performance.now() + 60_000)
  if (ended?.state.kind === 'failed')
    expectWorded(report, { ok: false, error: ended.state.error }, `a run, ${disk}`, '')
  else
    report.expect(
      ended?.state.kind === 'finished',
      `a run, ${disk}, ends as ${ended?.state.kind}`,
      JSON.stringify(ended?.state),
    )
}

/** Starts on a library that can only be read: it says so, or it opens and refuses what would write. */
async function readOnly(
  { report }: AttackContext,
  folder: string,
  id: DatasetId,
  disk: { setReadOnly(isReadOnly: boolean): boolean },
): Promise<void> {
  if (!disk.setReadOnly(true)) return report.find('the small disk cannot be made read-only', '')
  report.count++
  const host = await startHost({ folder }).catch((error: Error) => error.message)
  if (typeof host === 'string')
    report.expect(
      /書き込めません|cannot be written/.test(host) && !/\n\s+at /.test(host),
      'a host on a read-only library ends without a sentence',
      host,
    )
  else {
    for (const [name, input] of [
      ['datasets.list', {}],
      ['datasets.page', { id, offset: 0, limit: 10 }],
      ['datasets.create', { from: 'sample' }],
      ['experiments.start', { settings: smallRun(id) }],
    ] as const) {
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
