// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { fail, ok, type ModelUser } from '../../../core/contract/index.ts'
import { startTexts } from '../../language/index.ts'
import { aModel, anAddition } from '../../testing/examples.ts'
import { putFakeStudio, type FakeStudio } from '../../testing/studio.ts'
import { useDownloads } from './downloads/downloads.store.ts'
import { addByDialog, addDropped, keepModel, remove, removeNow } from './models.actions.ts'
import { useModels } from './models.store.ts'

let studio: FakeStudio
let users: readonly ModelUser[]
beforeAll(() => startTexts('ja'))
beforeEach(() => {
  useDownloads.setState(useDownloads.getInitialState(), true)
  users = []
  studio = putFakeStudio({
    'models.users': () => ok(users),
    'models.remove': () => ok(null),
    'models.list': () => ok([]),
    'models.addFolder': ({ folder }) =>
      folder.endsWith('写真') ? fail('model/no-model-folder', { folder }) : ok(anAddition(folder)),
    'models.addGguf': ({ file }) => ok(anAddition(file)),
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

it('brings a dropped GGUF file', async () => {
  Object.assign(studio, { host: 'desktop' })
  await addDropped(dropped('犬 Q4_K_M.GGUF', 'メモ.txt'))
  expect(studio.asked).toEqual([['models.addGguf', { file: '/adopted/犬 Q4_K_M.GGUF' }]])
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

it('removes a model at once where nothing needs it, and else once the user has read what does', async () => {
  const model = aModel('m')
  const removed = () => studio.asked.filter(([name]) => name === 'models.remove').length
  await remove(model)
  expect([removed(), useModels.getState().toRemove]).toEqual([1, null])
  users = [{ name: '犬', isActive: false }]
  await remove(model)
  expect([removed(), useModels.getState().toRemove]).toEqual([1, { model, users }])
  keepModel()
  expect([removed(), useModels.getState().toRemove]).toEqual([1, null])
  await remove(model)
  await removeNow(model)
  expect([removed(), useModels.getState().toRemove]).toEqual([2, null])
})
