// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest'
import {
  DownloadId,
  fail,
  HubDatasetId,
  ok,
  type AppError,
  type HubDataset,
  type HubProgress,
} from '../../../../core/contract/index.ts'
import { putFakeStudio, type Answers, type FakeStudio } from '../../../testing/studio.ts'
import {
  choose,
  closeHub,
  openHubDataset,
  reopenKeptBack,
  search,
  setQuery,
  showResults,
  startDownload,
  stopDownload,
  useHub,
} from './hub.store.ts'

const id = HubDatasetId.parse('terakoya/kana')
const other = HubDatasetId.parse('terakoya/kanji')
const downloadId = DownloadId.parse('d1')
const offline: AppError = { code: 'hub/offline', facts: { host: 'huggingface.co' } }
const gated: AppError = { code: 'hub/gated', facts: { dataset: id } }

const aHubDataset = (of: HubDatasetId, changes: Partial<HubDataset> = {}): HubDataset => ({
  id: of,
  downloads: 1,
  likes: 2,
  licence: 'cc0-1.0',
  rowClass: '',
  gated: false,
  url: `https://huggingface.co/datasets/${of}`,
  updatedAt: '2026-01-01T00:00:00Z',
  languages: ['ja'],
  card: '',
  parts: [],
  files: ['train.csv', 'test.csv', 'README.md'].map((path) => ({
    path,
    sizeBytes: 10,
    isTable: path.endsWith('.csv'),
  })),
  problem: null,
  ...changes,
})
const chosen = { branch: 'original', config: '', split: '', paths: ['train.csv'] }
const progress = (state: HubProgress['state'], changes: Partial<HubProgress> = {}): HubProgress => ({
  downloadId,
  state,
  receivedBytes: 5,
  totalBytes: 10,
  bytesPerSecond: null,
  remainingSeconds: null,
  fileNumber: 1,
  fileCount: 1,
  ...changes,
})
const file = { path: '/downloads/train.csv', name: 'train.csv', sizeBytes: 10 }

const settled = () => new Promise((done) => setImmediate(done))
const state = () => useHub.getState()
const asked = () => studio.asked.map(([name]) => name)
/** An answer that comes when the test lets it. */
function later<T>() {
  let give!: (value: T) => void
  const promise = new Promise<T>((done) => (give = done))
  return { promise, give }
}

let studio: FakeStudio
const host = (answers: Answers = {}) => {
  studio = putFakeStudio({
    'hub.dataset': (input) => ok(aHubDataset(HubDatasetId.parse(input.id))),
    'hub.download': () => ok({ downloadId }),
    'hub.cancel': () => ok(null),
    ...answers,
  })
}
beforeEach(() => {
  useHub.setState(useHub.getInitialState(), true)
  host()
})

describe('search', () => {
  it('asks for the trimmed words and shows what was found, in place of an open dataset', async () => {
    host({ 'hub.searchDatasets': () => ok([aHubDataset(id)]) })
    await openHubDataset(other)
    setQuery('  かな ')
    const searching = search()
    expect([state().search, state().opened]).toEqual([{ kind: 'searching' }, { kind: 'none' }])
    await searching
    expect(studio.asked.at(-1)).toEqual(['hub.searchDatasets', { query: 'かな' }])
    expect(state().search).toEqual({ kind: 'found', items: [aHubDataset(id)] })
  })

  it('asks nothing for no words, and forgets what was found', async () => {
    useHub.setState({ search: { kind: 'failed', error: offline }, query: '  ' })
    await search()
    expect([state().search, studio.asked]).toEqual([{ kind: 'idle' }, []])
  })

  it('drops the answer to words that are no longer asked for', async () => {
    const first = later<ReturnType<typeof found>>()
    const found = (of: HubDatasetId) => ok([aHubDataset(of)])
    host({ 'hub.searchDatasets': ({ query }) => (query === 'かな' ? first.promise : found(other)) })
    setQuery('かな')
    const slow = search()
    setQuery('漢字')
    await search()
    first.give(found(id))
    await slow
    expect(state().search).toEqual({ kind: 'found', items: [aHubDataset(other)] })
  })

  it('keeps why it failed', async () => {
    host({ 'hub.searchDatasets': () => fail(offline.code, offline.facts) })
    setQuery('かな')
    await search()
    expect(state().search).toEqual({ kind: 'failed', error: offline })
  })
})

describe('an open dataset', () => {
  it('is loaded with its first choice, and the choice can be changed', async () => {
    const opening = openHubDataset(id)
    expect(state().opened).toEqual({ kind: 'loading', id })
    await opening
    expect(state().opened).toEqual({ kind: 'ready', dataset: aHubDataset(id), choice: chosen })
    choose({ paths: ['test.csv'] })
    expect(state().opened).toEqual({
      kind: 'ready',
      dataset: aHubDataset(id),
      choice: { ...chosen, paths: ['test.csv'] },
    })
  })

  it('keeps why it could not be opened, and takes no choice', async () => {
    host({ 'hub.dataset': () => fail(gated.code, gated.facts) })
    await openHubDataset(id)
    choose({ paths: ['test.csv'] })
    expect(state().opened).toEqual({ kind: 'failed', id, error: gated })
  })

  it('is the one that was asked for last; none once the results are shown again', async () => {
    const first = later<ReturnType<typeof ok<HubDataset>>>()
    host({
      'hub.dataset': (input) => (input.id === id ? first.promise : ok(aHubDataset(HubDatasetId.parse(input.id)))),
    })
    const slow = openHubDataset(id)
    await openHubDataset(other)
    first.give(ok(aHubDataset(id)))
    await slow
    expect(state().opened).toMatchObject({ kind: 'ready', dataset: { id: other } })
    const again = openHubDataset(id)
    showResults()
    await again
    expect(state().opened).toEqual({ kind: 'none' })
  })
})

describe('a download', () => {
  it('takes the chosen files, shows its own progress only, and hands the files on', async () => {
    await openHubDataset(id)
    const downloading = startDownload()
    expect(state().download).toEqual({ kind: 'running', id, downloadId: null, progress: null })
    await settled()
    expect(studio.asked.at(-1)).toEqual(['hub.download', { id, branch: 'original', paths: ['train.csv'] }])
    expect(state().download).toEqual({ kind: 'running', id, downloadId, progress: null })
    studio.tell('hub.progress', progress('downloading'))
    studio.tell('hub.progress', progress('failed', { downloadId: DownloadId.parse('d2'), receivedBytes: 1 }))
    expect(state().download).toEqual({ kind: 'running', id, downloadId, progress: progress('downloading') })
    studio.tell('hub.progress', progress('checking'))
    studio.tell('hub.progress', progress('done', { files: [file] }))
    expect(await downloading).toEqual({ downloadId, files: [file], source: { hub: id, licence: 'cc0-1.0' } })
    expect([state().download, studio.events()]).toEqual([{ kind: 'none' }, []])
  })

  it('hears of an end that came before its id was known', async () => {
    const started = later<ReturnType<typeof ok<{ readonly downloadId: DownloadId }>>>()
    host({ 'hub.download': () => started.promise })
    await openHubDataset(id)
    const downloading = startDownload()
    studio.tell('hub.progress', progress('done', { files: [file] }))
    started.give(ok({ downloadId }))
    expect(await downloading).toEqual({ downloadId, files: [file], source: { hub: id, licence: 'cc0-1.0' } })
  })

  it('keeps how far it came where it fails or is cancelled, and goes on from there', async () => {
    await openHubDataset(id)
    const failing = startDownload()
    await settled()
    const failed = progress('failed', { error: offline })
    studio.tell('hub.progress', failed)
    expect(await failing).toBe(null)
    expect(state().download).toEqual({ kind: 'stopped', id, progress: failed, error: offline })
    const cancelling = startDownload()
    await settled()
    await stopDownload()
    expect(studio.asked.at(-1)).toEqual(['hub.cancel', { downloadId }])
    studio.tell('hub.progress', progress('cancelled'))
    expect(await cancelling).toBe(null)
    expect(state().download).toEqual({ kind: 'stopped', id, progress: progress('cancelled'), error: null })
    expect(studio.events()).toEqual([])
  })

  it('says why it was refused, until another choice or dataset is taken', async () => {
    host({ 'hub.download': () => fail(offline.code, offline.facts) })
    await openHubDataset(id)
    const stopped = { kind: 'stopped', id, progress: null, error: offline }
    for (const forget of [() => choose({ paths: ['test.csv'] }), () => openHubDataset(other)]) {
      expect(await startDownload()).toBe(null)
      expect([state().download, studio.events()]).toEqual([stopped, []])
      await forget()
      expect(state().download).toEqual({ kind: 'none' })
    }
  })

  it('is not begun without a dataset or beside another, goes on while others are looked at', async () => {
    expect(await startDownload()).toBe(null)
    await stopDownload()
    await openHubDataset(id)
    const downloading = startDownload()
    expect(await startDownload()).toBe(null)
    await openHubDataset(other)
    closeHub()
    expect(asked()).toEqual(['hub.dataset', 'hub.download', 'hub.dataset'])
    expect(state().download).toEqual({ kind: 'running', id, downloadId, progress: null })
    studio.tell('hub.progress', progress('done', { files: [file] }))
    expect(await downloading).toEqual({ downloadId, files: [file], source: { hub: id, licence: 'cc0-1.0' } })
  })
})

describe('another token', () => {
  it('opens what could not be had without it, and reads nothing again that was had', async () => {
    let answer: ReturnType<NonNullable<Answers['hub.dataset']>> = fail(gated.code, gated.facts)
    host({ 'hub.dataset': () => answer })
    await openHubDataset(id)
    answer = ok(aHubDataset(id, { problem: gated }))
    reopenKeptBack()
    await settled()
    expect(state()).toMatchObject({ opened: { kind: 'ready', dataset: { problem: gated } } })
    answer = ok(aHubDataset(id))
    reopenKeptBack()
    await settled()
    expect(state().opened).toEqual({ kind: 'ready', dataset: aHubDataset(id), choice: chosen })
    reopenKeptBack()
    await settled()
    expect(asked()).toEqual(['hub.dataset', 'hub.dataset', 'hub.dataset'])
  })
})
