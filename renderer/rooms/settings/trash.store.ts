import { create } from 'zustand'
import type { AppError, Result, TrashContents, TrashEntry } from '../../../core/contract/index.ts'
import * as api from './settings.api.ts'

type TrashState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly contents: TrashContents }
  | { readonly kind: 'failed'; readonly error: AppError }

interface Trash {
  readonly state: TrashState
  /** What a second press deletes for good; `all` empties the trash. */
  readonly armed: string | null
}

/** Mirror of the library's trash, read while the settings are shown. Session scope. */
export const useTrash = create<Trash>()(() => ({ state: { kind: 'loading' }, armed: null }))

export const keyOf = ({ kind, id }: Pick<TrashEntry, 'kind' | 'id'>): string => `${kind} ${id}`

const take = (result: Result<TrashContents, AppError>): void =>
  useTrash.setState({
    state: result.ok ? { kind: 'ready', contents: result.value } : { kind: 'failed', error: result.error },
  })

export const loadTrash = async (): Promise<void> => take(await api.readTrash())

/** Follows the trash as long as it is shown; returns what ends it. */
export function connectTrash(): () => void {
  void loadTrash()
  const ends = [api.onTrash(() => void loadTrash()), api.onLibrary(() => void loadTrash())]
  return () => ends.forEach((end) => end())
}

/** Takes up what a call says is left; a refusal is given back and the list stays. */
async function after(call: Promise<Result<TrashContents, AppError>>): Promise<AppError | null> {
  useTrash.setState({ armed: null })
  const result = await call
  if (!result.ok) return result.error
  take(result)
  return null
}

export const restoreEntry = ({ kind, id }: TrashEntry): Promise<AppError | null> =>
  after(api.restoreFromTrash({ kind, id }))
const removeEntry = ({ kind, id }: TrashEntry): Promise<AppError | null> => after(api.removeFromTrash({ kind, id }))

export const arm = (key: string): void => useTrash.setState({ armed: key })
/** Forgets the first press, where it was for this. */
export const disarm = (key: string): void => useTrash.setState(({ armed }) => ({ armed: armed === key ? null : armed }))

/** Deleting for good cannot be undone: the first press asks for a second one. */
export async function pressRemove(entry: TrashEntry): Promise<AppError | null> {
  const key = keyOf(entry)
  if (useTrash.getState().armed === key) return removeEntry(entry)
  arm(key)
  return null
}

export async function pressEmpty(): Promise<AppError | null> {
  if (useTrash.getState().armed === 'all') return after(api.emptyTrash())
  arm('all')
  return null
}
