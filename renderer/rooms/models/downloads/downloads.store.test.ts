// @vitest-environment happy-dom
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { fail, ok, type ModelDownload } from '../../../../core/contract/index.ts'
import { startTexts } from '../../../language/index.ts'
import { aDownload, anAddition } from '../../../testing/examples.ts'
import { putFakeStudio, type FakeStudio } from '../../../testing/studio.ts'
import {
  cancel,
  closeDownloads,
  connectDownloads,
  openDownloads,
  pause,
  resume,
  useDownloads,
} from './downloads.store.ts'

let studio: FakeStudio
let downloads: readonly ModelDownload[]
let end: () => void
beforeAll(() => startTexts('ja'))
beforeEach(async () => {
  downloads = [aDownload('a', { state: 'paused' }), aDownload('z', { state: 'done' })]
  studio = putFakeStudio({
    'hub.downloads': () => ok(downloads),
    'hub.pause': () => ok(null),
    'hub.resume': () => ok(null),
    'hub.cancel': () => fail('hub/offline', { host: 'huggingface.co' }),
  })
  useDownloads.setState(useDownloads.getInitialState(), true)
  end = connectDownloads()
  await settled()
})
afterEach(() => end())
const settled = () => new Promise((done) => setImmediate(done))
const state = () => useDownloads.getState()

it('knows what an earlier window has begun; what was over before is no news', () => {
  expect([state().downloads, [...state().seen], state().announcement]).toEqual([downloads, ['z'], ''])
})

it('follows the host, and says beginnings and ends once', () => {
  const said: string[] = []
  const stop = useDownloads.subscribe(({ announcement }, before) => {
    if (announcement !== before.announcement) said.push(announcement)
  })
  for (const change of [{}, { receivedBytes: 60 }, { receivedBytes: 80 }, { state: 'done' }] as const)
    studio.tell('hub.downloads', [aDownload('a', change)])
  stop()
  expect(said).toEqual(['「owner/a」のダウンロードを始めました', '「owner/a」のダウンロードが終わりました'])
  expect(state().downloads).toEqual([aDownload('a', { state: 'done' })])
})

it('says nothing of a report that comes before the list', () => {
  useDownloads.setState(useDownloads.getInitialState(), true)
  studio.tell('hub.downloads', [aDownload('a', { state: 'done' })])
  expect([state().announcement, state().downloads.length]).toEqual(['', 1])
})

it('counts what was done before the list is closed as seen', () => {
  openDownloads()
  studio.tell('hub.downloads', [aDownload('a', { state: 'done' }), aDownload('b')])
  expect([state().isOpen, [...state().seen]]).toEqual([true, ['z']])
  closeDownloads()
  expect([state().isOpen, [...state().seen]]).toEqual([false, ['z', 'a']])
})

it('asks the host to pause, resume and cancel', async () => {
  const { downloadId } = aDownload('a')
  await pause(downloadId)
  await resume(downloadId)
  await cancel(downloadId)
  expect(studio.asked.slice(1)).toEqual([
    ['hub.pause', { downloadId }],
    ['hub.resume', { downloadId }],
    ['hub.cancel', { downloadId }],
  ])
})

it('lists folders that are copied, the latest first, and none again after its end', () => {
  studio.tell('models.addition', anAddition('f'))
  studio.tell('models.addition', anAddition('g'))
  studio.tell('models.addition', anAddition('f', { state: 'cancelled' }))
  studio.tell('models.addition', anAddition('f'))
  expect(state().additions).toEqual([anAddition('g'), anAddition('f', { state: 'cancelled' })])
})

it('shows why the list could not be had', async () => {
  end()
  studio = putFakeStudio({ 'hub.downloads': () => fail('hub/offline', { host: 'huggingface.co' }) })
  end = connectDownloads()
  await settled()
  expect(state().error).toEqual({ code: 'hub/offline', facts: { host: 'huggingface.co' } })
})
