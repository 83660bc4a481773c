import type { AppError, Calls, Events, Result } from '../../../core/contract/index.ts'

export const ask = (request: Calls['chat.ask']['input']): Promise<Result<null, AppError>> =>
  window.studio.call('chat.ask', request)
export const cancel = (requestId: string): Promise<Result<null, AppError>> =>
  window.studio.call('chat.cancel', { requestId })
export const onToken = (listener: (event: Events['chat.token']) => void): (() => void) =>
  window.studio.on('chat.token', listener)
export const onDone = (listener: (event: Events['chat.done']) => void): (() => void) =>
  window.studio.on('chat.done', listener)
export const onFailed = (listener: (event: Events['chat.failed']) => void): (() => void) =>
  window.studio.on('chat.failed', listener)
