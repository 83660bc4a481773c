import { create } from 'zustand'
import type { AppError, FolderListing, FolderSteps, Result } from '../../core/contract/index.ts'
import { toastError } from '../errors/index.ts'
import * as api from './folders.api.ts'

interface Picking {
  /** The folder that is shown; null until the host has listed it. */
  readonly listing: FolderListing | null
  /** The folder that was left by going up: it has the focus then. */
  readonly from: string | null
  /** Why the last step was refused. */
  readonly error: AppError | null
  /** The name of a new folder is being typed. */
  readonly isNaming: boolean
  readonly onEnd: (folder: string | null) => void
}

/** The folder dialog of hosts that have none: what it shows while somebody waits for a folder. Session scope. */
export const useFolders = create<{ readonly picking: Picking | null }>()(() => ({ picking: null }))

/**
 * Asks for a folder: with the system's dialog where there is one, else with the window's. Null when cancelled, or where
 * the dialog failed, which is shown.
 */
export async function pickFolder(): Promise<string | null> {
  const ask = api.systemDialog()
  if (ask) {
    const picked = await ask()
    if (!picked.ok) toastError(picked.error)
    return picked.ok ? picked.value : null
  }
  cancel()
  return new Promise((onEnd) => {
    useFolders.setState({ picking: { listing: null, from: null, error: null, isNaming: false, onEnd } })
    void goTo([])
  })
}

/** Shows another folder; where that is refused, the dialog stays where it is. */
export async function goTo(steps: FolderSteps): Promise<void> {
  take(await api.list(steps))
}

export const goUp = (): void => {
  const steps = useFolders.getState().picking?.listing?.steps ?? []
  if (steps.length > 0) void goTo(steps.slice(0, -1))
}

export async function makeFolder(name: string): Promise<void> {
  const { listing } = useFolders.getState().picking ?? {}
  if (listing) take(await api.make(listing.steps, name))
}

export function setNaming(isNaming: boolean): void {
  change({ isNaming, error: null })
}

/** Gives the shown folder to whoever asked. */
export async function giveShown(): Promise<void> {
  const { picking } = useFolders.getState()
  if (!picking?.listing) return
  const result = await api.pick(picking.listing.steps)
  if (!result.ok) return change({ error: result.error })
  end(result.value.folder)
}

export const cancel = (): void => end(null)

function end(folder: string | null): void {
  const { picking } = useFolders.getState()
  useFolders.setState({ picking: null })
  picking?.onEnd(folder)
}

function take(result: Result<FolderListing, AppError>): void {
  if (!result.ok) return change({ error: result.error })
  const before = useFolders.getState().picking?.listing?.steps ?? []
  const { steps } = result.value
  change({
    listing: result.value,
    error: null,
    isNaming: false,
    from: before.length > steps.length ? (before[steps.length] ?? null) : null,
  })
}

function change(changes: Partial<Picking>): void {
  useFolders.setState(({ picking }) => ({ picking: picking && { ...picking, ...changes } }))
}
