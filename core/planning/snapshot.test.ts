import * as node from 'node:fs/promises'
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultSettings } from '../contract/index.ts'
import { useDisk } from '../files/disk.ts'
import { HistoryWriter } from '../training/history.ts'
import { heldOut, snapshotRows } from './snapshot.ts'

describe('rows held out for validation', () => {
  it('are as many as asked for, the same for the same seed', () => {
    const links = Array.from({ length: 100 }, () => ({}))
    expect(heldOut(links, 7, 1).size).toBe(7)
    expect([...heldOut(links, 7, 1)]).toEqual([...heldOut(links, 7, 1)])
    expect([...heldOut(links, 7, 2)]).not.toEqual([...heldOut(links, 7, 1)])
  })

  it('hold whole conversations, so that none is in both parts, and leave something to learn', () => {
    const links = Array.from({ length: 30 }, (_, row) => ({
      id: String(row),
      ...(row % 3 === 0 ? {} : { parentId: String(row - 1) }),
    }))
    const held = heldOut(links, 5, 4)
    expect(held.size).toBe(6)
    for (let row = 0; row < 30; row += 3)
      expect(new Set([row, row + 1, row + 2].map((member) => held.has(member))).size).toBe(1)
    expect(heldOut([{ id: 'a' }, { id: 'b', parentId: 'a' }], 1, 1).size).toBe(0)
  })
})

const openFiles = async (folder: string): Promise<string[]> => {
  const links = await Promise.all(
    (await readdir('/proc/self/fd')).map((descriptor) => readlink(`/proc/self/fd/${descriptor}`).catch(() => '')),
  )
  return links.filter((path) => path.startsWith(folder))
}

it.runIf(process.platform === 'linux')('leaves no file open where the next one cannot be', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-snapshot-'))
  const nowhere = join(folder, 'nowhere', 'rows.jsonl')
  await expect(
    snapshotRows(async function* () {}, defaultSettings(), {
      trainRows: join(folder, 'train.jsonl'),
      validationRows: nowhere,
    }),
  ).rejects.toMatchObject({ code: 'ENOENT' })
  const restore = useDisk({
    ...node,
    open: (path, flags) =>
      path === folder ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) : node.open(path, flags),
  })
  try {
    await expect(HistoryWriter.open({ metrics: join(folder, 'metrics.jsonl'), predictions: folder })).rejects.toThrow()
  } finally {
    restore()
  }
  expect(await openFiles(folder)).toEqual([])
  await rm(folder, { recursive: true })
})
