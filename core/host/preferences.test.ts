import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { useDisk } from '../files/disk.ts'
import { faultyDisk } from '../files/testing/faulty-disk.ts'
import { readPreferences, writePreferences } from './preferences.ts'

it('keeps damaged preferences beside the new ones and reports them; missing ones are no fault', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-preferences-'))
  const file = join(folder, 'preferences.json')
  const reports: string[] = []
  const report = (place: string) => String(reports.push(place))
  const defaults = {
    language: 'system',
    theme: 'system',
    offline: false,
    libraryFolder: null,
    gpuPackFolder: null,
    movingTo: null,
    leftLibraries: [],
  }
  expect([await readPreferences(file, report), reports]).toEqual([defaults, []])
  for (const text of ['{"language":', '{"language":"xx"}', '']) {
    await writeFile(file, text)
    expect(await readPreferences(file, report)).toEqual(defaults)
    expect(await readFile(`${file}.damaged`, 'utf8')).toBe(text)
  }
  expect(reports).toEqual(['preferences', 'preferences', 'preferences'])
  await rm(folder, { recursive: true })
})

const newFolder = () => mkdtemp(join(tmpdir(), 'terakoya-preferences-'))
const stored = {
  language: 'ja',
  theme: 'dark',
  offline: false,
  libraryFolder: null,
  gpuPackFolder: null,
  movingTo: null,
  leftLibraries: [] as string[],
} as const

it.skipIf(process.platform === 'win32')('is not held up by a pipe or a folder in the place of the file', async () => {
  const folder = await newFolder()
  execFileSync('mkfifo', [join(folder, 'pipe')])
  await mkdir(join(folder, 'place'))
  const reports: unknown[] = []
  const read = (name: string) => readPreferences(join(folder, name), (_, error) => String(reports.push(error)))
  expect([(await read('pipe')).language, (await read('place')).language, reports.length]).toEqual([
    'system',
    'system',
    2,
  ])
  await rm(folder, { recursive: true })
})

it.each([
  ['ENOSPC', 'disk-full'],
  ['EIO', 'preferences/unwritable'],
  ['EROFS', 'preferences/unwritable'],
] as const)('%s while they are written is told as %s, and the earlier ones stay', async (kind, code) => {
  const folder = await newFolder()
  const file = join(folder, 'preferences.json')
  await writePreferences(file, { ...stored, language: 'en' })
  const told: unknown[] = []
  for (let at = 1; ; at++) {
    const faulty = faultyDisk({ fault: { at, kind, when: 'before' }, within: folder })
    const restore = useDisk(faulty)
    const result = await writePreferences(file, stored)
      .then(
        () => null,
        (error: { error?: { code: string } }) => error.error?.code,
      )
      .finally(restore)
    if (faulty.seen.length < at) break
    told.push(result)
    expect(['en', 'ja']).toContain((await readPreferences(file, () => '')).language)
  }
  // Folder, file, its contents, fsync and rename fail the call; what comes after has another sentence or none.
  expect(told.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => code))
  expect(told.every((result) => result === null || result === code)).toBe(true)
  await rm(folder, { recursive: true })
})

it('a folder that cannot be made has its sentence', async () => {
  const folder = await newFolder()
  await writeFile(join(folder, 'file'), '')
  for (const place of [join(folder, 'file', 'deeper'), join(folder, 'x'.repeat(5000))])
    await expect(writePreferences(join(place, 'preferences.json'), stored)).rejects.toMatchObject({
      error: { code: 'preferences/unwritable', facts: { folder: place } },
    })
  await rm(folder, { recursive: true })
})

it('sweeps up what a killed host left, and not what another one writes now', async () => {
  const folder = await newFolder()
  const [old, fresh] = ['.preferences.json.0123456789ab.tmp', '.preferences.json.ba9876543210.tmp']
  for (const name of [old, fresh]) await writeFile(join(folder, name), '')
  const long = new Date(Date.now() - 2 * 3_600_000)
  await utimes(join(folder, old), long, long)
  await readPreferences(join(folder, 'preferences.json'), () => '')
  expect(await readdir(folder)).toEqual([fresh])
  await rm(folder, { recursive: true })
})
