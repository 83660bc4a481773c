import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Language } from '../../texts/index.ts'
import type { DatasetInfo } from '../contract/index.ts'
import { createStudio } from './studio.ts'

it('names what it makes in the language of the preferences, else of the system, at that moment', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-language-'))
  let system: Language = 'en'
  const notAsked = () => {
    throw new Error('not asked')
  }
  const studio = await createStudio({
    host: 'desktop',
    version: '0',
    resourcesFolder: join(import.meta.dirname, '..', '..', 'resources'),
    preferencesFile: join(folder, 'preferences.json'),
    libraryFolder: join(folder, 'library'),
    spawnEngine: notAsked,
    spawnReader: notAsked,
    spawnLlamaCpp: notAsked,
    systemLanguage: () => system,
    report: (place, error) => {
      throw new Error(place, { cause: error })
    },
  })
  const made = async () => {
    const result = await studio.dispatch('datasets.create', { from: 'empty' })
    return result.ok ? (result.value as DatasetInfo).name : result.error.code
  }
  const prefer = (language: 'system' | Language) => studio.dispatch('system.setPreferences', { language })

  expect(await made()).toBe('New dataset')
  system = 'ja'
  expect(await made()).toBe('新しいデータセット')
  await prefer('en')
  expect(await made()).toBe('New dataset 2')
  await prefer('ja')
  system = 'en'
  expect(await made()).toBe('新しいデータセット 2')
  await studio.close()
  await rm(folder, { recursive: true })
})
