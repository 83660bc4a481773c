// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fail, ok, type ModelId, type ModelSummary } from '../../../core/contract/index.ts'
import { aModel } from '../../testing/examples.ts'
import { useFakeStudio, type FakeStudio } from '../../testing/studio.ts'
import { connectModels, isUsable, loadModel, modelItems, useModels } from './models.store.ts'

let studio: FakeStudio
let models: readonly ModelSummary[]
let end: () => void
beforeEach(async () => {
  models = [aModel('m', { problem: { code: 'model/being-read', facts: {} } })]
  studio = useFakeStudio({
    'models.list': () => ok(models),
    'models.open': ({ id }) =>
      id === 'm' ? ok({ ...aModel('m'), card: '# 札', notice: '' }) : fail('model/not-found', { model: id }),
  })
  useModels.setState({ list: { kind: 'loading' }, details: {} })
  end = connectModels()
  await settled()
})
afterEach(() => end())
const settled = () => new Promise((done) => setImmediate(done))

it('reads the list again when a model has been examined, and offers it until it turns out badly', async () => {
  const usable = () => modelItems(useModels.getState()).map(isUsable)
  expect(usable()).toEqual([true])
  models = [aModel('m', { problem: { code: 'model/not-found', facts: { model: 'm' } } })]
  studio.tell('models.changed', { id: 'm' as ModelId })
  await settled()
  expect(usable()).toEqual([false])
})

it('keeps details and refusals by model, and forgets them with the library', async () => {
  await loadModel('m' as ModelId)
  await loadModel('x' as ModelId)
  expect(useModels.getState().details).toEqual({
    m: { kind: 'ready', detail: { ...aModel('m'), card: '# 札', notice: '' } },
    x: { kind: 'failed', error: { code: 'model/not-found', facts: { model: 'x' } } },
  })
  studio.tell('system.library', { folder: '/other' })
  expect(useModels.getState().details).toEqual({})
})
