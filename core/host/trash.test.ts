import { mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UserError } from '../contract/index.ts'
import { createTrash, type Trash } from './trash.ts'

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
    folder, now: () => new Date(now), onChange: () => { changes++ },
    nameOf: { dataset: async (id) => `表 ${id}`, experiment: async (id) => { if (id === 'damaged') throw new Error('no name'); return `実験 ${id}` } },
    restore: { dataset: async (id) => { restored.push(id); await rm(join(folder, `${id}.duckdb`)) }, experiment: async () => undefined },
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
    expect(entries.map(({ sizeBytes, ...entry }) => ({ ...entry, isSized: sizeBytes >= (entry.kind === 'dataset' ? 10 : 5000) }))).toEqual([
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
    const error = await trash.remove({ kind: 'dataset', id: 'two' }).catch((caught: unknown) => (caught as UserError).error)
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

  it('drops the oldest where there is too much, never what was deleted since the start', async () => {
    const trash = open()
    const { maxBytes } = await trash.list({})
    for (const id of ['first', 'second', 'third']) {
      await dataset(id)
      // A file with a hole: large, but it takes no room.
      await truncate(join(folder, `${id}.duckdb`), Math.ceil(maxBytes * 0.6))
      await trash.note('dataset', id)
      now += 1000
    }
    await trash.purge()
    expect(await idsIn(trash)).toEqual(['third', 'second', 'first'])
    await open().purge()
    expect(await idsIn(open())).toEqual(['third'])
  })
})
