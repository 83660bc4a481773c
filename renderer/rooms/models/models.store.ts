import { create } from 'zustand'
import type { AppError, ModelDetail, ModelFit, ModelId, ModelSummary, ModelUser } from '../../../core/contract/index.ts'
import { goTo } from '../../session/index.ts'
import * as api from './models.api.ts'

type Loaded<K extends string, T> =
  | { readonly kind: 'loading' }
  | ({ readonly kind: 'ready' } & { readonly [N in K]: T })
  | { readonly kind: 'failed'; readonly error: AppError }

interface Models {
  readonly list: Loaded<'items', readonly ModelSummary[]>
  readonly details: Readonly<Record<string, Loaded<'detail', ModelDetail>>>
  readonly fits: Readonly<Record<string, Loaded<'fit', ModelFit>>>
  /** Grows whenever something has changed: what is shown is read again. */
  readonly version: number
  /** What the form of 実験 is to choose; the form takes it and sets it back to null. */
  readonly toTrain: ModelId | null
  /** A model whose removal waits for an answer, with the experiments that need it. */
  readonly toRemove: { readonly model: ModelSummary; readonly users: readonly ModelUser[] } | null
}

/** Mirror of the models on this machine. Session scope. */
export const useModels = create<Models>()(() => ({
  list: { kind: 'loading' },
  details: {},
  fits: {},
  version: 0,
  toTrain: null,
  toRemove: null,
}))

const none: readonly ModelSummary[] = []
export const modelItems = (state: Pick<Models, 'list'>): readonly ModelSummary[] =>
  state.list.kind === 'ready' ? state.list.items : none

/** Reads the list; what is known of models that are gone is forgotten. */
export async function loadModels(): Promise<void> {
  const result = await api.listModels()
  if (!result.ok) return useModels.setState({ list: { kind: 'failed', error: result.error } })
  const ids = new Set<string>(result.value.map(({ id }) => id))
  const kept = <T>(known: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(known).filter(([id]) => ids.has(id)))
  useModels.setState(({ details, fits }) => ({
    list: { kind: 'ready', items: result.value },
    details: kept(details),
    fits: kept(fits),
  }))
}

/** False for a model that went while something was asked of it. */
function isListed(id: ModelId): boolean {
  const { list } = useModels.getState()
  return list.kind !== 'ready' || list.items.some((model) => model.id === id)
}

/** Reads what is known of a model; what was read before stays in view meanwhile. */
export async function loadModel(id: ModelId): Promise<void> {
  if (!isListed(id)) return
  const put = (detail: Models['details'][string]) =>
    useModels.setState((state) => ({ details: { ...state.details, [id]: detail } }))
  if (!useModels.getState().details[id]) put({ kind: 'loading' })
  const result = await api.openModel(id)
  if (isListed(id)) put(result.ok ? { kind: 'ready', detail: result.value } : { kind: 'failed', error: result.error })
}

/** Asks how much memory a model needs; what was told before stays in view meanwhile. */
export async function loadFit(id: ModelId): Promise<void> {
  if (!isListed(id)) return
  const put = (fit: Models['fits'][string]) => useModels.setState((state) => ({ fits: { ...state.fits, [id]: fit } }))
  if (!useModels.getState().fits[id]) put({ kind: 'loading' })
  const result = await api.fit(id)
  if (isListed(id)) put(result.ok ? { kind: 'ready', fit: result.value } : { kind: 'failed', error: result.error })
}

/** Opens the form of 実験 with this model chosen. */
export function trainWith(id: ModelId): void {
  useModels.setState({ toTrain: id })
  goTo('experiments', null)
}

export function connectModels(): () => void {
  void loadModels()
  const renew = (): void => {
    useModels.setState(({ version }) => ({ version: version + 1 }))
    void loadModels()
  }
  const ends = [
    api.onChanged(renew),
    api.onLibrary(() => {
      useModels.setState({ details: {}, fits: {} })
      renew()
    }),
  ]
  return () => ends.forEach((end) => end())
}
