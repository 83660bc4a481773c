import { create } from 'zustand'
import type { AppError, ModelDetail, ModelId, ModelSummary } from '../../../core/contract/index.ts'
import * as api from './models.api.ts'

type ListState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly items: readonly ModelSummary[] }
  | { readonly kind: 'failed'; readonly error: AppError }
type DetailState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly detail: ModelDetail }
  | { readonly kind: 'failed'; readonly error: AppError }

interface Models {
  readonly list: ListState
  readonly details: Readonly<Record<string, DetailState>>
}

/** Mirror of the library's models. Session scope. */
export const useModels = create<Models>()(() => ({ list: { kind: 'loading' }, details: {} }))

const none: readonly ModelSummary[] = []
export const modelItems = (state: Models): readonly ModelSummary[] =>
  state.list.kind === 'ready' ? state.list.items : none

/** Models that can be trained: those that are still being examined may turn out well. */
export const isUsable = ({ kind, problem }: ModelSummary): boolean =>
  kind !== 'adapter' && (problem === null || problem.code === 'model/being-read')

export async function loadModels(): Promise<void> {
  const result = await api.listModels()
  useModels.setState({
    list: result.ok ? { kind: 'ready', items: result.value } : { kind: 'failed', error: result.error },
  })
}

export async function loadModel(id: ModelId): Promise<void> {
  const put = (detail: DetailState) => useModels.setState((state) => ({ details: { ...state.details, [id]: detail } }))
  if (useModels.getState().details[id]?.kind !== 'ready') put({ kind: 'loading' })
  const result = await api.openModel(id)
  put(result.ok ? { kind: 'ready', detail: result.value } : { kind: 'failed', error: result.error })
}

export function connectModels(): () => void {
  void loadModels()
  const ends = [
    api.onChanged(() => void loadModels()),
    api.onLibrary(() => {
      useModels.setState({ details: {} })
      void loadModels()
    }),
  ]
  return () => ends.forEach((end) => end())
}
