import { create } from 'zustand'
import type { AppError, PublicationPlan } from '../../../../core/contract/index.ts'
import * as api from './exports.api.ts'

/** What is chosen before a job that is done goes to the Hub. */
export interface PublishForm {
  readonly jobId: string
  readonly plan:
    | { readonly kind: 'loading' }
    | { readonly kind: 'failed'; readonly error: AppError }
    | { readonly kind: 'ready'; readonly plan: PublicationPlan }
  readonly owner: string
  readonly name: string
  readonly isPrivate: boolean
  readonly mayExist: boolean
  /** The model card as it will go. */
  readonly card: string
  readonly isStarting: boolean
  readonly error: AppError | null
}

/** The form that is open, of one job. Session scope. */
export const usePublish = create<{ readonly form: PublishForm | null }>()(() => ({ form: null }))

export const closePublish = (): void => usePublish.setState({ form: null })

export function changePublish(changes: Partial<PublishForm>): void {
  usePublish.setState(({ form }) => ({ form: form && { ...form, error: null, ...changes } }))
}

/** Opens the form of a job, and asks under whose names it may be published. Private until somebody says otherwise. */
export async function openPublish(jobId: string): Promise<void> {
  const chosen = { owner: '', name: '', isPrivate: true, mayExist: false, card: '', isStarting: false, error: null }
  usePublish.setState({ form: { jobId, plan: { kind: 'loading' }, ...chosen } })
  const result = await api.planPublication(jobId)
  if (usePublish.getState().form?.jobId !== jobId) return
  if (!result.ok) return changePublish({ plan: { kind: 'failed', error: result.error } })
  const { owners, name, card } = result.value
  changePublish({ plan: { kind: 'ready', plan: result.value }, owner: owners[0] ?? '', name, card })
}

/** What the Hub takes as the name of a repository. */
export const isRepositoryName = (name: string): boolean =>
  /^(?![-.])(?!.*(--|\.\.))[A-Za-z0-9._-]{1,96}(?<![-.])$/.test(name) && !name.endsWith('.git')

export async function publish(): Promise<void> {
  const { form } = usePublish.getState()
  if (!form || form.isStarting || !isRepositoryName(form.name)) return
  const { jobId, plan, owner, name, isPrivate, mayExist, card } = form
  const isChanged = plan.kind === 'ready' && plan.plan.card !== card
  changePublish({ isStarting: true })
  const result = await api.publish({
    jobId,
    repository: `${owner}/${name}`,
    isPrivate,
    mayExist,
    ...(isChanged && { card }),
  })
  if (result.ok) closePublish()
  else changePublish({ isStarting: false, error: result.error })
}
