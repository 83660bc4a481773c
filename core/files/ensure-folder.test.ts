import { mkdtemp, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../contract/errors.ts'
import { ensureFolder } from './ensure-folder.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'terakoya-ensure-'))
})
afterEach(() => rm(root, { recursive: true }))
const thrown = (work: Promise<void>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof UserError ? error.error : (error as NodeJS.ErrnoException).code),
  )

describe('a folder of a library', () => {
  it('is made where it is missing, and left where it is', async () => {
    await ensureFolder(join(root, 'ごみ箱'))
    await writeFile(join(root, 'ごみ箱', 'a'), '')
    await ensureFolder(join(root, 'ごみ箱'))
    expect(await readdir(join(root, 'ごみ箱'))).toEqual(['a'])
  })

  it('is made with those between it and the folder that must be there', async () => {
    await ensureFolder(join(root, 'a', 'b', 'c'), root)
    await ensureFolder(root, root)
    expect(await readdir(root, { recursive: true })).toEqual(['a', join('a', 'b'), join('a', 'b', 'c')])
  })

  it('is made once, however many ask at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, () => ensureFolder(join(root, 'a', 'b'), root)))
    expect(await readdir(root, { recursive: true })).toEqual(['a', join('a', 'b')])
  })

  it.each([
    ['one level', (library: string) => ensureFolder(join(library, 'trash'))],
    ['several levels', (library: string) => ensureFolder(join(library, 'downloads', 'owner', 'name'), library)],
    ['the library itself', (library: string) => ensureFolder(library, library)],
  ])('is never made in the place of a library that is away: %s', async (_, make) => {
    const library = join(root, 'library')
    await mkdir(library)
    await rename(library, join(root, 'away'))
    expect(await thrown(make(library))).toEqual({ code: 'library/gone', facts: { folder: library } })
    expect(await readdir(root)).toEqual(['away'])
  })

  it('may be a link to a folder, and is no file', async () => {
    await symlink(root, join(root, 'link'))
    await ensureFolder(join(root, 'link', 'new'))
    await writeFile(join(root, 'file'), '')
    expect(await thrown(ensureFolder(join(root, 'file')))).toBe('EEXIST')
    expect(await thrown(ensureFolder(join(root, 'file', 'x')))).toBe('ENOTDIR')
  })
})
