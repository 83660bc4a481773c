// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { fail, ok } from '../../../core/contract/index.ts'
import { startTexts } from '../../language/index.ts'
import { anAddition } from '../../testing/examples.ts'
import { putFakeStudio, type FakeStudio } from '../../testing/studio.ts'
import { useDownloads } from './downloads/downloads.store.ts'
import { addByDialog, addDropped } from './models.actions.ts'

let studio: FakeStudio
beforeAll(() => startTexts('ja'))
beforeEach(() => {
  useDownloads.setState(useDownloads.getInitialState(), true)
  studio = putFakeStudio({
    'models.addFolder': ({ folder }) =>
      folder.endsWith('写真') ? fail('model/no-model-folder', { folder }) : ok(anAddition(folder)),
    'system.folders': ({ steps }) => ok({ steps, folders: [], isCut: false }),
  })
})
const copied = () => useDownloads.getState().additions.map(({ additionId }) => additionId)

/** What a drop brings: names of folders end with a slash. */
const dropped = (...names: readonly string[]) =>
  ({
    items: names.map((name) => ({
      getAsFile: () => new File([''], name.replace('/', '')),
      webkitGetAsEntry: () => ({ isDirectory: name.endsWith('/') }),
    })),
  }) as unknown as DataTransfer

it('copies every dropped folder where the host knows its place, and passes over files and what is no model', async () => {
  Object.assign(studio, { host: 'desktop' })
  await addDropped(dropped('小さい/', 'メモ.txt', '写真/', '大きい/'))
  expect(studio.asked.map(([, input]) => input)).toEqual([
    { folder: '/adopted/小さい' },
    { folder: '/adopted/写真' },
    { folder: '/adopted/大きい' },
  ])
  expect(copied()).toEqual(['/adopted/大きい', '/adopted/小さい'])
})

it('asks for the folder in a dialog where a browser does not tell its place', async () => {
  void addDropped(dropped('小さい/'))
  await new Promise((done) => setImmediate(done))
  expect(studio.asked).toEqual([['system.folders', { steps: [] }]])
})

it('copies the folder of the dialog, and nothing where that was closed', async () => {
  Object.assign(studio, { pickFolder: async () => ok('/home/小さい') })
  await addByDialog()
  Object.assign(studio, { pickFolder: async () => ok(null) })
  await addByDialog()
  expect(studio.asked).toEqual([['models.addFolder', { folder: '/home/小さい' }]])
})
