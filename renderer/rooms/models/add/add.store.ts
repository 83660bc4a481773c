import { create } from 'zustand'
import {
  GgufName,
  HubModelId,
  HubRevision,
  type AppError,
  type CuratedModels,
  type HubModel,
  type HubModelSummary,
} from '../../../../core/contract/index.ts'
import * as models from '../models.api.ts'
import * as api from './add.api.ts'

export const addTabs = ['curated', 'search', 'folder'] as const
export type AddTab = (typeof addTabs)[number]

type CuratedState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly curated: CuratedModels }
  | { readonly kind: 'failed'; readonly error: AppError }

type SearchState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'searching' }
  | { readonly kind: 'found'; readonly items: readonly HubModelSummary[] }
  | { readonly kind: 'failed'; readonly error: AppError }

/** The model that is looked at before it is downloaded. `error`: why its download was refused. */
export interface ReadyModel {
  readonly kind: 'ready'
  readonly model: HubModel
  readonly isStarting: boolean
  readonly error: AppError | null
}
type OpenedState =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly id: HubModelId; readonly revision: HubRevision }
  | { readonly kind: 'failed'; readonly id: HubModelId; readonly revision: HubRevision; readonly error: AppError }
  | ReadyModel

interface AddState {
  readonly isOpen: boolean
  readonly tab: AddTab
  readonly curated: CuratedState
  readonly query: string
  readonly search: SearchState
  readonly opened: OpenedState
}

/** The dialog that brings models into the library. Session scope: it is as it was left when it opens again. */
export const useAdd = create<AddState>()(() => ({
  isOpen: false,
  tab: 'curated',
  curated: { kind: 'loading' },
  query: '',
  search: { kind: 'idle' },
  opened: { kind: 'none' },
}))

const { getState: get, setState: set } = useAdd

/** The default revision of a repository. */
export const MAIN = HubRevision.parse('main')

export function openAdd(tab?: AddTab): void {
  set({ isOpen: true, ...(tab && { tab, opened: { kind: 'none' } }) })
  void loadCurated()
}

export const closeAdd = (): void => set({ isOpen: false })
export const showTab = (tab: AddTab): void => set({ tab })
export const setQuery = (query: string): void => set({ query })
export const showList = (): void => set({ opened: { kind: 'none' } })

/** Asks for the list; what was shown stays meanwhile. */
export async function loadCurated(): Promise<void> {
  const result = await models.curated()
  if (result.ok) return set({ curated: { kind: 'ready', curated: result.value } })
  if (get().curated.kind !== 'ready') set({ curated: { kind: 'failed', error: result.error } })
}

export async function search(): Promise<void> {
  const query = get().query.trim()
  if (query === '') return set({ search: { kind: 'idle' } })
  set({ search: { kind: 'searching' } })
  const result = await api.search(query)
  if (get().query.trim() === query)
    set({ search: result.ok ? { kind: 'found', items: result.value } : { kind: 'failed', error: result.error } })
}

/** Looks at a model of the Hub, whatever room it is asked from. */
export async function inspect(id: HubModelId, revision: HubRevision = MAIN, gguf?: GgufName): Promise<void> {
  set({ isOpen: true, opened: { kind: 'loading', id, revision } })
  const result = await api.model({ id, revision, ...(gguf && { gguf }) })
  const { opened } = get()
  if (opened.kind !== 'loading' || opened.id !== id || opened.revision !== revision) return
  set({
    opened: result.ok
      ? { kind: 'ready', model: result.value, isStarting: false, error: null }
      : { kind: 'failed', id, revision, error: result.error },
  })
}

/** Looks again: there is another token, or the model is here by now. */
export function inspectAgain(): void {
  const { opened } = get()
  if (opened.kind === 'failed') void inspect(opened.id, opened.revision)
  if (opened.kind === 'ready') void inspect(opened.model.id, opened.model.revision)
}

/** Looks at another one of a repository's GGUF files. */
export function chooseGguf(file: string): void {
  const { opened } = get()
  const { data } = GgufName.safeParse(file)
  if (opened.kind === 'ready') void inspect(opened.model.id, opened.model.revision, data)
}

/** Begins the download of the model in view; a refusal stays beside it. */
export async function startDownload(): Promise<void> {
  const { opened } = get()
  if (opened.kind !== 'ready' || opened.isStarting) return
  set({ opened: { ...opened, isStarting: true, error: null } })
  const { id, revision, gguf } = opened.model
  const { data } = GgufName.safeParse(gguf?.file)
  const result = await api.download({ id, revision, ...(data && { gguf: data }) })
  const now = get().opened
  if (now.kind === 'ready' && now.model === opened.model)
    set({ opened: { ...now, isStarting: false, error: result.ok ? null : result.error } })
}

/** The list knows which of its models are here: it is read again when that changes. */
export const connectAdd = (): (() => void) =>
  models.onChanged(() => {
    if (get().isOpen) void loadCurated()
  })

/** The id as the contract has it; null for what is none, such as the base that an adapter's file names. */
export function hubIdOf(text: string): HubModelId | null {
  const parsed = HubModelId.safeParse(text)
  return parsed.success && text.includes('/') ? parsed.data : null
}
