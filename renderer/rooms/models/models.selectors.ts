import type { Fit, FitPrecision, MemoryNeed, ModelFit, ModelKind, ModelSummary } from '../../../core/contract/index.ts'

const isBeingRead = ({ problem }: ModelSummary): boolean => problem?.code === 'model/being-read'

/** Models that can be trained: those that are still being examined may turn out well. */
export const isUsable = (model: ModelSummary): boolean =>
  model.kind !== 'adapter' && (model.problem === null || isBeingRead(model))

/** The state that a list shows beside a name; null where all is well. */
export function stateOf(model: ModelSummary): 'reading' | 'damaged' | null {
  if (model.problem === null) return null
  return isBeingRead(model) ? 'reading' : 'damaged'
}

const kinds: readonly ModelKind[] = ['base', 'merged', 'adapter']

/** The list's groups in their order; the order within each is the host's. */
export const groupsOf = (
  models: readonly ModelSummary[],
): readonly { readonly kind: ModelKind; readonly models: readonly ModelSummary[] }[] =>
  kinds.map((kind) => ({ kind, models: models.filter((model) => model.kind === kind) }))

/** Only the library's are changed here; others are read in place. */
export const isOurs = ({ origin }: ModelSummary): boolean => origin === 'library'

export type FitUse = 'training' | 'chat'

const order: readonly Fit[] = ['fits', 'tight', 'no']

/** How well a model fits at best, in the most exact precision that reaches that. */
export function bestFit(
  { needs }: ModelFit,
  use: FitUse,
): { readonly fit: Fit; readonly precision: FitPrecision } | null {
  const best = order.flatMap((fit) => needs.filter((need: MemoryNeed) => need[use] === fit))[0]
  return best ? { fit: best[use], precision: best.precision } : null
}
