import { SquarePen } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { ConversationSummary } from '../../../core/contract/index.ts'
import { IconButton, List, ListPane, LoadingPane, SearchField, type ListEntry } from '../../ui/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { useFormat } from '../../language/index.ts'
import { useSession } from '../../session/index.ts'
import { conversationKey, conversationOf, newConversation, useChat } from './chat.store.ts'
import { loadConversations, search, useConversations } from './conversations.store.ts'
import styles from './ConversationList.module.css'

/** Every conversation, pinned ones first, and a search through all that was said. */
export function ConversationList() {
  const { t } = useTranslation('chat')
  const query = useConversations((state) => state.query)
  return (
    <ListPane
      title={t('list.title')}
      actions={
        <IconButton icon={<SquarePen size={16} />} label={t('new')} size="small" onPress={() => newConversation()} />
      }
    >
      <SearchField
        label={t('list.search')}
        placeholder={t('list.search')}
        value={query}
        onChange={search}
        className={styles.search as string}
      />
      <Found query={query} />
    </ListPane>
  )
}

function Found({ query }: { readonly query: string }) {
  const { t } = useTranslation('chat')
  const format = useFormat()
  const list = useConversations((state) => state.list)
  const open = useChat(({ opened }) =>
    opened.kind === 'loading' || opened.kind === 'failed' ? opened.id : (conversationOf({ opened })?.id ?? null),
  )
  const select = useSession((state) => state.select)
  if (list.kind === 'loading') return <LoadingPane />
  if (list.kind === 'failed')
    return (
      <ErrorNotice error={list.error} onRetry={() => void loadConversations()} className={styles.notice as string} />
    )
  if (list.items.length === 0)
    return <p className={styles.none}>{query === '' ? t('list.none') : t('list.noneFound', { query })}</p>
  const entry = (item: ConversationSummary): ListEntry => ({
    id: item.id,
    title: item.name,
    aside: <span className={styles.when}>{format.when(item.updatedAt)}</span>,
    detail: item.problem ? t('list.damaged') : item.columnNames.join(t('separator')),
  })
  return (
    <List
      label={t('list.title')}
      sections={[
        { id: 'pinned', title: t('list.pinned'), entries: list.items.filter(({ isPinned }) => isPinned).map(entry) },
        { id: 'others', title: t('list.others'), entries: list.items.filter(({ isPinned }) => !isPinned).map(entry) },
      ]}
      selected={open}
      onSelect={(id) => select('chat', conversationKey(id as ConversationSummary['id']))}
    />
  )
}
