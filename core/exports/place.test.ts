import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { freeBytesAt, freeName, inDraft, nameFor, requireSpace } from './place.ts'

const newFolder = temporaryFolders()

it('names an export after its run, as every system takes it', () => {
  expect(nameFor('11/23 06:19 犬', 'merged')).toBe('11-23 06-19 犬-merged')
  expect(nameFor('a', null)).toBe('a')
  expect(nameFor('..', null)).not.toMatch(/^\.+$/)
  expect(nameFor('nul', null)).toMatch(/^_nul-/)
})

it('takes the first name that is free', async () => {
  const folder = await newFolder()
  for (const name of ['a', 'a-2', 'b.zip']) await mkdir(join(folder, name))
  expect(await freeName({ folder, name: 'a', ending: null })).toBe('a-3')
  expect(await freeName({ folder, name: 'b', ending: '.zip' })).toBe('b-2.zip')
})

it('says how much room is missing, also for a folder that is not there yet', async () => {
  const folder = join(await newFolder(), 'not', 'yet')
  expect(await freeBytesAt(folder)).toBeGreaterThan(0)
  await requireSpace(folder, 1)
  await expect(requireSpace(folder, 1e18)).rejects.toMatchObject({
    error: { code: 'export/no-space', facts: { folder, needed: '1000000000.0' } },
  })
})

it('moves what was written to its name, and leaves nothing where writing fails', async () => {
  const folder = await newFolder()
  const place = { folder, name: 'a', ending: null }
  const path = await inDraft(place, '1', (written) => writeFile(join(written, 'file'), 'x'))
  expect([path, await readdir(path)]).toEqual([join(folder, 'a'), ['file']])
  const failing = inDraft(place, '2', async (written) => {
    await writeFile(join(written, 'half'), 'x')
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await readdir(folder)).toEqual(['a'])
})

it('removes drafts that a killed process left long ago, and no others', async () => {
  const folder = await newFolder()
  for (const name of ['.terakoya-draft-old', '.terakoya-draft-new']) await mkdir(join(folder, name))
  const longAgo = new Date(Date.now() - 48 * 3600 * 1000)
  await utimes(join(folder, '.terakoya-draft-old'), longAgo, longAgo)
  await inDraft({ folder, name: 'a', ending: '.zip' }, '1', (written) => writeFile(written, 'x'))
  expect((await readdir(folder)).sort()).toEqual(['.terakoya-draft-new', 'a.zip'])
})
