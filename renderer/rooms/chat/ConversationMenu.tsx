import { Braces, Ellipsis, FileText, Pencil, Pin, PinOff, Table2, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { MAX_CONVERSATION_NAME } from '../../../core/contract/index.ts'
import { RenameDialog } from '../../dialogs/index.ts'
import { IconButton, Menu } from '../../ui/index.ts'
import { conversationOf, useChat } from './chat.store.ts'
import { toDataset } from './datasetRows.ts'
import { exportConversation, pin, remove, rename } from './conversations.store.ts'

/** What can be done with the conversation in view. */
export function ConversationMenu() {
  const { t } = useTranslation(['chat', 'common'])
  const conversation = useChat(conversationOf)
  const [renaming, setRenaming] = useState(false)
  if (!conversation || conversation.turns.length === 0) return null
  const { isPinned } = conversation
  return (
    <>
      <Menu
        label={t('list.more')}
        trigger={<IconButton icon={<Ellipsis size={17} />} label={t('list.more')} />}
        entries={[
          { id: 'rename', label: t('common:rename'), icon: <Pencil size={14} />, onAction: () => setRenaming(true) },
          {
            id: 'pin',
            label: t(isPinned ? 'list.unpin' : 'list.pin'),
            icon: isPinned ? <PinOff size={14} /> : <Pin size={14} />,
            onAction: () => void pin(conversation),
          },
          {
            id: 'markdown',
            label: t('exported.markdown'),
            icon: <FileText size={14} />,
            separated: true,
            onAction: () => void exportConversation(conversation, 'markdown'),
          },
          {
            id: 'json',
            label: t('exported.json'),
            icon: <Braces size={14} />,
            onAction: () => void exportConversation(conversation, 'json'),
          },
          {
            id: 'dataset',
            label: t('exported.dataset'),
            icon: <Table2 size={14} />,
            onAction: () => void toDataset(conversation),
          },
          {
            id: 'remove',
            label: t('common:remove'),
            icon: <Trash2 size={14} />,
            danger: true,
            separated: true,
            onAction: () => void remove(conversation),
          },
        ]}
      />
      {renaming && (
        <RenameDialog
          name={conversation.name}
          label={t('list.name')}
          maxLength={MAX_CONVERSATION_NAME}
          onRename={(name) => rename(conversation.id, name)}
          onClose={() => setRenaming(false)}
        />
      )}
    </>
  )
}
