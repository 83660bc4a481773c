import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DatasetInfo, Events } from '../contract/index.ts'
import { useDisk } from '../files/disk.ts'
import { faultyDisk, type Fault } from '../files/testing/faulty-disk.ts'
import { compactRows } from './kept.ts'
import { createDatasetService, type DatasetService } from './service.ts'
import { DatasetStore } from './store.ts'

vi.mock('./kept.ts', async (original) => {
  const actual = await original<typeof import('./kept.ts')>()
  return { ...actual, compactRows: vi.fn(actual.compactRows) }
})

const FULL = new Error('IO Error: Could not write file: No space left on device')
let folder: string
let service: DatasetService
const told: DatasetInfo[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-outcomes-'))
  told.length = 0
  service = createDatasetService({
    folder,
    trashFolder: join(folder, 'trash'),
    templatesFolder: join(import.meta.dirname, '..', '..', 'resources', 'tutorial'),
    emit: (name, payload) => {
      if (name === 'datasets.changed') told.push(payload as Events['datasets.changed'])
    },
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await service.close()
  await rm(folder, { recursive: true })
})

const isFull = { error: { code: 'disk-full' } }
const datasets = async () => (await readdir(folder)).filter((name) => name.endsWith('.duckdb'))

describe('a new dataset', () => {
  it.each(['empty', 'sample'] as const)('(%s) that could not be filled is not there', async (from) => {
    vi.spyOn(DatasetStore.prototype, 'rowAppender').mockRejectedValueOnce(FULL)
    await expect(service.create({ from })).rejects.toMatchObject(isFull)
    expect([await datasets(), await readdir(join(folder, '.work'))]).toEqual([[], []])
  })

  it.skipIf(process.platform === 'win32')('is made elsewhere, and its name is synced', async () => {
    const { disk, file } = await created('empty')
    const at = disk.seen.indexOf(`rename ${file}`)
    expect(at).toBeGreaterThanOrEqual(0)
    expect(disk.seen[at + 1]).toBe(`sync ${folder}`)
  })

  it.skipIf(process.platform === 'win32').each(['empty', 'sample'] as const)(
    '(%s) whose name could not be synced is not there',
    async (from) => {
      const { disk } = await created(from)
      await service.remove({ id: told[0]!.id })
      const at = disk.seen.indexOf(`sync ${folder}`) + 1
      await expect(created(from, { at, kind: 'EIO' })).rejects.toMatchObject({ error: { code: 'library/unwritable' } })
      expect(await datasets()).toEqual([])
    },
  )

  async function created(from: 'empty' | 'sample', fault?: Fault) {
    const disk = faultyDisk({ within: folder, fault })
    const restore = useDisk(disk)
    const { id } = await service.create({ from }).finally(restore)
    return { disk, file: join(folder, `${id}.duckdb`) }
  }
})

describe('a dataset on a disk that fails', () => {
  it.each([
    ['EROFS', 'library/unwritable'],
    ['EIO', 'library/unwritable'],
    ['ENOSPC', 'disk-full'],
  ] as const)('(%s) is restored or stays in the trash, with a sentence', async (kind, code) => {
    const { id } = await service.create({ from: 'sample' })
    for (let at = 1, isHit = true; isHit; at++) {
      await service.remove({ id })
      const disk = faultyDisk({ within: folder, fault: { at, kind } })
      const putBack = useDisk(disk)
      const outcome = await service
        .restore({ id })
        .then(
          () => null,
          (error: { error?: { code: string } }) => error.error?.code ?? String(error),
        )
        .finally(putBack)
      isHit = disk.seen.length >= at
      // The index is written meanwhile, and does without.
      const wanted = disk.seen[at - 1]?.includes('index.json') ? null : code
      if (isHit) expect([at, disk.seen[at - 1], outcome]).toEqual([at, disk.seen[at - 1], wanted])
      if (!(await datasets()).includes(`${id}.duckdb`)) await service.restore({ id })
      expect((await service.page({ id, offset: 0, limit: 1 })).rowCount).toBe(11)
    }
  })
})

describe('a step that is done', () => {
  const rows = Array.from({ length: 300 }, (_, row) => [`q${row}`, `a${row}`])
  let id: DatasetInfo['id']
  beforeEach(async () => {
    id = (await service.create({ from: 'empty' })).id
    await service.edit({ id, edits: [{ kind: 'insertRows', at: 0, rows }] })
  })

  /** As DuckDB after a checkpoint on a full disk: no further statement works until the file is opened anew. */
  const failOnce = () =>
    vi.mocked(compactRows).mockImplementationOnce(async (store) => {
      store.close()
      throw FULL
    })

  it('is said to be done where room could not be freed afterwards, and the next is the next', async () => {
    failOnce()
    const shorter = await service.edit({ id, edits: [{ kind: 'deleteRows', from: 0, to: 200 }] })
    expect([shorter.rowCount, told.at(-1)]).toEqual([101, shorter])
    failOnce()
    const longer = await service.undo({ id })
    expect([longer.rowCount, longer.redoCount, told.at(-1)]).toEqual([301, 1, longer])
    failOnce()
    expect((await service.goToStep({ id, step: 0 })).rowCount).toBe(1)
    expect((await service.open({ id })).rowCount).toBe(1)
  })

  it('is told where a later one of many fails', async () => {
    await service.edit({ id, edits: [{ kind: 'deleteRows', from: 0, to: 200 }] })
    const run = DatasetStore.prototype.run
    let commits = 0
    vi.spyOn(DatasetStore.prototype, 'run').mockImplementation(async function (this: DatasetStore, sql, values) {
      if (sql === 'COMMIT' && ++commits === 2) throw FULL
      return run.call(this, sql, values)
    })
    await expect(service.goToStep({ id, step: 0 })).rejects.toMatchObject(isFull)
    expect(told.at(-1)).toMatchObject({ rowCount: 301, undoCount: 1, redoCount: 1 })
  })

  it('can be read where there is no room for the index that makes reading quick', async () => {
    failOnce()
    vi.spyOn(DatasetStore.prototype, 'indexRows').mockRejectedValue(FULL)
    expect((await service.edit({ id, edits: [{ kind: 'deleteRows', from: 0, to: 200 }] })).rowCount).toBe(101)
    expect((await service.page({ id, offset: 0, limit: 1 })).rows[0]!.cells).toEqual(['q200', 'a200'])
  })
})
