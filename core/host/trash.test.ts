import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { UserError } from '../contract/index.ts'
import { useDisk } from '../files/disk.ts'
import { faultyDisk } from '../files/testing/faulty-disk.ts'
import { createTrash, type Trash } from './trash.ts'
import { namesInTrash } from './trash-names.ts'

// A folder that nobody may read: the administrator, as who tests may run, could.
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>()
  const readdir = (...parameters: [string]) =>
    parameters[0].endsWith('unreadable')
      ? Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }))
      : actual.readdir(...parameters)
  return { ...actual, readdir }
})

const DAY_MS = 86_400_000
let folder: string
let now: number
let changes: number
const restored: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-trash-'))
  now = Date.parse('2026-01-01T00:00:00Z')
  changes = 0
  restored.length = 0
})
afterEach(() => rm(folder, { recursive: true }))

const open = (): Trash =>
  createTrash({
    folder,
    now: () => new Date(now),
    onChange: () => {
      changes++
    },
    nameOf: {
      dataset: async (id) => `表 ${id}`,
      experiment: async (id) => {
        if (id === 'damaged') throw new Error('no name')
        return `実験 ${id}`
      },
      model: async (id) => `モデル ${id}`,
      conversation: async (id) => `会話 ${id}`,
    },
    restore: {
      dataset: async (id) => {
        restored.push(id)
        await rm(join(folder, `${id}.duckdb`))
      },
      experiment: async () => undefined,
      model: async () => undefined,
      conversation: async () => undefined,
    },
  })
const dataset = (id: string, bytes = 10) => writeFile(join(folder, `${id}.duckdb`), Buffer.alloc(bytes))
async function experiment(id: string): Promise<void> {
  await mkdir(join(folder, id, 'checkpoints'), { recursive: true })
  await writeFile(join(folder, id, 'checkpoints', 'weights'), Buffer.alloc(5000))
}
const names = async () => (await readdir(folder)).filter((name) => !name.startsWith('.')).sort()
const idsIn = async (trash: Trash) => (await trash.list({})).entries.map(({ id }) => id)

describe('the trash', () => {
  it('lists what was deleted, the latest first, with names, times and sizes; what is neither is left out', async () => {
    const trash = open()
    await dataset('one')
    await trash.note('dataset', 'one')
    now += DAY_MS
    await experiment('damaged')
    await trash.note('experiment', 'damaged')
    await writeFile(join(folder, 'notes.txt'), 'mine')
    await symlink('/etc', join(folder, 'link'))
    const { entries, maxDays } = await trash.list({})
    expect(
      entries.map(({ sizeBytes, ...entry }) => ({
        ...entry,
        isSized: sizeBytes >= (entry.kind === 'dataset' ? 10 : 5000),
      })),
    ).toEqual([
      { kind: 'experiment', id: 'damaged', name: 'damaged', deletedAt: '2026-01-02T00:00:00.000Z', isSized: true },
      { kind: 'dataset', id: 'one', name: '表 one', deletedAt: '2026-01-01T00:00:00.000Z', isSized: true },
    ])
    expect(maxDays).toBe(30)
  })

  it('restores, removes and empties, and says so to other windows', async () => {
    const trash = open()
    for (const id of ['one', 'two', 'three']) await dataset(id)
    await experiment('run')
    expect((await trash.restore({ kind: 'dataset', id: 'one' })).entries).toHaveLength(3)
    expect(restored).toEqual(['one'])
    await writeFile(join(folder, 'two.duckdb.wal'), 'x')
    await trash.remove({ kind: 'dataset', id: 'two' })
    expect(await names()).toEqual(['run', 'three.duckdb'])
    expect((await trash.empty({})).entries).toEqual([])
    expect(await names()).toEqual([])
    expect(changes).toBe(3)
    const error = await trash
      .remove({ kind: 'dataset', id: 'two' })
      .catch((caught: unknown) => (caught as UserError).error)
    expect(error).toEqual({ code: 'trash/not-found', facts: { id: 'two' } })
  })

  it('forgets at a start what is older than thirty days, but nothing of which it does not know for how long it lay there', async () => {
    const trash = open()
    await trash.purge()
    await dataset('old')
    await trash.note('dataset', 'old')
    now += 20 * DAY_MS
    await open().purge()
    await dataset('by-hand')
    now += 11 * DAY_MS
    await open().purge()
    expect(await idsIn(open())).toEqual(['by-hand', 'old'])
    now += DAY_MS
    await open().purge()
    expect(await idsIn(open())).toEqual(['by-hand'])
  })

  it('deletes nothing because of a clock that is ten years off for once', async () => {
    const trash = open()
    await trash.purge()
    await dataset('one')
    await trash.note('dataset', 'one')
    now += 3650 * DAY_MS
    await open().purge()
    now -= 2 * 3650 * DAY_MS
    await open().purge()
    now += 3650 * DAY_MS
    await open().purge()
    expect(await idsIn(open())).toEqual(['one'])
  })

  it('does not count the days of a clock that stood wrong while something was deleted, but those after', async () => {
    await open().purge()
    now -= 20 * 365 * DAY_MS
    const trash = open()
    await trash.purge()
    await dataset('one')
    await trash.note('dataset', 'one')
    now += 20 * 365 * DAY_MS
    for (const day of [0, 1, 29]) {
      now += day * DAY_MS
      await open().purge()
      expect(await idsIn(open())).toEqual(['one'])
    }
    now += 2 * DAY_MS
    await open().purge()
    await open().purge()
    expect(await idsIn(open())).toEqual([])
  })

  it('knows that nothing was deleted before the library was opened', async () => {
    const trash = open()
    await trash.purge()
    now -= 20 * 365 * DAY_MS
    await dataset('one')
    await trash.note('dataset', 'one')
    now += 20 * 365 * DAY_MS
    await open().purge()
    expect((await open().list({})).entries).toMatchObject([{ id: 'one', deletedAt: '2026-01-01T00:00:00.000Z' }])
  })

  it('forgets what is old also where the library is opened once in forty days', async () => {
    const trash = open()
    await trash.purge()
    await dataset('one')
    await trash.note('dataset', 'one')
    for (const left of [1, 1, 0]) {
      now += 40 * DAY_MS
      await open().purge()
      expect(await idsIn(open())).toHaveLength(left)
    }
  })

  /** Deletes a dataset of so much of what the trash may hold. A file with a hole: large, but it takes no room. */
  async function deleted(trash: Trash, id: string, share: number): Promise<void> {
    const { maxBytes } = await trash.list({})
    await dataset(id)
    await truncate(join(folder, `${id}.duckdb`), Math.ceil(maxBytes * share))
    await trash.note('dataset', id)
    now += 1000
  }

  it('drops the oldest where there is too much, never what was deleted since the start or within a day', async () => {
    const trash = open()
    for (const id of ['first', 'second', 'third']) await deleted(trash, id, 0.6)
    await trash.purge()
    expect(await idsIn(trash)).toEqual(['third', 'second', 'first'])
    now += DAY_MS / 2
    for (let start = 0; start < 2; start++) await open().purge()
    expect(await idsIn(trash)).toEqual(['third', 'second', 'first'])
    now += DAY_MS
    for (let start = 0; start < 2; start++) await open().purge()
    expect(await idsIn(open())).toEqual(['third'])
  })

  it('keeps what fits beside something that does not', async () => {
    const trash = open()
    for (const [id, share] of [
      ['small', 0.3],
      ['huge', 1.3],
      ['middle', 0.5],
    ] as const)
      await deleted(trash, id, share)
    now += 2 * DAY_MS
    await open().purge()
    await deleted(open(), 'fresh', 1.3)
    await open().purge()
    expect(await idsIn(open())).toEqual(['fresh', 'middle', 'small'])
  })

  it('erases nothing for its size at the start that first sees it', async () => {
    await open().purge()
    await dataset('by-hand')
    await truncate(join(folder, 'by-hand.duckdb'), Math.ceil((await open().list({})).maxBytes * 1.3))
    await rm(join(folder, '.index.json'))
    now += 60 * DAY_MS
    await open().purge()
    expect(await idsIn(open())).toEqual(['by-hand'])
  })
})

describe('something in the trash that', () => {
  it('cannot be deleted keeps nothing else there', async () => {
    const trash = open()
    await trash.purge()
    for (const id of ['one', 'two', 'three']) {
      await dataset(id)
      await trash.note('dataset', id)
      now += 1000
    }
    const failing = (work: () => Promise<unknown>) => {
      const restore = useDisk(faultyDisk({ within: join(folder, 'two'), fault: { at: 1, kind: 'EIO', forGood: true } }))
      return work().finally(restore)
    }
    for (const days of [20, 20]) {
      now += days * DAY_MS
      await failing(() => open().purge())
    }
    await failing(() => open().purge())
    expect(await idsIn(open())).toEqual(['two'])
    for (const id of ['one', 'three']) await dataset(id)
    await expect(failing(() => open().empty({}))).rejects.toMatchObject({ error: { code: 'library/unwritable' } })
    expect(await idsIn(open())).toEqual(['two'])
  })

  it('cannot be read is listed with what can', async () => {
    await mkdir(join(folder, 'run', 'unreadable'), { recursive: true })
    await writeFile(join(folder, 'run', 'weights'), Buffer.alloc(5000))
    await open().purge()
    const { entries } = await open().list({})
    expect(entries).toMatchObject([{ id: 'run' }])
    expect(entries[0]!.sizeBytes).toBeGreaterThanOrEqual(5000)
  })

  it.skipIf(process.platform === 'win32')(
    "is no file where there should be one is called by its id, and in nobody's way",
    async () => {
      for (const id of ['pipe', 'bomb', 'null', 'long', 'good']) await mkdir(join(folder, id))
      const record = (id: string) => join(folder, id, 'experiment.yaml')
      execFileSync('mkfifo', [record('pipe'), join(folder, 'table.duckdb.wal'), join(folder, '.index.json')])
      await writeFile(record('bomb'), '')
      await truncate(record('bomb'), 1e12)
      await writeFile(record('null'), 'null')
      await writeFile(record('long'), `name: ${'あ'.repeat(5000)}`)
      await writeFile(record('good'), 'name: 実験')
      await writeFile(join(folder, 'c20260101-000000000000.json'), '{"name": "会話"}')
      await writeFile(join(folder, 'c20260101-000000000001.json'), '{"name": 1}')
      await dataset('table')
      const trash = createTrash({
        folder,
        now: () => new Date(now),
        onChange: () => undefined,
        nameOf: namesInTrash(folder),
        restore: {
          dataset: async () => undefined,
          experiment: async () => undefined,
          model: async () => undefined,
          conversation: async () => undefined,
        },
      })
      await trash.note('experiment', 'pipe')
      await trash.purge()
      const names = (await trash.list({})).entries.map(({ id, name }) => [id, name])
      expect(Object.fromEntries(names)).toEqual({
        pipe: 'pipe',
        bomb: 'bomb',
        null: 'null',
        long: 'あ'.repeat(200),
        good: '実験',
        'c20260101-000000000000': '会話',
        'c20260101-000000000001': 'c20260101-000000000001',
        table: 'table',
      })
      expect((await trash.remove({ kind: 'experiment', id: 'pipe' })).entries).toHaveLength(7)
    },
  )
})
