import { create } from 'zustand'
import type { AppError, LeftLibrary, LibraryMove, LibraryMovePlan, LibraryUsage } from '../../../core/contract/index.ts'
import { pickFolder } from '../../dialogs/index.ts'
import * as api from './settings.api.ts'

/**
 * ```
 * closed ──chooseDestination──► planning ──► ready ──startMove──► closed (the move is told by `move`)
 *                                   └──► failed
 * ```
 */
type Asking =
  | { readonly kind: 'closed' }
  | { readonly kind: 'planning'; readonly folder: string }
  | { readonly kind: 'ready'; readonly folder: string; readonly plan: LibraryMovePlan; readonly isStarting: boolean }
  | { readonly kind: 'failed'; readonly folder: string; readonly error: AppError }

interface Library {
  /** Null until it is counted. */
  readonly usage: LibraryUsage | null
  readonly usageError: AppError | null
  readonly move: LibraryMove | null
  readonly left: readonly LeftLibrary[]
  readonly asking: Asking
  /** The old copy that a second press deletes. */
  readonly armed: string | null
}

/** The library's folder: what it takes, its way to another place, and what was left. Session scope. */
export const useLibrary = create<Library>()(() => ({
  usage: null,
  usageError: null,
  move: null,
  left: [],
  asking: { kind: 'closed' },
  armed: null,
}))

const { getState: get, setState: set } = useLibrary

export const isMoving = (move: LibraryMove | null): boolean => move?.state === 'copying' || move?.state === 'checking'

/** Follows moves; returns what ends it. */
export function connectMoves(): () => void {
  void api.readMove().then((result) => result.ok && set({ move: result.value }))
  return api.onMove((move) => set({ move }))
}

/** Counts what the library takes, as long as that is shown; returns what ends it. */
export function connectUsage(): () => void {
  void loadUsage()
  return api.onLibrary(() => void loadUsage())
}

export async function loadUsage(): Promise<void> {
  const [usage, left] = await Promise.all([api.readUsage(), api.readLeft()])
  set(usage.ok ? { usage: usage.value, usageError: null } : { usage: null, usageError: usage.error })
  if (left.ok) set({ left: left.value })
}

/** Asks where the library is to go, and what that would mean. */
export async function chooseDestination(): Promise<void> {
  const folder = await pickFolder()
  if (folder === null) return
  set({ asking: { kind: 'planning', folder } })
  const result = await api.planMove(folder)
  const { asking } = get()
  if (asking.kind !== 'planning' || asking.folder !== folder) return
  set({
    asking: result.ok
      ? { kind: 'ready', folder, plan: result.value, isStarting: false }
      : { kind: 'failed', folder, error: result.error },
  })
}

export const closeMove = (): void => set({ asking: { kind: 'closed' } })

export async function startMove(): Promise<void> {
  const { asking } = get()
  if (asking.kind !== 'ready' || asking.isStarting) return
  set({ asking: { ...asking, isStarting: true } })
  const result = await api.startMove(asking.folder)
  set({ asking: result.ok ? { kind: 'closed' } : { kind: 'failed', folder: asking.folder, error: result.error } })
}

export async function cancelMove(): Promise<AppError | null> {
  const result = await api.cancelMove()
  return result.ok ? null : result.error
}

/** Deleting cannot be undone: the first press asks for a second one. */
export async function pressRemoveLeft(id: string): Promise<AppError | null> {
  if (get().armed !== id) {
    set({ armed: id })
    return null
  }
  set({ armed: null })
  const result = await api.removeLeft(id)
  await loadUsage()
  return result.ok ? null : result.error
}

/** Forgets the first press, where it was for this. */
export const disarmLeft = (id: string): void => set(({ armed }) => ({ armed: armed === id ? null : armed }))
