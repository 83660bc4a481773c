import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { HubDatasetId, RepositoryPath } from '../contract/index.ts'
import { downloadsFolder, isDownload, plainName, targetOf } from './download-paths.ts'

const newFolder = temporaryFolders()

it('keeps names as they are where every file system takes them', () => {
  const names = [
    'train.csv',
    '日本語の表.jsonl.gz',
    '.a',
    'a b (1).parquet',
    'console.csv',
    'nul-values.csv',
    `${'a'.repeat(196)}.csv`,
  ]
  expect(names.map(plainName)).toEqual(names)
})

it.each([
  ['CON', '_CON-'],
  ['nul.csv', '_nul-'],
  ['Com1.tar.gz', '_Com1-'],
  ['LPT¹.csv', '_LPT¹-'],
  ['conin$', '_conin$-'],
  ['a. . ', 'a_-'],
  ['...', '_-'],
  ['a:b.csv', 'a_b-'],
  ['a?b*c.csv', 'a_b_c-'],
  ['gnp\u202Evsc.csv', 'gnp_vsc-'],
  ['a\u200Bb.csv', 'a_b-'],
  ['a\u0007b.csv', 'a_b-'],
  ['a\u2028b.csv', 'a_b-'],
  ['a\uD800b.csv', 'a_b-'],
])('changes %j, recognisably', (name, beginning) => {
  const plain = plainName(name)
  expect(plain.startsWith(beginning)).toBe(true)
  expect(plain).toMatch(/-[0-9a-f]{8}(\.[a-z0-9.]+)?$/)
  expect(plainName(plain)).toBe(plain)
})

it('shortens long names by whole characters and keeps both endings', () => {
  const plain = plainName(`${'表'.repeat(300)}.jsonl.gz`)
  expect(plain).toMatch(/^表+-[0-9a-f]{8}\.jsonl\.gz$/)
  expect(Buffer.byteLength(plain)).toBeLessThan(220)
})

it('gives no two files the same place', () => {
  const names = ['a?b.csv', 'a*b.csv', 'a_b.csv', `${'x'.repeat(400)}1.csv`, `${'x'.repeat(400)}2.csv`]
  const place = { folder: '/downloads', id: HubDatasetId.parse('a/b'), branch: 'original' as const }
  expect(new Set(names.map((name) => targetOf(place, RepositoryPath.parse(`data/${name}`)))).size).toBe(names.length)
})

it('takes only what really lies in the downloads for downloaded', async () => {
  const library = await newFolder()
  const downloads = downloadsFolder(library)
  await mkdir(join(downloads, 'set'), { recursive: true })
  await mkdir(join(library, 'downloads-of-others'))
  for (const file of ['secret.csv', join('downloads', 'set', 'table.csv'), join('downloads-of-others', 'a.csv')])
    await writeFile(join(library, file), 'a\n')
  await symlink(join(library, 'secret.csv'), join(downloads, 'link.csv'))
  await symlink(library, join(downloads, 'up'))
  expect(isDownload(library, join(downloads, 'set', 'table.csv'))).toBe(true)
  const foreign = [
    join(downloads, 'link.csv'),
    join(downloads, 'up', 'secret.csv'),
    join(library, 'downloads-of-others', 'a.csv'),
    join(downloads, 'missing.csv'),
    `${downloads}/set/../../secret.csv`,
    downloads,
  ]
  expect(foreign.map((path) => isDownload(library, path))).toEqual(foreign.map(() => false))
})

it('a link in the place of the downloads makes nothing downloaded', async () => {
  const [library, home] = [await newFolder(), await newFolder()]
  await writeFile(join(home, 'diary.csv'), 'a\n')
  await symlink(home, downloadsFolder(library))
  expect(isDownload(library, join(downloadsFolder(library), 'diary.csv'))).toBe(false)
  expect(isDownload(library, join(home, 'diary.csv'))).toBe(false)
})

it('finds downloads in a library that is itself reached by a link', async () => {
  const folder = await newFolder()
  await mkdir(join(folder, 'real', 'downloads'), { recursive: true })
  await symlink(join(folder, 'real'), join(folder, 'library'))
  await writeFile(join(folder, 'real', 'downloads', 'a.csv'), 'a\n')
  expect(isDownload(join(folder, 'library'), join(folder, 'library', 'downloads', 'a.csv'))).toBe(true)
})
