import { execFileSync } from 'node:child_process'
import { mkdir, open, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { depthOf, readJsonObject } from './json-file.ts'
import { openRegularFile, readRegularFile } from './regular-file.ts'

const newFolder = temporaryFolders()

describe.skipIf(process.platform === 'win32')('what is no file', () => {
  it.each<[string, (path: string) => Promise<unknown>]>([
    ['a folder', (path) => mkdir(path)],
    ['a FIFO that nobody writes to', async (path) => execFileSync('mkfifo', [path])],
    ['a device', (path) => symlink('/dev/zero', path)],
    ['a link in a circle', (path) => symlink(path, path)],
    [
      'a socket',
      (path) =>
        new Promise<void>((resolve) => {
          const server = createServer()
          server.unref().listen(path, resolve)
        }),
    ],
  ])('%s is refused at once', async (_, make) => {
    const path = join(await newFolder(), 'x')
    await make(path)
    await expect(openRegularFile(path)).rejects.toMatchObject({
      error: { code: 'file/not-regular', facts: { file: path } },
    })
  })
})

describe('a whole file', () => {
  it('is read up to the limit, and refused or cut beyond it', async () => {
    const path = join(await newFolder(), 'x')
    await writeFile(path, '0123456789')
    expect((await readRegularFile(path, { maxBytes: 10 })).toString()).toBe('0123456789')
    await expect(readRegularFile(path, { maxBytes: 9 })).rejects.toMatchObject({
      error: { code: 'file/too-large', facts: { file: path } },
    })
    expect((await readRegularFile(path, { maxBytes: 9, cut: true })).toString()).toBe('012345678')
  })

  it('that claims a terabyte takes no memory', async () => {
    const path = join(await newFolder(), 'x')
    const file = await open(path, 'w')
    await file.truncate(1e12)
    await file.close()
    await expect(readJsonObject(path)).rejects.toMatchObject({
      error: { code: 'file/too-large', facts: { foundMB: 1_000_000, maxMB: 16 } },
    })
  })

  it('that is missing is named as the caller says', async () => {
    await expect(
      readRegularFile('/nowhere/x', { maxBytes: 1, missing: 'checkpoint/config-missing' }),
    ).rejects.toMatchObject({ error: { code: 'checkpoint/config-missing', facts: { file: '/nowhere/x' } } })
  })
})

describe('JSON', () => {
  it.each([
    ['{}', 1],
    ['1', 0],
    ['{"a":[[]],"b":{}}', 3],
    ['"[[[["', 0],
    ['{"a":"\\\\","b":["\\"[["]}', 2],
    ['['.repeat(1000), 1000],
    [']]]][', -3],
  ])('%s nests %i levels', (text, depth) => expect(depthOf(Buffer.from(text))).toBe(Math.max(0, depth)))

  it('is read to 64 levels and not to 65', async () => {
    const path = join(await newFolder(), 'x')
    const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    await writeFile(path, nested(64))
    expect(Object.keys(await readJsonObject(path))).toEqual(['a'])
    await writeFile(path, nested(65))
    await expect(readJsonObject(path)).rejects.toMatchObject({
      error: { code: 'file/too-deep', facts: { file: path, max: 64 } },
    })
  })
})

describe('a pointer of Git LFS', () => {
  const lines = (size: number) =>
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize ${size}\n`

  it('is told from a file, whatever is to be read of it', async () => {
    const path = join(await newFolder(), 'model.safetensors')
    await writeFile(path, lines(3_304_461_312))
    const refused = { error: { code: 'file/lfs-pointer', facts: { file: path } } }
    await expect(openRegularFile(path)).rejects.toMatchObject(refused)
    await expect(readRegularFile(path, { maxBytes: 10 })).rejects.toMatchObject(refused)
  })

  it('is not seen in longer files and in those that only begin alike', async () => {
    const path = join(await newFolder(), 'x.csv')
    for (const text of [lines(1) + '\n'.repeat(1024), 'version https://git-lfs', '']) {
      await writeFile(path, text)
      expect((await readRegularFile(path, { maxBytes: 1e6 })).toString()).toBe(text)
    }
  })
})
