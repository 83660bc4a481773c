import { create } from 'zustand'
import type { AppError, Preferences, SystemInfo } from '../../../core/contract/index.ts'
import { pickFolder } from '../../dialogs/index.ts'
import * as api from './settings.api.ts'

type InfoState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly info: SystemInfo }
  | { readonly kind: 'failed'; readonly error: AppError }
type LibraryState =
  { readonly kind: 'idle' } | { readonly kind: 'changing' } | { readonly kind: 'failed'; readonly error: AppError }

interface System {
  readonly system: InfoState
  readonly preferences: Preferences
  /** False until the host has told them. */
  readonly hasPreferences: boolean
  readonly library: LibraryState
}

/** Mirror of the machine's facts and the user's preferences, both owned by the host. All session scope. */
export const useSystem = create<System>()(() => ({
  system: { kind: 'loading' },
  preferences: { language: 'system', theme: 'system', offline: false },
  hasPreferences: false,
  library: { kind: 'idle' },
}))

export async function loadSystem(): Promise<void> {
  const result = await api.readSystem()
  useSystem.setState({
    system: result.ok ? { kind: 'ready', info: result.value } : { kind: 'failed', error: result.error },
  })
}

/** Loads facts and preferences and follows their changes; returns what ends it. */
export function connectSystem(): () => void {
  void loadSystem()
  void api
    .readPreferences()
    .then((result) => result.ok && useSystem.setState({ preferences: result.value, hasPreferences: true }))
  const ends = [
    api.onPreferences((preferences) => useSystem.setState({ preferences, hasPreferences: true })),
    api.onLibrary(() => void loadSystem()),
  ]
  return () => ends.forEach((end) => end())
}

/** Shows the change at once and stores it; a failure to store puts the old value back. */
export async function changePreferences(change: Partial<Preferences>): Promise<AppError | null> {
  const before = useSystem.getState().preferences
  useSystem.setState({ preferences: { ...before, ...change }, hasPreferences: true })
  const result = await api.writePreferences(change)
  useSystem.setState({ preferences: result.ok ? result.value : before })
  return result.ok ? null : result.error
}

/** Moves the studio to a library folder. Returns whether that was done; a refusal is kept in `library`. */
const moveLibrary = (folder: string): Promise<boolean> => changeLibrary(() => api.writeLibrary(folder))

/**
 * Makes this studio the one that writes in the library. Returns whether that was done; a refusal is kept in `library`.
 */
export const takeLibrary = (): Promise<boolean> => changeLibrary(api.takeLibrary)

async function changeLibrary(call: () => ReturnType<typeof api.writeLibrary>): Promise<boolean> {
  useSystem.setState({ library: { kind: 'changing' } })
  const result = await call()
  if (!result.ok) {
    useSystem.setState({ library: { kind: 'failed', error: result.error } })
    return false
  }
  useSystem.setState({ library: { kind: 'idle' }, system: { kind: 'ready', info: result.value } })
  return true
}

/** Asks for a folder and moves the studio to it. Returns whether the library was changed. */
export async function chooseLibrary(): Promise<boolean> {
  const folder = await pickFolder()
  return folder !== null && moveLibrary(folder)
}
