import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readPreferences } from './preferences.ts'

it('keeps damaged preferences beside the new ones and reports them; missing ones are no fault', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-preferences-'))
  const file = join(folder, 'preferences.json')
  const reports: string[] = []
  const report = (place: string) => String(reports.push(place))
  const defaults = { language: 'system', theme: 'system', libraryFolder: null, gpuPackFolder: null }
  expect([await readPreferences(file, report), reports]).toEqual([defaults, []])
  for (const text of ['{"language":', '{"language":"xx"}', '']) {
    await writeFile(file, text)
    expect(await readPreferences(file, report)).toEqual(defaults)
    expect(await readFile(`${file}.damaged`, 'utf8')).toBe(text)
  }
  expect(reports).toEqual(['preferences', 'preferences', 'preferences'])
  await rm(folder, { recursive: true })
})
