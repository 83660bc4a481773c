import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DatasetInfo, LeftLibrary, LibraryMove } from '../contract/index.ts'
import { createStudio, type Studio } from './studio.ts'

let folder: string
let studio: Studio
let told: (readonly [string, unknown])[]

const notAsked = () => {
  throw new Error('not asked')
}
const open = async (): Promise<Studio> => {
  const opened = await createStudio({
    host: 'desktop',
    version: '0',
    resourcesFolder: join(import.meta.dirname, '..', '..', 'resources'),
    preferencesFile: join(folder, 'preferences.json'),
    libraryFolder: join(folder, 'library'),
    spawnEngine: notAsked,
    spawnReader: notAsked,
    spawnLlamaCpp: notAsked,
    systemLanguage: () => 'ja',
    environment: { HOME: folder },
    report: (place, error) => {
      // It tells of devices too, which nobody knows here.
      if (place === 'system.setLibrary') return ''
      throw new Error(place, { cause: error })
    },
  })
  opened.on((name, payload) => void told.push([name, payload]))
  return opened
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-mover-'))
  told = []
  studio = await open()
})
afterEach(async () => {
  await studio.close()
  await rm(folder, { recursive: true })
})

async function call<T>(name: string, input: unknown = {}): Promise<T> {
  const result = await studio.dispatch(name, input)
  if (!result.ok) throw new Error(result.error.code)
  return result.value as T
}
const last = () => told.findLast(([name]) => name === 'library.move')?.[1] as LibraryMove | undefined

it('goes on in the new place, at once and after a start', async () => {
  const { id } = await call<DatasetInfo>('datasets.create', { from: 'sample' })
  await call('datasets.edit', { id, edits: [{ kind: 'setRange', row: 0, column: 0, values: [['犬']] }] })
  const to = join(folder, 'drive')
  const meanwhile: Promise<unknown>[] = []
  const end = studio.on((name) => {
    if (name !== 'system.library' || meanwhile.length > 0) return
    meanwhile.push(call('datasets.create', { from: 'empty' }).catch(String), call('datasets.open', { id }))
  })
  await call('library.move', { folder: to })
  // Nobody writes meanwhile; the table can be read.
  await expect.poll(() => meanwhile.length).toBe(2)
  end()
  expect(await Promise.all(meanwhile)).toEqual(['Error: library/switching', expect.objectContaining({ id })])
  await expect.poll(last).toMatchObject({ state: 'done', to })
  expect(studio.libraryFolder()).toBe(to)
  expect(told.filter(([name]) => name === 'system.library').at(-1)).toEqual(['system.library', { folder: to }])
  expect(await call<DatasetInfo>('datasets.open', { id })).toMatchObject({ rowCount: 11, undoCount: 1 })
  await call('datasets.undo', { id })
  await call('datasets.create', { from: 'empty' })

  await studio.close()
  studio = await open()
  expect(studio.libraryFolder()).toBe(to)
  expect(await call<unknown[]>('datasets.list')).toHaveLength(2)
  const [left] = await call<LeftLibrary[]>('library.left')
  expect(left).toMatchObject({ folder: join(folder, 'library'), movedTo: to })
  await call('library.removeLeft', { id: left!.id })
  expect((await readdir(folder)).filter((name) => !name.includes('.'))).toEqual(['drive'])
})

it('takes a folder that is opened again for a library, and for no old copy', async () => {
  await call('datasets.create', { from: 'sample' })
  const [from, to] = [join(folder, 'library'), join(folder, 'drive')]
  await call('library.move', { folder: to })
  await expect.poll(last).toMatchObject({ state: 'done' })
  expect(await call('library.left')).toHaveLength(1)
  await studio.dispatch('system.setLibrary', { folder: from })
  await call('datasets.create', { from: 'empty' })
  await studio.dispatch('system.setLibrary', { folder: to })
  await expect.poll(() => call('library.left')).toEqual([])
})

it('goes on in the old place where the move is cancelled or the studio ends', async () => {
  const { id } = await call<DatasetInfo>('datasets.create', { from: 'sample' })
  const end = studio.on((name) => void (name === 'library.move' && void call('library.cancelMove')))
  await call('library.move', { folder: join(folder, 'drive') })
  await expect.poll(last).toMatchObject({ state: 'cancelled' })
  end()
  await call('datasets.rename', { id, name: '犬' })
  await call('library.move', { folder: join(folder, 'drive') })
  await studio.close()
  studio = await open()
  expect(['cancelled', 'done']).toContain(last()?.state)
  expect(studio.libraryFolder()).toBe(last()?.state === 'done' ? join(folder, 'drive') : join(folder, 'library'))
  await call('datasets.rename', { id, name: '猫' })
})
