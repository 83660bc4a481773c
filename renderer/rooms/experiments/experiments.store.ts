import { create } from 'zustand'
import { isActive, type AppError, type ExperimentId, type ExperimentSummary } from '../../../core/contract/index.ts'
import * as api from './experiments.api.ts'

type ListState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly items: readonly ExperimentSummary[] }
  | { readonly kind: 'failed'; readonly error: AppError }

interface Experiments {
  readonly list: ListState
}

/** Mirror of the host's experiments, newest first. Session scope; only the host's events change it. */
export const useExperiments = create<Experiments>()(() => ({ list: { kind: 'loading' } }))

const none: readonly ExperimentSummary[] = []
/** True where nothing but the folder is known of it. */
export const isUnreadable = ({ problem, state }: ExperimentSummary): boolean =>
  problem !== null && state.kind === 'failed'

let readable: { readonly of: readonly ExperimentSummary[]; readonly items: readonly ExperimentSummary[] } = {
  of: none,
  items: none,
}
/** Every experiment that can be read; the same array for the same list. */
export function experimentItems({ list }: Experiments): readonly ExperimentSummary[] {
  const of = list.kind === 'ready' ? list.items : none
  if (readable.of !== of) readable = { of, items: of.filter((item) => !isUnreadable(item)) }
  return readable.items
}
/** The run that the engine works for now. */
export const activeRun = (state: Experiments): ExperimentSummary | null =>
  experimentItems(state).find(({ state: run }) => isActive(run)) ?? null
/** True where the experiment has something to talk to. */
export const isTrained = ({ state, progress }: ExperimentSummary): boolean =>
  state.kind === 'finished' || ((state.kind === 'stopped' || state.kind === 'interrupted') && (progress?.step ?? 0) > 0)

const newestFirst = (items: readonly ExperimentSummary[]): ExperimentSummary[] =>
  [...items].sort((a, b) => b.createdAt.localeCompare(a.createdAt))

/** Puts a summary in its place. */
export function upsert(summary: ExperimentSummary): void {
  useExperiments.setState(({ list }) => {
    if (list.kind !== 'ready') return { list }
    const known = list.items.some(({ id }) => id === summary.id)
    return {
      list: {
        kind: 'ready',
        items: known
          ? list.items.map((item) => (item.id === summary.id ? summary : item))
          : newestFirst([...list.items, summary]),
      },
    }
  })
}

/** Takes an experiment out of the list: it is gone. */
export function drop(id: ExperimentId): void {
  useExperiments.setState(({ list }) => ({
    list: list.kind === 'ready' ? { kind: 'ready', items: list.items.filter((item) => item.id !== id) } : list,
  }))
}

export async function loadExperiments(): Promise<void> {
  const result = await api.listExperiments()
  useExperiments.setState({
    list: result.ok ? { kind: 'ready', items: newestFirst(result.value) } : { kind: 'failed', error: result.error },
  })
}

/** Loads the list and follows the host's events; returns what ends it. */
export function connectExperiments(): () => void {
  void loadExperiments()
  const ends = [api.onChanged(upsert), api.onRemoved(({ id }) => drop(id)), api.onLibrary(() => void loadExperiments())]
  return () => ends.forEach((end) => end())
}
