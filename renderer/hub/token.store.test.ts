// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import { fail, ok, type AppError, type HubToken } from '../../core/contract/index.ts'
import { putFakeStudio, type FakeStudio } from '../testing/studio.ts'
import { forgetToken, loadToken, saveToken, useHubToken } from './token.store.ts'

const aToken = (changes: Partial<HubToken> = {}): HubToken => ({
  source: null,
  protection: null,
  canEncrypt: true,
  ...changes,
})
const stored = aToken({ source: 'stored', protection: 'plain-file', canEncrypt: false, userName: 'hana' })
const refused: AppError = { code: 'hub/token-invalid', facts: {} }

let studio: FakeStudio
beforeEach(() => useHubToken.setState({ token: null }))
const shown = () => useHubToken.getState().token

it('stays as it was known where the host does not tell it', async () => {
  putFakeStudio({ 'hub.token': () => ok(aToken({ source: 'environment' })) })
  await loadToken()
  putFakeStudio({ 'hub.token': () => fail('hub/offline', { host: 'huggingface.co' }) })
  await loadToken()
  expect(shown()).toEqual(aToken({ source: 'environment' }))
})

it('is what the host makes of a change', async () => {
  studio = putFakeStudio({ 'hub.setToken': () => ok(stored), 'hub.clearToken': () => ok(aToken()) })
  expect([await saveToken('hf_x', true), shown()]).toEqual([null, stored])
  expect(studio.asked).toEqual([['hub.setToken', { token: 'hf_x', allowPlainFile: true }]])
  expect([await forgetToken(), shown()]).toEqual([null, aToken()])
})

it('does not change where the Hub refuses it', async () => {
  putFakeStudio({ 'hub.setToken': () => fail(refused.code, refused.facts) })
  expect([await saveToken('hf_x', false), shown()]).toEqual([refused, null])
})
