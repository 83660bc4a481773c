import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { HubDatasetId, RepositoryPath } from '../contract/index.ts'
import { downloadsFolder, isDownload, targetOf } from './download-paths.ts'

const newFolder = temporaryFolders()

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
