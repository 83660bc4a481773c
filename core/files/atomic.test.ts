import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { copyFileAtomic, sweepTemporary, writeAtomic, writeFileAtomic } from './atomic.ts'
import { useDisk } from './disk.ts'
import { faultyDisk } from './testing/faulty-disk.ts'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'

const newFolder = temporaryFolders()

describe('writing in one move', () => {
  it('replaces the content and leaves nothing else in the folder', async () => {
    const folder = await newFolder()
    await writeFileAtomic(join(folder, 'a.json'), 'old')
    await writeFileAtomic(join(folder, 'a.json'), Buffer.from('新しい'))
    expect([await readFile(join(folder, 'a.json'), 'utf8'), await readdir(folder)]).toEqual(['新しい', ['a.json']])
  })

  it('keeps the old content when the write fails half-way', async () => {
    const folder = await newFolder()
    const file = join(folder, 'a.json')
    await writeFile(file, 'old')
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC', path: file })
    const write = writeAtomic(file, async (handle) => {
      await handle.writeFile('half')
      throw full
    })
    await expect(write).rejects.toMatchObject({ error: { code: 'disk-full', facts: { file } } })
    expect([await readFile(file, 'utf8'), await readdir(folder)]).toEqual(['old', ['a.json']])
  })

  it('cleans up where the target is a folder', async () => {
    const folder = await newFolder()
    await mkdir(join(folder, 'a'))
    await expect(writeFileAtomic(join(folder, 'a'), 'x')).rejects.toBeDefined()
    expect(await readdir(folder)).toEqual(['a'])
  })

  it('lets many writers of one file end with one whole content', async () => {
    const file = join(await newFolder(), 'a')
    const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(1000))
    await Promise.all(contents.map((content) => writeFileAtomic(file, content)))
    expect(contents).toContain(await readFile(file, 'utf8'))
  })

  it('is swept up after a kill, and nothing else is', async () => {
    const folder = await newFolder()
    for (const name of [
      '..index.json.0123456789ab.tmp',
      '.a.json.0123456789ab.tmp',
      'a.tmp',
      '.a.json.tmp',
      '.hidden',
      'a.json',
    ])
      await writeFile(join(folder, name), '')
    await mkdir(join(folder, '.folder.0123456789ab.tmp'))
    await sweepTemporary(folder)
    await sweepTemporary(join(folder, 'missing'))
    expect((await readdir(folder)).sort()).toEqual([
      '.a.json.tmp',
      '.folder.0123456789ab.tmp',
      '.hidden',
      'a.json',
      'a.tmp',
    ])
  })
})

describe('copying in one move', () => {
  /** Calls of the disk, without the names that chance makes. */
  const copied = async (fault?: Parameters<typeof faultyDisk>[0]) => {
    const folder = await newFolder()
    await writeFile(join(folder, 'from'), 'new')
    await writeFile(join(folder, 'to'), 'old')
    const disk = faultyDisk({ ...fault, within: folder })
    const restore = useDisk(disk)
    const error = await copyFileAtomic(join(folder, 'from'), join(folder, 'to'))
      .then(
        () => null,
        (caught: unknown) => caught,
      )
      .finally(restore)
    return { folder, error, calls: disk.seen.map((call) => call.replace(folder, '').replace(/[0-9a-f]{12}/, '*')) }
  }

  it('syncs the content before the name and the name before it ends', async () => {
    const { folder, calls } = await copied()
    expect(calls).toEqual(['copyFile /.to.*.tmp', 'sync /.to.*.tmp', 'rename /to', 'sync '])
    expect(await readFile(join(folder, 'to'), 'utf8')).toBe('new')
  })

  it('keeps the old content when the sync fails', async () => {
    const { folder, error } = await copied({ fault: { at: 2, kind: 'EIO' } })
    expect(error).toMatchObject({ error: { code: 'library/unwritable', facts: { folder } } })
    expect([await readFile(join(folder, 'to'), 'utf8'), (await readdir(folder)).sort()]).toEqual([
      'old',
      ['from', 'to'],
    ])
  })
})
