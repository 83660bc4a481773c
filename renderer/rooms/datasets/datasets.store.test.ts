// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fail, ok, type DatasetId, type DatasetInfo, type ImportId, type Result } from '../../../core/contract/index.ts'
import { useSession } from '../../session/index.ts'
import { aDataset } from '../../testing/examples.ts'
import { useFakeStudio, type FakeStudio } from '../../testing/studio.ts'
import {
  closeEditor,
  connectDatasets,
  createDataset,
  openDataset,
  reopenDataset,
  useDatasets,
} from './datasets.store.ts'

const older = aDataset('a', { updatedAt: '2026-01-01T00:00:00Z' })
const newer = aDataset('b', { updatedAt: '2026-02-01T00:00:00Z' })

let studio: FakeStudio
let opens: Map<string, (result: Result<DatasetInfo>) => void>
let end: () => void
beforeEach(async () => {
  opens = new Map()
  studio = useFakeStudio({
    'datasets.list': () => ok([older, newer]),
    'datasets.open': ({ id }) => new Promise((resolve) => opens.set(id, resolve)),
    'datasets.create': ({ from }) => (from === 'sample' ? ok(aDataset('c')) : fail('disk-full', { file: 'c' })),
  })
  useDatasets.setState({ list: { kind: 'loading' }, editor: { kind: 'none' }, importing: null })
  useSession.setState({ selection: {} })
  end = connectDatasets()
  await new Promise((done) => setImmediate(done))
})
afterEach(() => {
  end()
  closeEditor()
})

const ids = () => {
  const { list } = useDatasets.getState()
  return list.kind === 'ready' ? list.items.map(({ id, name }) => [id, name]) : list.kind
}
const editor = () => {
  const { editor: now } = useDatasets.getState()
  return now.kind === 'open' ? ['open', now.document.state.getState().info.name] : now
}

it('lists the newest first, and keeps an entry in its place while it is edited', () => {
  expect(ids()).toEqual([
    ['b', '表 b'],
    ['a', '表 a'],
  ])
  studio.tell('datasets.changed', { ...older, name: '直した', updatedAt: '2026-03-01T00:00:00Z' })
  expect(ids()).toEqual([
    ['b', '表 b'],
    ['a', '直した'],
  ])
})

it('puts a new dataset first, and changes nothing where it is refused', async () => {
  expect(await createDataset('empty')).toEqual(fail('disk-full', { file: 'c' }))
  expect(ids()).toHaveLength(2)
  await createDataset('sample')
  expect(ids()).toEqual([
    ['c', '表 c'],
    ['b', '表 b'],
    ['a', '表 a'],
  ])
})

it('shows the dataset that was asked for last, whichever answer comes last', async () => {
  const first = openDataset('a' as DatasetId)
  const second = openDataset('b' as DatasetId)
  opens.get('b')!(ok(newer))
  await second
  opens.get('a')!(ok(older))
  await first
  expect(editor()).toEqual(['open', '表 b'])
  studio.tell('datasets.changed', { ...newer, name: '別の窓で改名', version: 2 })
  expect(editor()).toEqual(['open', '別の窓で改名'])
})

it('keeps why one cannot be opened, and opens it at the next try', async () => {
  const opening = openDataset('a' as DatasetId)
  opens.get('a')!(fail('dataset/not-found', { id: 'a' }))
  await opening
  expect(editor()).toEqual({ kind: 'failed', id: 'a', error: { code: 'dataset/not-found', facts: { id: 'a' } } })
  const again = reopenDataset()
  await Promise.resolve()
  opens.get('a')!(ok(older))
  await again
  expect(editor()).toEqual(['open', '表 a'])
})

it('forgets a removed dataset in the list, in the editor and in the selection', async () => {
  const opening = openDataset('a' as DatasetId)
  opens.get('a')!(ok(older))
  await opening
  useSession.getState().select('datasets', 'a')
  studio.tell('datasets.removed', { id: older.id })
  expect([ids(), editor(), useSession.getState().selection]).toEqual([
    [['b', '表 b']],
    { kind: 'none' },
    { datasets: null },
  ])
})

it('shows the progress of its own import only', () => {
  const importId = 'mine' as ImportId
  useDatasets.setState({ importing: { importId, file: 'f.csv', progress: null, isStopping: false } })
  const progress = { importId, rowCount: 7, share: 0.5, remainingSeconds: 3 }
  studio.tell('datasets.importProgress', { ...progress, importId: 'another' as ImportId, rowCount: 99 })
  expect(useDatasets.getState().importing?.progress).toBe(null)
  studio.tell('datasets.importProgress', progress)
  expect(useDatasets.getState().importing?.progress).toEqual(progress)
})

it('closes what is open and reads the list again when the library is another', async () => {
  const opening = openDataset('a' as DatasetId)
  opens.get('a')!(ok(older))
  await opening
  studio.tell('system.library', { folder: '/other' })
  expect([ids(), editor()]).toEqual(['loading', { kind: 'none' }])
  await new Promise((done) => setImmediate(done))
  expect(ids()).toHaveLength(2)
})
