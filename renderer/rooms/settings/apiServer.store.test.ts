// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import { fail, ok, type ApiServerState } from '../../../core/contract/index.ts'
import { putFakeStudio, type Answers, type FakeStudio } from '../../testing/studio.ts'
import {
  connectApiServer,
  curlExample,
  disarmKey,
  pressReplaceKey,
  switchApiServer,
  useApiServer,
} from './apiServer.store.ts'

const settled = () => new Promise((done) => setImmediate(done))
const off: ApiServerState = { address: null, hasKey: false, requestCount: 0, answeringCount: 0, waitingCount: 0 }
const on: ApiServerState = { ...off, address: 'http://127.0.0.1:7861/v1', hasKey: true }
const tiny = { id: 'tiny', name: 'tiny', kind: 'model' as const }

let studio: FakeStudio
const host = (answers: Answers = {}) => {
  studio = putFakeStudio({
    'apiServer.state': () => ok(off),
    'apiServer.models': () => ok([tiny]),
    'apiServer.start': () => ok(on),
    'apiServer.stop': () => ok({ ...off, hasKey: true }),
    'apiServer.replaceKey': () => ok({ key: 'sk-new' }),
    ...answers,
  })
}
const shown = () => useApiServer.getState()
const calls = () => studio.asked.map(([name]) => name)
beforeEach(() =>
  useApiServer.setState({ server: null, models: [], newKey: null, isArmed: false, isBusy: false, error: null }),
)

it('makes the first key when it is turned on, and no other one later', async () => {
  host()
  const end = connectApiServer()
  await settled()
  expect([shown().server, shown().models]).toEqual([off, [tiny]])
  await switchApiServer(true)
  expect([shown().server, shown().newKey]).toEqual([on, 'sk-new'])
  await switchApiServer(false)
  await switchApiServer(true)
  expect(calls().filter((name) => name === 'apiServer.replaceKey')).toHaveLength(1)
  studio.tell('apiServer.changed', { ...on, requestCount: 3 })
  expect(shown().server?.requestCount).toBe(3)
  // Whoever leaves the room does not find the key there again.
  end()
  expect([shown().newKey, studio.events()]).toEqual([null, []])
})

it('replaces the key at the second press only', async () => {
  host()
  useApiServer.setState({ server: on })
  await pressReplaceKey()
  disarmKey()
  await pressReplaceKey()
  expect([calls(), shown().isArmed]).toEqual([[], true])
  await pressReplaceKey()
  expect([calls(), shown().newKey, shown().isArmed]).toEqual([['apiServer.replaceKey'], 'sk-new', false])
})

it('says why it is not on: no key could be kept, or the port is taken', async () => {
  host({ 'apiServer.replaceKey': () => fail('disk-full', { file: '/x' }) })
  useApiServer.setState({ server: off })
  await switchApiServer(true)
  expect([calls(), shown().error?.code, shown().server]).toEqual([['apiServer.replaceKey'], 'disk-full', off])
  host({ 'apiServer.start': () => fail('api/port-in-use', { port: '7861' }) })
  await switchApiServer(true)
  expect([shown().error?.code, shown().newKey, shown().isBusy]).toEqual(['api/port-in-use', 'sk-new', false])
})

it('gives an example that a shell reads as it is meant', () => {
  const example = curlExample('http://127.0.0.1:7861/v1', `it's "mine"`, { key: 'sk-1', question: 'こんにちは' })
  const body = /-d '(.*)'$/s.exec(example)?.[1]?.replaceAll(`'\\''`, "'")
  expect(JSON.parse(body ?? '')).toEqual({ model: `it's "mine"`, messages: [{ role: 'user', content: 'こんにちは' }] })
  expect(
    example
      .split('\n')
      .slice(0, -1)
      .every((line) => line.endsWith(' \\')),
  ).toBe(true)
})
