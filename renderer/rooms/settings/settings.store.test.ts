// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import {
  fail,
  ok,
  type GpuPackProgress,
  type GpuPackState,
  type Preferences,
  type SystemInfo,
  type TrashContents,
} from '../../../core/contract/index.ts'
import { useSession } from '../../session/index.ts'
import { putFakeStudio, type Answers, type FakeStudio } from '../../testing/studio.ts'
import {
  askForPlan,
  connectGpuPack,
  downloadGpuPack,
  isCuredByGpuPack,
  isMoving,
  moveGpuPack,
  removeGpuPack,
  showGpuPack,
  useGpuPack,
} from './gpuPack.store.ts'
import { changePreferences, connectSystem, takeLibrary, useSystem } from './system.store.ts'
import { connectTrash, disarm, keyOf, pressEmpty, pressRemove, useTrash } from './trash.store.ts'

const settled = () => new Promise((done) => setImmediate(done))
const info = { host: 'web' } as unknown as SystemInfo
const stored: Preferences = { language: 'ja', theme: 'light', offline: false }
const pack: GpuPackState = { isSupported: true, folder: '/pack', isInstalled: false, sizeBytes: 0, isBusy: false }
const trash: TrashContents = {
  entries: [{ kind: 'dataset', id: 'd', name: '表', deletedAt: '2026-01-01T00:00:00Z', sizeBytes: 1 }],
  maxDays: 30,
  maxBytes: 1000,
}
const none: TrashContents = { ...trash, entries: [] }

let studio: FakeStudio
const host = (answers: Answers) => {
  studio = putFakeStudio({
    'system.info': () => ok(info),
    'system.preferences': () => ok(stored),
    'gpuPack.state': () => ok(pack),
    'trash.list': () => ok(trash),
    ...answers,
  })
}
beforeEach(() => {
  useSystem.setState({
    system: { kind: 'loading' },
    preferences: { language: 'system', theme: 'system', offline: false },
    hasPreferences: false,
    library: { kind: 'idle' },
  })
  useTrash.setState({ state: { kind: 'loading' }, armed: null })
  useGpuPack.setState({ pack: null, plan: null, isAsking: false, progress: null, error: null, isWanted: false })
})

it('shows a preference at once, and puts the old one back where it cannot be stored', async () => {
  host({ 'system.setPreferences': () => fail('disk-full', { file: 'preferences.json' }) })
  const end = connectSystem()
  await settled()
  const changing = changePreferences({ theme: 'dark' })
  expect(useSystem.getState().preferences).toEqual({ language: 'ja', theme: 'dark', offline: false })
  expect(await changing).toEqual({ code: 'disk-full', facts: { file: 'preferences.json' } })
  expect(useSystem.getState().preferences).toEqual(stored)
  studio.tell('system.preferences', { language: 'en', theme: 'contrast', offline: true })
  expect(useSystem.getState()).toMatchObject({
    preferences: { language: 'en', theme: 'contrast', offline: true },
    hasPreferences: true,
  })
  end()
  expect(studio.events()).toEqual([])
})

it('takes a library over, and keeps the refusal where it cannot', async () => {
  host({ 'system.takeLibrary': () => fail('disk-full', { file: 'lock' }) })
  expect(await takeLibrary()).toBe(false)
  expect(useSystem.getState().library).toEqual({
    kind: 'failed',
    error: { code: 'disk-full', facts: { file: 'lock' } },
  })
  host({ 'system.takeLibrary': () => ok(info) })
  expect(await takeLibrary()).toBe(true)
  expect(useSystem.getState()).toMatchObject({ library: { kind: 'idle' }, system: { kind: 'ready', info } })
})

it('deletes for good only at the second press of the same button', async () => {
  host({ 'trash.remove': () => ok(none), 'trash.empty': () => ok(none) })
  const end = connectTrash()
  await settled()
  const entry = trash.entries[0]!
  await pressRemove(entry)
  await pressEmpty()
  expect([useTrash.getState().armed, studio.asked.map(([name]) => name)]).toEqual(['all', ['trash.list']])
  disarm(keyOf(entry))
  expect(useTrash.getState().armed).toBe('all')
  await pressRemove(entry)
  await pressRemove(entry)
  expect(studio.asked.at(-1)).toEqual(['trash.remove', { kind: 'dataset', id: 'd' }])
  expect(useTrash.getState()).toEqual({ state: { kind: 'ready', contents: none }, armed: null })
  end()
})

it('keeps the list where a deletion is refused', async () => {
  host({ 'trash.empty': () => fail('disk-full', { file: 'd' }) })
  const end = connectTrash()
  await settled()
  await pressEmpty()
  expect(await pressEmpty()).toEqual({ code: 'disk-full', facts: { file: 'd' } })
  expect(useTrash.getState()).toEqual({ state: { kind: 'ready', contents: trash }, armed: null })
  end()
})

const progress = (state: GpuPackProgress['state']): GpuPackProgress => ({
  state,
  receivedBytes: 5,
  totalBytes: 10,
  bytesPerSecond: null,
  remainingSeconds: null,
  part: 'cudnn',
})

it('follows the download of the GPU pack, and reads pack and machine again when it is done', async () => {
  host({})
  const end = connectGpuPack()
  await settled()
  studio.tell('gpuPack.progress', progress('downloading'))
  expect([isMoving(useGpuPack.getState().progress), studio.asked.length]).toEqual([true, 1])
  studio.tell('gpuPack.progress', progress('done'))
  await settled()
  expect(studio.asked.map(([name]) => name)).toEqual(['gpuPack.state', 'gpuPack.state', 'system.info'])
  expect(isMoving(useGpuPack.getState().progress)).toBe(false)
  studio.tell('gpuPack.progress', { ...progress('failed'), error: { code: 'disk-full', facts: {} } })
  expect(useGpuPack.getState().error).toEqual({ code: 'disk-full', facts: {} })
  end()
})

it('asks what would be downloaded, and says why that is not known', async () => {
  host({ 'gpuPack.plan': () => fail('disk-full', {}) })
  const asking = askForPlan()
  expect(useGpuPack.getState().isAsking).toBe(true)
  await asking
  expect(useGpuPack.getState()).toMatchObject({ isAsking: false, plan: null, error: { code: 'disk-full' } })
  host({ 'gpuPack.plan': () => ok({ parts: [], downloadBytes: 7 }) })
  await askForPlan()
  expect(useGpuPack.getState()).toMatchObject({ plan: { downloadBytes: 7 }, error: null })
})

it('says why the download of the GPU pack was refused, and forgets that when it is begun again', async () => {
  host({ 'gpuPack.download': () => fail('disk-full', { file: 'pack' }) })
  await downloadGpuPack()
  expect(useGpuPack.getState().error).toEqual({ code: 'disk-full', facts: { file: 'pack' } })
  host({ 'gpuPack.download': () => ok(null) })
  await downloadGpuPack()
  expect([useGpuPack.getState().error, studio.asked]).toEqual([null, [['gpuPack.download', {}]]])
})

it('moves the GPU pack to the folder that was picked, and removes it; reads the machine after each', async () => {
  const moved = { ...pack, folder: '/other', isInstalled: true, sizeBytes: 7 }
  host({ 'gpuPack.setFolder': () => ok(moved), 'gpuPack.remove': () => ok(pack) })
  await moveGpuPack(null)
  expect(studio.asked).toEqual([])
  useGpuPack.setState({ progress: progress('done'), plan: { parts: [], downloadBytes: 7 } })
  await moveGpuPack('/other')
  expect(useGpuPack.getState()).toMatchObject({ pack: moved, plan: { downloadBytes: 7 }, progress: null, error: null })
  await removeGpuPack()
  expect(useGpuPack.getState()).toMatchObject({ pack, plan: null, progress: null, error: null })
  expect(studio.asked).toEqual([
    ['gpuPack.setFolder', { folder: '/other' }],
    ['system.info', {}],
    ['gpuPack.remove', {}],
    ['system.info', {}],
  ])
})

it('keeps the GPU pack as it was where it cannot be removed', async () => {
  host({ 'gpuPack.remove': () => fail('disk-full', {}) })
  useGpuPack.setState({ pack })
  await removeGpuPack()
  expect(useGpuPack.getState()).toMatchObject({ pack, error: { code: 'disk-full', facts: {} } })
})

it('shows its card in the settings, for what it puts right only', () => {
  showGpuPack()
  expect([useSession.getState().room, useGpuPack.getState().isWanted]).toEqual(['settings', true])
  expect(isCuredByGpuPack('library-missing')).toBe(true)
  expect(isCuredByGpuPack(undefined)).toBe(false)
})
