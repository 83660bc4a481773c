import type { AppError, FolderListing, FolderSteps, Result } from '../../core/contract/index.ts'

type Answer<T> = Promise<Result<T, AppError>>

/** The system's own dialog; null where the host has none. */
export const systemDialog = (): (() => Answer<string | null>) | null => window.studio.pickFolder
export const list = (steps: FolderSteps): Answer<FolderListing> =>
  window.studio.call('system.folders', { steps: [...steps] })
export const make = (steps: FolderSteps, name: string): Answer<FolderListing> =>
  window.studio.call('system.makeFolder', { steps: [...steps], name })
export const pick = (steps: FolderSteps): Answer<{ readonly folder: string }> =>
  window.studio.call('system.pickFolder', { steps: [...steps] })
