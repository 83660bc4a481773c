// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { ok } from '../../../../core/contract/index.ts'
import { startTexts } from '../../../language/index.ts'
import { aDownload } from '../../../testing/examples.ts'
import { allByRole, byRole, click, doing, draw } from '../../../testing/dom.tsx'
import { putFakeStudio, type FakeStudio } from '../../../testing/studio.ts'
import { openDownloads, useDownloads } from './downloads.store.ts'
import { DownloadsIndicator } from './DownloadsIndicator.tsx'
import { DownloadsPanel } from './DownloadsPanel.tsx'

let studio: FakeStudio
beforeAll(() => startTexts('ja'))
beforeEach(() => {
  useDownloads.setState(useDownloads.getInitialState(), true)
  studio = putFakeStudio({ 'hub.pause': () => ok(null), 'hub.cancel': () => ok(null) })
})
const calls = () => studio.asked.map(([name]) => name)
const buttons = (within: ParentNode = document) =>
  allByRole('button', within).map((button) => button.textContent || button.getAttribute('aria-label'))

it('shows an indicator while something comes in, which opens the list', async () => {
  await draw(<DownloadsIndicator />)
  expect(buttons()).toEqual([])
  await doing(() => useDownloads.setState({ downloads: [aDownload('a'), aDownload('b', { receivedBytes: 50 })] }))
  const indicator = byRole('button', 'ダウンロードの一覧を開く 2 件 30%')
  await click(indicator)
  expect(useDownloads.getState().isOpen).toBe(true)
})

it('offers for each state what can be done, and asks before what has arrived is deleted', async () => {
  useDownloads.setState({ downloads: [aDownload('a')] })
  openDownloads()
  await draw(<DownloadsPanel />)
  const shown = (name: string) => byRole('button', name)
  await click(shown('一時停止'))
  await click(shown('中止'))
  expect(calls()).toEqual(['hub.pause'])
  await click(shown('続ける'))
  await click(shown('中止'))
  await click(shown('削除して中止'))
  expect(calls()).toEqual(['hub.pause', 'hub.cancel'])
  const offered = async (state: 'paused' | 'failed' | 'done' | 'checking') => {
    await doing(() => useDownloads.setState({ downloads: [aDownload(state, { state })] }))
    return buttons(document.querySelector('li')!)
  }
  expect(await offered('paused')).toEqual(['再開', '中止'])
  expect(await offered('failed')).toEqual(['もう一度', '中止'])
  expect(await offered('checking')).toEqual(['中止'])
  expect(await offered('done')).toEqual(['モデルを見る', '一覧から消す'])
})

it('ends a download at once of which nothing has arrived', async () => {
  useDownloads.setState({ downloads: [aDownload('a', { state: 'queued', receivedBytes: 0 })] })
  openDownloads()
  await draw(<DownloadsPanel />)
  await click(byRole('button', '中止'))
  expect(calls()).toEqual(['hub.cancel'])
})
