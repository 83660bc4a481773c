import { create } from 'zustand'
import type {
  AppError,
  DatasetSource,
  DownloadId,
  HubDataset,
  HubDatasetId,
  HubDatasetSummary,
  HubDownloaded,
  HubProgress,
} from '../../../../core/contract/index.ts'
import * as api from './hub.api.ts'
import { chosenFiles, firstChoice, type HubChoice } from './hub.selectors.ts'

type SearchState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'searching' }
  | { readonly kind: 'found'; readonly items: readonly HubDatasetSummary[] }
  | { readonly kind: 'failed'; readonly error: AppError }

type OpenedState =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly id: HubDatasetId }
  | { readonly kind: 'failed'; readonly id: HubDatasetId; readonly error: AppError }
  | { readonly kind: 'ready'; readonly dataset: HubDataset; readonly choice: HubChoice }

/**
 *   none ──start──► running ──► none (the files are handed on)
 *                     └───────► stopped (cancelled or failed) ──start──► running, from where it was
 *                                 └──another choice──► none
 */
type DownloadState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running'
      readonly id: HubDatasetId
      readonly downloadId: DownloadId | null
      readonly progress: HubProgress | null
    }
  | {
      readonly kind: 'stopped'
      readonly id: HubDatasetId
      readonly progress: HubProgress | null
      readonly error: AppError | null
    }

interface HubState {
  readonly isOpen: boolean
  readonly query: string
  readonly search: SearchState
  readonly opened: OpenedState
  readonly download: DownloadState
}

/**
 * The dialog that takes datasets from the Hugging Face Hub. Session scope: it is as it was left when it opens again,
 * and a download goes on without it.
 */
export const useHub = create<HubState>()(() => ({
  isOpen: false,
  query: '',
  search: { kind: 'idle' },
  opened: { kind: 'none' },
  download: { kind: 'none' },
}))

const MAX_LICENCE_CHARACTERS = 200
const { getState: get, setState: set } = useHub

export const openHub = (): void => set({ isOpen: true })
export const closeHub = (): void => set({ isOpen: false })
export const setQuery = (query: string): void => set({ query })
export const showResults = (): void => set({ opened: { kind: 'none' } })

export async function search(): Promise<void> {
  const query = get().query.trim()
  if (query === '') return set({ search: { kind: 'idle' }, opened: { kind: 'none' } })
  set({ search: { kind: 'searching' }, opened: { kind: 'none' } })
  const result = await api.search(query)
  if (get().query.trim() === query)
    set({ search: result.ok ? { kind: 'found', items: result.value } : { kind: 'failed', error: result.error } })
}

export async function openHubDataset(id: HubDatasetId): Promise<void> {
  set({ opened: { kind: 'loading', id } })
  forgetStopped()
  const result = await api.dataset(id)
  const { opened } = get()
  if (opened.kind !== 'loading' || opened.id !== id) return
  set({
    opened: result.ok
      ? { kind: 'ready', dataset: result.value, choice: firstChoice(result.value) }
      : { kind: 'failed', id, error: result.error },
  })
}

function forgetStopped(): void {
  if (get().download.kind === 'stopped') set({ download: { kind: 'none' } })
}

export function choose(changes: Partial<HubChoice>): void {
  set(({ opened }) =>
    opened.kind === 'ready' ? { opened: { ...opened, choice: { ...opened.choice, ...changes } } } : {},
  )
  forgetStopped()
}

/** Files that have come, and where from. */
export interface Brought {
  readonly downloadId: DownloadId
  readonly files: readonly HubDownloaded[]
  readonly source: DatasetSource
}

/**
 * Downloads what is chosen, going on from what is there; resolves with the files, or null where it stopped before the
 * end.
 */
export async function startDownload(): Promise<Brought | null> {
  const { opened, download } = get()
  if (opened.kind !== 'ready' || download.kind === 'running') return null
  const { dataset, choice } = opened
  const show = (downloadId: DownloadId | null, progress: HubProgress | null) =>
    set({ download: { kind: 'running', id: dataset.id, downloadId, progress } })
  show(null, null)
  const { ended, follow } = listen((progress) => show(progress.downloadId, progress))
  const started = await api.download(
    dataset.id,
    choice.branch,
    chosenFiles(dataset, choice).map(({ path }) => path),
  )
  if (started.ok) show(started.value.downloadId, null)
  const last = await follow(started.ok ? started.value.downloadId : null)
  ended()
  if (last?.state === 'done' && last.files) {
    set({ download: { kind: 'none' } })
    const source = { hub: dataset.id, licence: dataset.licence.slice(0, MAX_LICENCE_CHARACTERS) }
    return { downloadId: last.downloadId, files: last.files, source }
  }
  set({
    download: {
      kind: 'stopped',
      id: dataset.id,
      progress: last,
      error: started.ok ? (last?.error ?? null) : started.error,
    },
  })
  return null
}

/**
 * Hears of all downloads until `ended`; `follow` tells which is ours and resolves with its last report. The first may
 * come before its id is known.
 */
function listen(onProgress: (progress: HubProgress) => void) {
  const latest = new Map<DownloadId, HubProgress>()
  let ours: DownloadId | null = null
  let resolve: ((progress: HubProgress) => void) | null = null
  const take = (progress: HubProgress) => {
    onProgress(progress)
    if (progress.state !== 'downloading' && progress.state !== 'checking') resolve?.(progress)
  }
  const ended = api.onProgress((progress) => {
    latest.set(progress.downloadId, progress)
    if (progress.downloadId === ours) take(progress)
  })
  const follow = (id: DownloadId | null): Promise<HubProgress | null> => {
    if (id === null) return Promise.resolve(null)
    ours = id
    return new Promise((done) => {
      resolve = done
      const known = latest.get(id)
      if (known) take(known)
    })
  }
  return { ended, follow }
}

export async function stopDownload(): Promise<void> {
  const { download } = get()
  if (download.kind === 'running' && download.downloadId) await api.cancel(download.downloadId)
}

/** What could not be opened is tried again: there is another token now. */
export function reopenKeptBack(): void {
  const { opened } = get()
  if (opened.kind === 'failed') void openHubDataset(opened.id)
  if (opened.kind === 'ready' && opened.dataset.problem) void openHubDataset(opened.dataset.id)
}
