import { expect, it } from 'vitest'
import { aDownload, anAddition } from '../../../testing/examples.ts'
import { overviewOf, shareOf, turnsOf } from './downloads.selectors.ts'

const overview = (parts: Partial<Parameters<typeof overviewOf>[0]>) =>
  overviewOf({ downloads: [], additions: [], seen: new Set(), ...parts })

it('tells how far those are that move, folders too; finished and paused ones do not count', () => {
  const downloads = [
    aDownload('a', { receivedBytes: 10, totalBytes: 100 }),
    aDownload('b', { state: 'waiting-to-retry', receivedBytes: 20, totalBytes: 100 }),
    aDownload('c', { state: 'done', receivedBytes: 100, totalBytes: 100 }),
    aDownload('d', { state: 'paused', receivedBytes: 90, totalBytes: 100 }),
  ]
  const additions = [anAddition('f', { copiedBytes: 30, totalBytes: 200 })]
  expect(overview({ downloads, additions })).toEqual({ state: 'moving', count: 3, share: 60 / 400 })
})

it('knows no share before the files are listed, and none above the whole', () => {
  expect(overview({ downloads: [aDownload('a', { state: 'queued', totalBytes: 0 })] })).toEqual({
    state: 'moving',
    count: 1,
    share: null,
  })
  expect(shareOf([{ arrivedBytes: 3, totalBytes: 2 }])).toBe(1)
})

it('tells what needs somebody while nothing moves: failures before pauses before what is done', () => {
  const of = (state: 'failed' | 'paused' | 'done') => aDownload(state, { state })
  const states = (...list: readonly ('failed' | 'paused' | 'done')[]) => overview({ downloads: list.map(of) })?.state
  expect([states('done', 'paused', 'failed'), states('done', 'paused'), states('done'), states()]).toEqual([
    'failed',
    'paused',
    'done',
    undefined,
  ])
})

it('is silent about what was looked at after its end, but not about what still waits', () => {
  const seen = new Set(['a', 'b', 'f'])
  const downloads = [aDownload('a', { state: 'done' })]
  const additions = [anAddition('f', { state: 'failed' })]
  expect(overview({ downloads, additions, seen })).toBeNull()
  expect(overview({ downloads: [aDownload('b', { state: 'paused' })], seen })?.state).toBe('paused')
})

it('tells beginnings and ends, not figures', () => {
  const before = [aDownload('a'), aDownload('b'), aDownload('c', { state: 'paused' }), aDownload('d')]
  const after = [
    aDownload('e', { state: 'queued' }),
    aDownload('a', { receivedBytes: 50 }),
    aDownload('b', { state: 'done' }),
    aDownload('c'),
    aDownload('d', { state: 'checking' }),
  ]
  expect(turnsOf(before, after).map(({ kind, download }) => [kind, download.downloadId])).toEqual([
    ['started', 'e'],
    ['done', 'b'],
    ['started', 'c'],
  ])
})
