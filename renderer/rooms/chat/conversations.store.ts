import i18next from 'i18next'
import { create } from 'zustand'
import type { AppError, ConversationFormat, ConversationId, ConversationSummary } from '../../../core/contract/index.ts'
import { toastError } from '../../errors/index.ts'
import { toast } from '../../ui/index.ts'
import * as api from './chat.api.ts'

type ListState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly items: readonly ConversationSummary[] }
  | { readonly kind: 'failed'; readonly error: AppError }

interface Conversations {
  readonly list: ListState
  readonly query: string
}

/** Mirror of the host's conversations, as far as the search finds them. Session scope. */
export const useConversations = create<Conversations>()(() => ({ list: { kind: 'loading' }, query: '' }))

let asked = 0

/** Asks for the list of the query; only the last answer counts. */
export async function loadConversations(): Promise<void> {
  const turn = ++asked
  const result = await api.list(useConversations.getState().query)
  if (turn !== asked) return
  useConversations.setState({
    list: result.ok ? { kind: 'ready', items: result.value } : { kind: 'failed', error: result.error },
  })
}

export function search(query: string): void {
  useConversations.setState({ query })
  void loadConversations()
}

const inOrder = (items: readonly ConversationSummary[]): ConversationSummary[] =>
  [...items].sort((a, b) => Number(b.isPinned) - Number(a.isPinned) || b.updatedAt.localeCompare(a.updatedAt))

/** Where a search is on, the host knows whether it finds the changed one. */
function take(summary: ConversationSummary): void {
  const { list, query } = useConversations.getState()
  if (list.kind !== 'ready' || query !== '') return void loadConversations()
  const others = list.items.filter(({ id }) => id !== summary.id)
  useConversations.setState({ list: { kind: 'ready', items: inOrder([...others, summary]) } })
}

const drop = (id: ConversationId): void =>
  useConversations.setState(({ list }) =>
    list.kind === 'ready' ? { list: { kind: 'ready', items: list.items.filter((item) => item.id !== id) } } : {},
  )

export async function pin({ id, isPinned }: Pick<ConversationSummary, 'id' | 'isPinned'>): Promise<void> {
  const result = await api.change({ id, isPinned: !isPinned })
  if (!result.ok) toastError(result.error)
}

export async function rename(id: ConversationId, name: string): Promise<AppError | null> {
  const result = await api.change({ id, name })
  return result.ok ? null : result.error
}

/** Moves a conversation to the trash and offers to bring it back. */
export async function remove({ id, name }: Pick<ConversationSummary, 'id' | 'name'>): Promise<void> {
  const result = await api.remove(id)
  if (!result.ok) return toastError(result.error)
  toast(i18next.t('chat:list.removed', { name }), { label: i18next.t('common:undo'), run: () => void restore(id) })
}

async function restore(id: ConversationId): Promise<void> {
  const result = await api.restore(id)
  if (!result.ok) toastError(result.error)
}

const endings: Readonly<Record<ConversationFormat, string>> = { markdown: 'md', json: 'json' }

/** Asks where to, and writes the branch in view there. */
export async function exportConversation(
  { id, name }: Pick<ConversationSummary, 'id' | 'name'>,
  format: ConversationFormat,
): Promise<void> {
  const save = await api.pickSave(`${fileNameOf(name)}.${endings[format]}`)
  if (!save.ok) return toastError(save.error)
  if (!save.value) return
  const { target } = save.value
  const result = await api.exportTo({ id, format, target: target as never })
  if (!result.ok) return toastError(result.error)
  await api.finishSave(target)
  toast(i18next.t('chat:exported.saved'))
}

/** The name without what Windows or Unix refuses in file names. */
const fileNameOf = (name: string): string =>
  name.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_').replace(/^\.+|[. ]+$/g, '') || 'conversation'

/** Loads the list and follows the host's events; returns what ends it. */
export function connectConversations(): () => void {
  void loadConversations()
  const ends = [
    api.on('conversations.changed', take),
    api.on('conversations.removed', ({ id }) => drop(id)),
    api.on('conversations.listed', () => void loadConversations()),
    api.onLibrary(() => void loadConversations()),
  ]
  return () => ends.forEach((end) => end())
}
