import { create } from 'zustand'
import type { AppError, HubToken } from '../../core/contract/index.ts'
import * as api from './hub.api.ts'

/** Whether there is an access token for the Hugging Face Hub; null until the host has told it. Session scope. */
export const useHubToken = create<{ readonly token: HubToken | null }>()(() => ({ token: null }))

/** Asks the host; where it does not answer, what was known stays. */
export async function loadToken(): Promise<void> {
  const result = await api.token()
  if (result.ok) useHubToken.setState({ token: result.value })
}

/**
 * Stores the token; without a keychain in a plain file only where `allowPlainFile`. Resolves with what is wrong, or
 * null.
 */
export const saveToken = (text: string, allowPlainFile: boolean): Promise<AppError | null> =>
  take(api.setToken(text, allowPlainFile))
export const forgetToken = (): Promise<AppError | null> => take(api.clearToken())

async function take(change: ReturnType<typeof api.token>): Promise<AppError | null> {
  const result = await change
  if (!result.ok) return result.error
  useHubToken.setState({ token: result.value })
  return null
}
