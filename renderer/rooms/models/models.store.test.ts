// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fail, ok, type ModelFit, type ModelId, type ModelSummary } from '../../../core/contract/index.ts'
import { useSession } from '../../session/index.ts'
import { aModel } from '../../testing/examples.ts'
import { putFakeStudio, type FakeStudio } from '../../testing/studio.ts'
import { isUsable } from './models.selectors.ts'
import { connectModels, loadFit, loadModel, modelItems, trainWith, useModels } from './models.store.ts'

const fit: ModelFit = { device: 'cpu', memoryBytes: 2, availableBytes: 1, isApproximate: false, needs: [] }

let studio: FakeStudio
let models: readonly ModelSummary[]
let end: () => void
beforeEach(async () => {
  models = [aModel('m', { problem: { code: 'model/being-read', facts: {} } }), aModel('x')]
  studio = putFakeStudio({
    'models.list': () => ok(models),
    'models.fit': () => ok(fit),
    'models.open': ({ id }) =>
      id === 'm' ? ok({ ...aModel('m'), card: '# 札', notice: '' }) : fail('model/not-found', { model: id }),
  })
  useModels.setState(useModels.getInitialState(), true)
  end = connectModels()
  await settled()
})
afterEach(() => end())
const settled = () => new Promise((done) => setImmediate(done))

it('reads the list again when a model has been examined, and offers it until it turns out badly', async () => {
  const usable = () => modelItems(useModels.getState()).map(isUsable)
  expect(usable()).toEqual([true, true])
  models = [aModel('m', { problem: { code: 'model/not-found', facts: { model: 'm' } } }), aModel('x')]
  studio.tell('models.changed', { id: 'm' as ModelId })
  await settled()
  expect(usable()).toEqual([false, true])
})

it('keeps details and refusals by model, and forgets them with the library', async () => {
  await loadModel('m' as ModelId)
  await loadModel('x' as ModelId)
  expect(useModels.getState().details).toEqual({
    m: { kind: 'ready', detail: { ...aModel('m'), card: '# 札', notice: '' } },
    x: { kind: 'failed', error: { code: 'model/not-found', facts: { model: 'x' } } },
  })
  await loadFit('m' as ModelId)
  expect(useModels.getState().fits).toEqual({ m: { kind: 'ready', fit } })
  studio.tell('system.library', { folder: '/other' })
  expect([useModels.getState().details, useModels.getState().fits]).toEqual([{}, {}])
})

it('keeps what was read in view while it is read again, and tells that something changed', async () => {
  await loadModel('m' as ModelId)
  const before = useModels.getState()
  const again = loadModel('m' as ModelId)
  expect(useModels.getState().details['m']).toBe(before.details['m'])
  await again
  studio.tell('models.changed', { id: null })
  expect(useModels.getState().version).toBe(before.version + 1)
})

it('hands a model to the form of experiments', () => {
  trainWith('m' as ModelId)
  expect([
    useModels.getState().toTrain,
    useSession.getState().room,
    useSession.getState().selection.experiments,
  ]).toEqual(['m', 'experiments', null])
})

it('forgets what is known of a model that is gone, also what is told of it later', async () => {
  await loadFit('m' as ModelId)
  models = [aModel('x')]
  const late = loadModel('m' as ModelId)
  studio.tell('models.changed', { id: 'm' as ModelId })
  await late
  await settled()
  await loadModel('m' as ModelId)
  const { details, fits } = useModels.getState()
  expect([details, fits]).toEqual([{}, {}])
})
