// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import { fail, HubModelId, HubRevision, ok, type AppError } from '../../../../core/contract/index.ts'
import { aDownload, aHubModel } from '../../../testing/examples.ts'
import { putFakeStudio, type Answers, type FakeStudio } from '../../../testing/studio.ts'
import {
  closeAdd,
  connectAdd,
  hubIdOf,
  inspect,
  inspectAgain,
  openAdd,
  search,
  setQuery,
  showList,
  startDownload,
  useAdd,
} from './add.store.ts'

const id = HubModelId.parse('owner/small')
const other = HubModelId.parse('owner/large')
const revision = HubRevision.parse('v1.0')
const offline: AppError = { code: 'hub/offline', facts: { host: 'huggingface.co' } }
const curated = { date: '2026-11-20', models: [] }

let studio: FakeStudio
const host = (answers: Answers = {}) => {
  studio = putFakeStudio({
    'models.curated': () => ok(curated),
    'hub.model': (input) => ok(aHubModel(HubModelId.parse(input.id))),
    'hub.downloadModel': () => ok(aDownload('a')),
    ...answers,
  })
}
beforeEach(() => {
  useAdd.setState(useAdd.getInitialState(), true)
  host()
})
const settled = () => new Promise((done) => setImmediate(done))
const state = () => useAdd.getState()
const asked = () => studio.asked.map(([name]) => name)

it('opens with the list of recommended models, again where it was left', async () => {
  openAdd('search')
  await settled()
  expect(state()).toMatchObject({ isOpen: true, tab: 'search', curated: { kind: 'ready', curated } })
  await inspect(id)
  closeAdd()
  openAdd()
  expect(state()).toMatchObject({ isOpen: true, tab: 'search', opened: { kind: 'ready' } })
  openAdd('folder')
  expect(state()).toMatchObject({ tab: 'folder', opened: { kind: 'none' } })
})

it('reads the recommended models again when models came or went, while it is open', async () => {
  const end = connectAdd()
  studio.tell('models.changed', { id: null })
  openAdd()
  studio.tell('models.changed', { id: null })
  end()
  await settled()
  expect(asked()).toEqual(['models.curated', 'models.curated'])
})

it('keeps the recommended models in view where they cannot be read again', async () => {
  openAdd()
  await settled()
  host({ 'models.curated': () => fail(offline.code, offline.facts) })
  openAdd()
  await settled()
  expect(state().curated).toEqual({ kind: 'ready', curated })
})

it('searches for the trimmed words, and drops the answer to words that are no longer asked for', async () => {
  let give!: () => void
  const slow = new Promise<void>((done) => (give = done))
  host({
    'hub.searchModels': async ({ query }) => {
      if (query === 'かな') await slow
      return ok([aHubModel(query === 'かな' ? id : other)])
    },
  })
  setQuery(' かな ')
  const first = search()
  setQuery('漢字')
  await search()
  give()
  await first
  expect(state().search).toEqual({ kind: 'found', items: [aHubModel(other)] })
  setQuery('  ')
  await search()
  expect(state().search).toEqual({ kind: 'idle' })
})

it('shows the model that was asked for last, at its revision', async () => {
  const first = inspect(id, revision)
  await inspect(other)
  await first
  expect(studio.asked).toEqual([
    ['hub.model', { id, revision: 'v1.0' }],
    ['hub.model', { id: other, revision: 'main' }],
  ])
  expect(state().opened).toEqual({ kind: 'ready', model: aHubModel(other), isStarting: false, error: null })
  showList()
  expect(state().opened).toEqual({ kind: 'none' })
})

it('looks again at what could not be had, with another token', async () => {
  host({ 'hub.model': () => fail(offline.code, offline.facts) })
  await inspect(id, revision)
  expect(state().opened).toEqual({ kind: 'failed', id, revision, error: offline })
  host()
  inspectAgain()
  await settled()
  expect(studio.asked).toEqual([['hub.model', { id, revision: 'v1.0' }]])
  expect(state().opened.kind).toBe('ready')
})

it('begins one download, and keeps a refusal beside the model', async () => {
  await inspect(id)
  await Promise.all([startDownload(), startDownload()])
  expect(asked()).toEqual(['hub.model', 'hub.downloadModel'])
  expect(state().opened).toMatchObject({ isStarting: false, error: null })
  host({ 'hub.downloadModel': () => fail('hub/no-space', { needed: 3, free: 1 }) })
  await startDownload()
  expect(state().opened).toMatchObject({ error: { code: 'hub/no-space', facts: { needed: 3, free: 1 } } })
})

it('takes for a Hub id only what has an owner', () => {
  expect(['owner/small', 'small', '../x', '/home/me/model', ''].map(hubIdOf)).toEqual([id, null, null, null, null])
})
