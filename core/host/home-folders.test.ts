import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PathGrants } from './path-grants.ts'
import { createHomeFolders, type HomeFolders } from './home-folders.ts'

let top: string
let home: string
let grants: PathGrants
let folders: HomeFolders

beforeEach(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'terakoya-home-')))
  home = join(top, 'home')
  for (const folder of ['資料/2026', '資料/10', '資料/9', '.ssh', 'other/.hidden/deep'])
    await mkdir(join(home, folder), { recursive: true })
  await mkdir(join(top, 'outside', 'inner'), { recursive: true })
  await writeFile(join(home, 'file.csv'), '')
  await symlink(join(top, 'outside'), join(home, 'way-out'))
  await symlink('..', join(home, 'up'))
  await symlink(join(home, '.ssh'), join(home, 'keys'))
  await symlink(join(home, 'other', '.hidden', 'deep'), join(home, 'deep'))
  await symlink(join(home, '資料'), join(home, 'link'))
  await symlink(join(home, 'nowhere'), join(home, 'broken'))
  await symlink('circle', join(home, 'circle'))
  grants = new PathGrants()
  folders = createHomeFolders(home, grants)
})
afterEach(() => rm(top, { recursive: true }))

const code = (code: string) => ({ error: { code } })

it('lists folders as a person sorts them: no files, no hidden ones, no links that lead out or into a hidden one', async () => {
  expect(await folders.list([])).toEqual({ steps: [], folders: ['link', 'other', '資料'], isCut: false })
  expect((await folders.list(['資料'])).folders).toEqual(['9', '10', '2026'])
  expect((await folders.list(['link', '2026'])).folders).toEqual([])
})

it.each([
  ['..'],
  ['資料', '..', '..'],
  ['way-out'],
  ['way-out', 'inner'],
  ['up'],
  ['up', 'outside'],
  ['keys'],
  ['deep'],
  ['.ssh'],
  ['other', '.hidden'],
  ['other/.hidden'],
  ['資料/../..'],
  ['/'],
  ['資料\0'],
  ['broken'],
  ['circle'],
  ['file.csv'],
  ['missing'],
])('%j %j is neither listed, nor a parent, nor picked', async (...steps) => {
  const names = steps.filter((step) => step !== undefined)
  await expect(folders.list(names)).rejects.toMatchObject(code('folder/not-found'))
  await expect(folders.make(names, 'new')).rejects.toMatchObject(code('folder/not-found'))
  await expect(folders.pick(names)).rejects.toMatchObject(code('folder/not-found'))
})

it('a picked folder may be named from then on, by its real path', async () => {
  expect(await folders.pick(['link', '2026'])).toBe(join(home, '資料', '2026'))
  expect([grants.has(join(home, '資料', '2026'), 'folder'), grants.has(join(home, '資料'), 'folder')]).toEqual([
    true,
    false,
  ])
})

it('makes a folder and shows it', async () => {
  expect(await folders.make(['資料'], '新しい')).toEqual({ steps: ['資料', '新しい'], folders: [], isCut: false })
  expect((await folders.list(['資料'])).folders).toContain('新しい')
  await expect(folders.make(['資料'], '新しい')).rejects.toMatchObject({
    error: { code: 'folder/exists', facts: { folder: '新しい' } },
  })
})

it.each([
  '..',
  '.',
  '.hidden',
  'a/b',
  'a\\b',
  'a\0',
  'a:b',
  'a?',
  'a.',
  'con',
  'NUL.txt',
  'a\u001b[2J',
  '\ud800',
  '漢'.repeat(100),
])('%j is no name for a folder', async (name) => {
  await expect(folders.make([], name)).rejects.toMatchObject(code('folder/name'))
})

it.skipIf(process.getuid?.() === 0)('a folder that cannot be read or written is told', async () => {
  await chmod(join(home, '資料'), 0o300)
  await expect(folders.list(['資料'])).rejects.toMatchObject(code('folder/unreadable'))
  await chmod(join(home, '資料'), 0o500)
  await expect(folders.make(['資料'], 'x')).rejects.toMatchObject(code('folder/unwritable'))
  await chmod(join(home, '資料'), 0o700)
})

it('a long list is cut and says so', async () => {
  for (let index = 0; index < 1001; index++) await mkdir(join(home, 'other', `${index}`))
  const { folders: names, isCut } = await folders.list(['other'])
  expect([names.length, names[999], isCut]).toEqual([1000, '999', true])
})
