import { create } from 'zustand'
import type {
  AppError,
  DatasetId,
  DatasetInfo,
  DatasetSummary,
  ImportId,
  ImportProgress,
  Result,
} from '../../../core/contract/index.ts'
import { useSession } from '../../session/index.ts'
import * as api from './datasets.api.ts'
import { loadFormats } from './formats.store.ts'
import { openDocument, type DatasetDocument } from './document.ts'

export type ListState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly items: readonly DatasetSummary[] }
  | { readonly kind: 'failed'; readonly error: AppError }

/**
 * What the right pane shows.
 *
 *   none ──select──► opening ──► open
 *                      └──► failed ──retry──► opening
 */
export type EditorState =
  | { readonly kind: 'none' }
  | { readonly kind: 'opening'; readonly id: DatasetId }
  | { readonly kind: 'open'; readonly id: DatasetId; readonly document: DatasetDocument }
  | { readonly kind: 'failed'; readonly id: DatasetId; readonly error: AppError }

/** A file that is being imported. */
export interface ImportState {
  readonly importId: ImportId
  readonly file: string
  readonly progress: ImportProgress | null
  readonly isStopping: boolean
}

interface DatasetsState {
  readonly list: ListState
  readonly editor: EditorState
  readonly importing: ImportState | null
}

/**
 * Mirror of the library's datasets, and the one that is open. Session scope: all of it; the selection's id is kept by
 * useSession.
 */
export const useDatasets = create<DatasetsState>()(() => ({
  list: { kind: 'loading' },
  editor: { kind: 'none' },
  importing: null,
}))

const { getState: get, setState: set } = useDatasets

/** Reads the list again. A list that is already shown stays while it is read. */
export async function loadList(): Promise<void> {
  if (get().list.kind === 'failed') set({ list: { kind: 'loading' } })
  const result = await api.list()
  set({
    list: result.ok ? { kind: 'ready', items: newestFirst(result.value) } : { kind: 'failed', error: result.error },
  })
}

const newestFirst = (items: readonly DatasetSummary[]): readonly DatasetSummary[] =>
  [...items].sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))

/** Opens a dataset in the editor; the one before is closed. */
export async function openDataset(id: DatasetId): Promise<void> {
  const { editor } = get()
  if ((editor.kind === 'opening' || editor.kind === 'open') && editor.id === id) return
  closeEditor({ kind: 'opening', id })
  const result = await api.open(id)
  const now = get().editor
  if (now.kind !== 'opening' || now.id !== id) return
  if (!result.ok) set({ editor: { kind: 'failed', id, error: result.error } })
  else set({ editor: { kind: 'open', id, document: openDocument(result.value) } })
}

/** Tries again to open what could not be opened. */
export async function reopenDataset(): Promise<void> {
  const { editor } = get()
  if (editor.kind !== 'failed') return
  set({ editor: { kind: 'none' } })
  await openDataset(editor.id)
}

export function closeEditor(next: EditorState = { kind: 'none' }): void {
  const { editor } = get()
  if (editor.kind === 'open') editor.document.dispose()
  set({ editor: next })
}

/** Shows a dataset that has just come into being or has changed: first in the list, and in the open document. */
export function takeInfo(info: DatasetInfo): void {
  const { list, editor } = get()
  if (list.kind === 'ready') set({ list: { kind: 'ready', items: placed(list.items, info) } })
  if (editor.kind === 'open' && editor.id === info.id) editor.document.take(info)
}

/**
 * The list with the entry's newest state in its old place, so that editing does not shuffle the list; a new one comes
 * first.
 */
function placed(items: readonly DatasetSummary[], info: DatasetSummary): readonly DatasetSummary[] {
  return items.some((item) => item.id === info.id)
    ? items.map((item) => (item.id === info.id ? info : item))
    : [info, ...items]
}

export function forget(id: DatasetId): void {
  const { list, editor } = get()
  if (list.kind === 'ready') set({ list: { kind: 'ready', items: list.items.filter((item) => item.id !== id) } })
  if (editor.kind !== 'none' && editor.id === id) closeEditor()
  if (useSession.getState().selection.datasets === id) useSession.getState().select('datasets', null)
}

/** Creates a dataset and puts it first in the list; selecting it is the caller's choice. */
export async function createDataset(
  from: 'empty' | 'template' | 'sample',
  name?: string,
): Promise<Result<DatasetInfo>> {
  const result = await api.create(from, name)
  if (result.ok) takeInfo(result.value)
  return result
}

/** Loads the list and follows the host's events; returns the end of it. Called once by the shell. */
export function connectDatasets(): () => void {
  void loadList()
  void loadFormats()
  const ends = [
    api.onChanged(takeInfo),
    api.onImportProgress((progress) =>
      set(({ importing }) =>
        importing?.importId === progress.importId ? { importing: { ...importing, progress } } : {},
      ),
    ),
    api.onRemoved(({ id }) => forget(id)),
    api.onListed((items) => set({ list: { kind: 'ready', items: newestFirst(items) } })),
    api.onLibrary(() => {
      closeEditor()
      set({ list: { kind: 'loading' } })
      void loadList()
    }),
  ]
  return () => ends.forEach((end) => end())
}
