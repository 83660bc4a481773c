import type { AppError, HubToken, Result } from '../../core/contract/index.ts'

type Answer = Promise<Result<HubToken, AppError>>

export const token = (): Answer => window.studio.call('hub.token', {})
export const setToken = (text: string, allowPlainFile: boolean): Answer =>
  window.studio.call('hub.setToken', { token: text, allowPlainFile })
export const clearToken = (): Answer => window.studio.call('hub.clearToken', {})
